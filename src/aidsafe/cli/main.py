"""The command line: finds the command, calls it, and turns what went wrong into one line and an exit code.

Commands import what is heavy when they are called, so that `aidsafe --help` stays quick.
"""

import sys
from collections.abc import Sequence
from typing import Annotated, Final, TextIO, cast

import typer
from typer.main import get_command

from aidsafe.cli.analyze import analyze
from aidsafe.cli.audit import audit
from aidsafe.cli.branch import branch
from aidsafe.cli.card import card
from aidsafe.cli.export import export
from aidsafe.cli.generate import generate
from aidsafe.cli.libraries import personas, policies, prompts, recipes
from aidsafe.cli.lint import lint
from aidsafe.cli.pairs import pairs
from aidsafe.cli.serve import serve
from aidsafe.cli.show import show
from aidsafe.cli.status import status
from aidsafe.cli.study import study
from aidsafe.cli.telling import emit, say
from aidsafe.cli.twins import twins
from aidsafe.cli.verify import verify
from aidsafe.cli.view import view
from aidsafe.core.errors import AidsafeError, BudgetSpent, InputError, SurroundingsError
from aidsafe.core.version import __version__

__all__ = ["app", "main", "run"]

CRASHED: Final = 70
"""The exit code of a fault of our own: apart from every code that means something about a run."""

app = typer.Typer(
    name="aidsafe",
    add_completion=False,
    rich_markup_mode=None,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command(short_help="Deliberate on every query of a source; again to resume.")(generate)
app.command(short_help="Counts, spend, failures by cause, what is left.")(status)
app.command(short_help="One transcript, readable.")(show)
app.command(short_help="The finished records, in a format that others read.")(export)
app.command(short_help="What is wrong in a finished set; no model needed.")(lint)
app.command(short_help="Copies, benchmark overlap, personal data, mixes.")(audit)
app.command(short_help="A dataset card written from a run.")(card)
app.command(short_help="Preference pairs from a finished run.")(pairs)
app.command(short_help="Benign look-alikes of harmful queries, under the same policies.")(twins)
app.command(short_help="Whether a run is what its journal says.")(verify)
app.command(short_help="A web page to read transcripts on.")(view)
app.command(short_help="How the agents deliberated: numbers, tables, pictures.")(analyze)
app.command(short_help="Recipes compared over the same queries, pair by pair.")(study)
app.command(short_help="Continue a stored transcript from any event, differently.")(branch)
app.command(short_help="The scripted model behind an OpenAI-compatible server.")(serve)
for name, library in {"policies": policies, "prompts": prompts, "personas": personas, "recipes": recipes}.items():
    app.add_typer(library, name=name)

# Older releases of Typer take this class from another package than newer ones do.
_UsageError = cast("type[Exception]", typer.BadParameter.__bases__[0])


@app.callback()
def aidsafe(
    asked: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is, and stop.")] = False,
) -> None:
    """Safety reasoning data from several agents that deliberate over policies.

    \b
    Begin with:  aidsafe generate examples/queries.jsonl --out runs/first
    """  # noqa: D301
    if version:
        emit(f"aidsafe {__version__}")
    elif asked.invoked_subcommand is None:
        emit(asked.get_help())


def main() -> None:
    """Run the command line of this process, and end with its exit code."""
    _tolerate_any_text(sys.stdout, sys.stderr)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit code."""
    try:
        result: object = get_command(app).main(args=list(arguments), prog_name="aidsafe", standalone_mode=False)
    except _UsageError as error:
        say(_usage(error))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted")
        return 130
    except Exception as error:  # noqa: BLE001  # every fault leaves as an exit code
        return _failed(error)
    return result if isinstance(result, int) else 0


def _usage(error: Exception) -> str:
    """What is wrong with the command, and where to read how it goes."""
    message = getattr(error, "format_message", lambda: str(error))().strip().rstrip(".")
    path = getattr(getattr(error, "ctx", None), "command_path", "aidsafe")
    return f"{message[:1].lower()}{message[1:]}; see {path} --help"


def _failed(error: Exception) -> int:
    """Say what went wrong; the exit code for it."""
    cause = _cause(error)
    match cause:
        case InputError() | FileExistsError() | FileNotFoundError() | NotADirectoryError() | IsADirectoryError():
            # Whoever works on a run has named the errors of its disk; what is left is a path that was given.
            code = 2
        case BudgetSpent():
            code = 3
        case SurroundingsError() | OSError():
            code = 4
        case _:
            sys.excepthook(type(error), error, error.__traceback__)
            return CRASHED
    say(_said(cause))
    return code


def _said(cause: BaseException) -> str:
    if isinstance(cause, OSError) and cause.filename is not None:
        return f"{cause.filename}: the system says no ({cause.strerror}); check the path"
    return str(cause) if isinstance(cause, AidsafeError) else f"the system says no: {cause}"


def _cause(error: BaseException) -> BaseException:
    """The error itself; of a group that holds only errors of ours, the first."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    causes = [_cause(inner) for inner in error.exceptions]
    return causes[0] if all(isinstance(cause, AidsafeError) for cause in causes) else error


def _tolerate_any_text(*streams: TextIO) -> None:
    """Let characters that a terminal's encoding lacks be written out, and not be an error."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
