"""How the garbage collector behaves during a sitting: what is loaded is set aside, and it looks more seldom.

A sitting holds many live transcripts and leaves next to no cycles, so frequent full collections only cost time and
stall the loop. The program decides this for itself; a library must not.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["seldom_collecting"]

# Small young generations: even the second one is looked through in a few hundredths of a second on a slow core.
_THRESHOLDS = (2_000, 3, 5_000)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Within the block the collector runs seldom; afterwards as before."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
