"""Checks of a finished set that need no model."""

from aidsafe.datasets.lint.checks import CHECKS
from aidsafe.datasets.lint.finding import Check, Finding
from aidsafe.datasets.lint.linting import lint, lint_paths
from aidsafe.datasets.lint.set_checks import SET_CHECKS, SetCheck

__all__ = ["CHECKS", "SET_CHECKS", "Check", "Finding", "SetCheck", "lint", "lint_paths"]
