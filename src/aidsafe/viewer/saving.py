"""One file to share: chosen queries of a run on a page that needs no server, no network and no other file."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Final

from aidsafe.core.errors import FolderError
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.writing import write_atomic
from aidsafe.orchestration.run import Run
from aidsafe.policies.library import Policies
from aidsafe.viewer.answers import described, transcript_facts
from aidsafe.viewer.assets import whole_page
from aidsafe.viewer.entry import entry_of
from aidsafe.viewer.reading import as_json
from aidsafe.viewer.shelf import policies_of

__all__ = ["FIRST", "page_of", "write_page"]

FIRST: Final = 50
"""How many queries go on a page when none is named."""


def write_page(run: Run, query_ids: Sequence[str] | None, out: Path, *, policies: Path | None = None) -> int:
    """Write the page of these queries (of the first fifty, where none is named); how many are on it.

    `policies` is a folder of policies of one's own, if the run went by such. Raises `FolderError` for an id the run
    does not have, `SurroundingsError` where the file cannot be written.
    """
    transcripts = list(_chosen(run, query_ids))
    name, shown = run.folder.path.resolve().name, policies_of(run, policies)
    write_atomic(out, [page_of(run, transcripts, name=name, policies=shown).encode()])
    return len(transcripts)


def page_of(run: Run, transcripts: Sequence[Transcript], *, name: str, policies: Policies | None) -> str:
    """The page of these transcripts."""
    lines = [asdict(entry_of(transcript.events)) for transcript in transcripts]
    readings = {transcript.query.id: transcript_facts(run, transcript) for transcript in transcripts}
    given = {"runs": [{"number": 0, **described(run, name, policies)}], "lines": lines, "transcripts": readings}
    return whole_page(as_json(given))


def _chosen(run: Run, query_ids: Sequence[str] | None) -> Iterator[Transcript]:
    if query_ids is None:
        found = list(islice(run.transcripts(), FIRST))
        if not found:
            raise FolderError(f"{run.folder.path}: no query has begun; wait for one")
        yield from found
    else:
        yield from (run.transcript(query_id) for query_id in dict.fromkeys(query_ids))
