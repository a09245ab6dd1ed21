"""`aidsafe serve`: the scripted model behind an OpenAI-compatible server."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Option

__all__ = ["serve"]

Formats = Literal["schema", "json", "text"]


def serve(
    *,
    port: Annotated[int, Option("--port", metavar="P", min=0, max=65535, help="0 takes any free one")] = 8000,
    latency: Annotated[float, Option("--latency", metavar="S", min=0, help="seconds an answer takes")] = 0.0,
    faults: Annotated[str, Option("--faults", metavar="SPEC", help="NAME=RATE,…; --faults help lists them")] = "",
    storms: Annotated[list[str] | None, Option("--storm", metavar="START,SECONDS", help="faults only then")] = None,
    retry_after: Annotated[float, Option("--retry-after", metavar="S", min=0, help="what a 429 asks for")] = 1.0,
    in_flight_limit: Annotated[int | None, Option("--in-flight-limit", metavar="N", min=1, help="429 beyond")] = None,
    formats: Annotated[Formats, Option("--formats", help="the most that response_format may ask for")] = "schema",
    cache_tokens: Annotated[int, Option("--cache-tokens", metavar="N", min=0, help="prefix cache size")] = 2_000_000,
    model_options: Annotated[str, Option("--model-options", metavar="OPTIONS", help="malformed=0.02,…")] = "",
    canned: Annotated[bool, Option("--canned", help="the same reply to every call of a role, fast")] = False,
    seed: Annotated[int, Option("--seed", metavar="N", help="what the faults hang on")] = 0,
    tally: Annotated[Path | None, Option("--tally", metavar="FILE", help="the counts, also at GET /tally")] = None,
) -> int:
    """Serve the scripted model on this machine, as an OpenAI-compatible server does, with the faults of one.

    \b
    aidsafe serve --port 8000 --faults 429=0.2,500=0.05
    aidsafe generate queries.jsonl --out runs/1 --model openai:scripted@http://127.0.0.1:8000/v1
    """  # noqa: D301
    from aidsafe.cli.serving import serve_until_stopped
    from aidsafe.cli.telling import emit
    from aidsafe.models.scripted.options import ScriptedOptions
    from aidsafe.models.serving.faulting import FAULTS, parse_faults, parse_storm
    from aidsafe.models.serving.options import ServeOptions

    if faults == "help":
        emit("\n".join(FAULTS))
        return 0
    options = ServeOptions(
        latency=latency,
        faults=parse_faults(faults),
        storms=tuple(map(parse_storm, storms or ())),
        retry_after=retry_after,
        in_flight_limit=in_flight_limit,
        formats=formats,
        cache_tokens=cache_tokens,
        model=ScriptedOptions.parse(model_options),
        canned=canned,
        seed=seed,
        tally=tally,
    )
    return serve_until_stopped(port, options)
