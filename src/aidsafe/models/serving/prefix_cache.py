"""How much of each prompt a server would not compute again: a prefix cache of blocks, as inference servers keep one.

A token counts as four bytes and a block is 16 tokens. A block is known by its own bytes and all that comes before it,
so a prompt finds exactly the whole blocks of its longest known beginning. The blocks that were used longest ago go
first. What the simulation does not know: blocks that are pinned by requests under way, and a real tokenizer.
"""

from collections import OrderedDict
from typing import Final

__all__ = ["BLOCK_TOKENS", "BYTES_A_TOKEN", "PrefixCache"]

BYTES_A_TOKEN: Final = 4
BLOCK_TOKENS: Final = 16
_BLOCK_BYTES: Final = BYTES_A_TOKEN * BLOCK_TOKENS


class PrefixCache:
    """Blocks of earlier prompts; `tokens` is how many it holds (None: all)."""

    def __init__(self, tokens: int | None = None) -> None:
        self._most = None if tokens is None else tokens // BLOCK_TOKENS
        self._blocks: OrderedDict[int, None] = OrderedDict()

    def cached_tokens(self, prompt: bytes) -> int:
        """How many tokens at the beginning of a prompt are known."""
        return BLOCK_TOKENS * self._known(_chain(prompt))

    def keep(self, text: bytes) -> None:
        """Take in the blocks of a prompt, or of a prompt and its answer."""
        self._keep(_chain(text))

    def take(self, prompt: bytes) -> int:
        """Both at once: the tokens known before, and from now on the whole prompt is known."""
        blocks = _chain(prompt)
        known = self._known(blocks)
        self._keep(blocks)
        return BLOCK_TOKENS * known

    def _known(self, blocks: list[int]) -> int:
        for number, block in enumerate(blocks):
            if block not in self._blocks:
                return number
        return len(blocks)

    def _keep(self, blocks: list[int]) -> None:
        # The end of a prompt goes before its beginning, without which it is of no use.
        for block in reversed(blocks):
            self._blocks[block] = None
            self._blocks.move_to_end(block)
        if self._most is not None:
            while len(self._blocks) > self._most:
                self._blocks.popitem(last=False)


def _chain(text: bytes) -> list[int]:
    """The name of every whole block, which hangs on all the blocks before it."""
    chain, before = [], 0
    for start in range(0, len(text) - _BLOCK_BYTES + 1, _BLOCK_BYTES):
        before = hash((before, text[start : start + _BLOCK_BYTES]))
        chain.append(before)
    return chain
