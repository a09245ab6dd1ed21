"""Ways to say one thing, written a way a line.

A line that is set further in goes on with the line before it, so that long alternatives can be broken where they read
well. `@name@` stands for a part that several wordings share.
"""

import re

__all__ = ["Wording", "group", "pattern"]


class Wording:
    """Ways to say one thing. `needs` are pieces, parted by `|`, of which every way has one.

    Most texts have none of them, and seeing that costs a hundredth of trying the ways.
    """

    def __init__(self, needs: str, ways: str, **parts: str) -> None:
        self.needs = tuple(needs.split("|"))
        self.pattern = re.compile(_joined(ways, parts))

    def search(self, folded: str) -> "re.Match[str] | None":
        """The first place in a folded text where it is said."""
        # A plain loop: this is asked of every sentence of a set, many times over.
        for piece in self.needs:
            if piece in folded:
                return self.pattern.search(folded)
        return None


def pattern(ways: str, *, flags: "re.RegexFlag | int" = 0, **parts: str) -> "re.Pattern[str]":
    """All ways as one pattern."""
    return re.compile(_joined(ways, parts), flags)


def group(ways: str, **parts: str) -> str:
    """All ways as a group, to be a part of others."""
    return f"(?:{_joined(ways, parts)})"


def _joined(ways: str, parts: dict[str, str]) -> str:
    lines = [line for line in ways.splitlines() if line.strip()]
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    joined = "".join(_piece(line, margin) for line in lines).removeprefix("|")
    return re.sub(r"@(\w+)@", lambda found: parts[found[1]], joined)


def _piece(line: str, margin: int) -> str:
    """A line that begins a way comes after a bar; one that goes on with it does not."""
    begins = not line[margin].isspace()
    return f"|{line.strip()}" if begins else line.strip()
