"""Deliberate over a query with several agents and a set of policies, and keep what they wrote as training data.

The names below are loaded when they are first asked for, so that `import aidsafe` stays quick.
"""

from importlib import import_module
from typing import Final

from aidsafe.core.version import __version__

# Each public name and the module that defines it.
_HOMES: Final[dict[str, str]] = {}

__all__ = ["__version__"]
__all__ += list(_HOMES)


def __getattr__(name: str) -> object:
    """Load a public name from its home, and keep it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'aidsafe' has no attribute {name!r}; its names are {sorted(__all__)!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
