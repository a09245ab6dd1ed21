"""Every check of a row by its code, in the order they look."""

from aidsafe.datasets.lint import (
    citing,
    claiming,
    crumbs,
    cutting,
    deciding,
    excusing,
    failing,
    garbling,
    giving_in,
    identifying,
    leaking,
    leftovers,
    machine,
    naming,
    opening,
    overhearing,
    proportion,
    refusing,
    repeating,
    tagging,
    triggering,
    wavering,
    yielding,
)
from aidsafe.datasets.lint.finding import Check

__all__ = ["CHECKS"]

CHECKS: dict[str, Check] = {
    check.code: check
    for checks in (
        failing.CHECKS,
        cutting.CHECKS,
        garbling.CHECKS,
        citing.CHECKS,
        naming.CHECKS,
        deciding.CHECKS,
        refusing.CHECKS,
        yielding.CHECKS,
        giving_in.CHECKS,
        wavering.CHECKS,
        leaking.CHECKS,
        excusing.CHECKS,
        overhearing.CHECKS,
        tagging.CHECKS,
        crumbs.CHECKS,
        leftovers.CHECKS,
        repeating.CHECKS,
        proportion.CHECKS,
        claiming.CHECKS,
        identifying.CHECKS,
        triggering.CHECKS,
        opening.CHECKS,
        machine.CHECKS,
    )
    for check in checks
}
