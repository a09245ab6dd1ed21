"""The optional libraries that analysis leans on, loaded when they are first needed."""

from importlib import import_module
from types import ModuleType

from aidsafe.core.errors import ExtraMissing

__all__ = ["need"]


def need(module: str, *, purpose: str, extra: str = "analysis") -> ModuleType:
    """Load an optional library. Raises `ExtraMissing` where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ExtraMissing(extra, purpose=purpose) from error
