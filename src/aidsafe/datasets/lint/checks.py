"""Every check of a row by its code, in the order they look."""

from aidsafe.datasets.lint import (
    citing,
    cutting,
    deciding,
    grounding,
    leaking,
    leftovers,
    naming,
    overhearing,
    proportion,
    repeating,
    wavering,
    yielding,
)
from aidsafe.datasets.lint.finding import Check

__all__ = ["CHECKS"]

CHECKS: dict[str, Check] = {
    check.code: check
    for checks in (
        cutting.CHECKS,
        citing.CHECKS,
        naming.CHECKS,
        deciding.CHECKS,
        yielding.CHECKS,
        wavering.CHECKS,
        leaking.CHECKS,
        overhearing.CHECKS,
        leftovers.CHECKS,
        repeating.CHECKS,
        proportion.CHECKS,
        grounding.CHECKS,
    )
    for check in checks
}
