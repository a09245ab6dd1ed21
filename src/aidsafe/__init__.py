"""Deliberate over a query with several agents and a set of policies, and keep what they wrote as training data.

The names below are loaded when they are first asked for, so that `import aidsafe` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from aidsafe.core.version import __version__

if TYPE_CHECKING:
    from aidsafe.agents.guidance import load_guidance as load_guidance
    from aidsafe.agents.messages import EventMessage as EventMessage
    from aidsafe.agents.role import RoleAgent as RoleAgent
    from aidsafe.analysis.analyze import analyze as analyze
    from aidsafe.analysis.tables import tables as tables
    from aidsafe.core.records import Record as Record
    from aidsafe.core.transcript import Transcript as Transcript
    from aidsafe.orchestration.deliberation import Deliberation as Deliberation
    from aidsafe.orchestration.door import events as events
    from aidsafe.orchestration.door import generate as generate
    from aidsafe.orchestration.recipe import Recipe as Recipe
    from aidsafe.orchestration.recipe import recipe as recipe
    from aidsafe.orchestration.run import Run as Run
    from aidsafe.orchestration.sitting import Happening as Happening
    from aidsafe.orchestration.table import Table as Table
    from aidsafe.orchestration.table import open_table as open_table
    from aidsafe.policies.library import load_policies as load_policies

# Each public name and the module that defines it.
_HOMES: Final[dict[str, str]] = {
    "Deliberation": "aidsafe.orchestration.deliberation",
    "EventMessage": "aidsafe.agents.messages",
    "Happening": "aidsafe.orchestration.sitting",
    "Recipe": "aidsafe.orchestration.recipe",
    "Record": "aidsafe.core.records",
    "RoleAgent": "aidsafe.agents.role",
    "Run": "aidsafe.orchestration.run",
    "Table": "aidsafe.orchestration.table",
    "Transcript": "aidsafe.core.transcript",
    "analyze": "aidsafe.analysis.analyze",
    "events": "aidsafe.orchestration.door",
    "generate": "aidsafe.orchestration.door",
    "load_guidance": "aidsafe.agents.guidance",
    "load_policies": "aidsafe.policies.library",
    "open_table": "aidsafe.orchestration.table",
    "recipe": "aidsafe.orchestration.recipe",
    "tables": "aidsafe.analysis.tables",
}

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
