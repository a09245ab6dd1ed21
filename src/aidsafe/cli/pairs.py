"""`aidsafe pairs`: preference pairs from a finished run."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

__all__ = ["pairs"]

Kind = Literal["whisperer", "dropped_clause", "wrong_precedence", "seed", "runner_up"]


def pairs(
    run: Annotated[Path, Argument(metavar="RUN", help="a run folder; with --figure alone, a folder of pairs")],
    *,
    out: Annotated[
        Path | None, Option("--out", metavar="RUN2", help="the folder of the pairs; again to resume")
    ] = None,
    kind: Annotated[
        Kind, Option("--kind", metavar="KIND", help="or dropped_clause, wrong_precedence, seed, runner_up")
    ] = "whisperer",
    allow_harmful: Annotated[
        bool, Option("--allow-harmful", help="let the whisperer write texts that do harm")
    ] = False,
    model: Annotated[str | None, Option("--model", metavar="SPEC", help="the target; without it, RUN's seeder")] = None,
    whisperer: Annotated[str | None, Option("--whisperer", metavar="SPEC", help="without it, the target")] = None,
    judge: Annotated[str | None, Option("--judge", metavar="SPEC", help="decides; without it, rules do")] = None,
    tries: Annotated[int, Option("--tries", metavar="N", min=1, help="tries a query")] = 4,
    enough: Annotated[float, Option("--enough", metavar="X", min=0, max=1, help="stop at this faithfulness")] = 0.5,
    margin: Annotated[float, Option("--margin", metavar="X", min=0, max=1, help="least difference of a pair")] = 0.1,
    samples: Annotated[int, Option("--samples", metavar="N", min=0, help="plain chains to compare")] = 2,
    limit: Annotated[int | None, Option("--limit", metavar="N", min=1, help="so many records at most")] = None,
    in_flight: Annotated[int, Option("--in-flight", metavar="N", min=1, help="queries at a time")] = 16,
    figure: Annotated[Path | None, Option("--figure", metavar="FILE", help="draw the two distributions (SVG)")] = None,
    as_json: Annotated[bool, Option("--json", help="print what came of it as one JSON object")] = False,
) -> int:
    """Make preference pairs of the deliberated chain and a less faithful one.

    The ear-whisperer plants a belief before the query; the chain under it is rejected. Its texts
    break models: it asks for --allow-harmful, and they lie in files of their own.

    \b
    aidsafe pairs runs/first --out pairs/first --allow-harmful --figure first.svg
    """  # noqa: D301
    from aidsafe.cli.pairing import AskedPairs, carry_pairs
    from aidsafe.orchestration.pairing import PairSettings

    settings = PairSettings(kind=kind, tries=tries, enough=enough, least_margin=margin, samples=samples)
    models = {"target": model, "whisperer": whisperer, "judge": judge}
    asked = AskedPairs(
        run, out, settings, models, limit, in_flight, figure, allow_harmful=allow_harmful, as_json=as_json
    )
    return carry_pairs(asked)
