"""A sitting as the commands hold it: watched, logged, stopped by Ctrl-C."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec

import anyio

from aidsafe.cli.collecting import seldom_collecting
from aidsafe.cli.interrupting import interruptible
from aidsafe.cli.logs import log_end, log_happening, logging_to
from aidsafe.cli.opening import opened_run
from aidsafe.cli.panel import watched
from aidsafe.cli.progress import Tally
from aidsafe.orchestration.generating import IN_FLIGHT, Ended, Plan, carry_out
from aidsafe.orchestration.journal import read_journal
from aidsafe.orchestration.sitting import Happening
from aidsafe.orchestration.stopping import Stop
from aidsafe.orchestration.table import close_table

__all__ = ["sit"]


def sit(plan: Plan, *, title: str, in_flight: int | None, quiet: bool) -> Ended:
    """Carry one sitting through, and close its table."""
    tally, at_once = _tally(plan), in_flight or IN_FLIGHT
    with ExitStack() as stack:
        plan.folder.path.parent.mkdir(parents=True, exist_ok=True)
        stack.enter_context(logging_to(plan.folder.log))
        stack.enter_context(seldom_collecting())
        stack.enter_context(watched(tally, title=title, quiet=quiet))
        log = log_happening({"queries": plan.queries, "left": tally.queries - tally.finished, "in_flight": at_once})

        def watch(happening: Happening) -> None:
            tally.note(happening)
            log(happening)

        work = partial(_sit, plan, watch=watch, in_flight=at_once)
        ended = anyio.run(work, backend_options={"use_uvloop": find_spec("uvloop") is not None}) or _cut_short(plan)
        log_end(ended)
    return ended


async def _sit(plan: Plan, *, watch: Callable[[Happening], None], in_flight: int) -> Ended | None:
    stop = Stop()
    work = partial(carry_out, plan, in_flight=in_flight, watch=watch, stop=stop)
    try:
        return await interruptible(work, stop.request)
    finally:
        with anyio.CancelScope(shield=True):
            await close_table(plan.table)


def _tally(plan: Plan) -> Tally:
    if not (plan.resumes and plan.folder.journal.is_file()):
        return Tally(plan.queries)
    with read_journal(plan.folder.journal) as journal:
        return Tally.after(plan.queries, journal.counts(), journal.usage())


def _cut_short(plan: Plan) -> Ended:
    with opened_run(plan.folder.path) as run:
        return Ended(run.totals, interrupted=True)
