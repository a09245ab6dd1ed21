"""An analysis on disk: `analysis.json`, `report.html`, `pictures/`, and where asked for `tables/`."""

from collections.abc import Sequence
from pathlib import Path

from aidsafe.analysis.arms import Arm
from aidsafe.analysis.counts.decisions import LABELS, Labels
from aidsafe.analysis.findings import Analysis
from aidsafe.analysis.pictures import pictures
from aidsafe.analysis.rendering import write_pictures
from aidsafe.analysis.report import report
from aidsafe.analysis.tables import write_tables

__all__ = ["write_analysis", "write_arms"]


def write_analysis(analysis: Analysis, out: Path | str) -> None:
    """Write the numbers, the pictures and the report of an analysis into a folder. Raises `ExtraMissing`."""
    out = Path(out)
    drawn = pictures(analysis)
    out.mkdir(parents=True, exist_ok=True)
    (out / "analysis.json").write_text(analysis.to_json() + "\n", encoding="utf-8")
    (out / "report.html").write_text(report(analysis, drawn), encoding="utf-8")
    write_pictures(drawn, out / "pictures")


def write_arms(arms: Sequence[Arm], out: Path | str, *, labels: Labels = LABELS) -> None:
    """Write the tables of every arm: `tables/` of a single one, `tables/1/`, `tables/2/` … of several."""
    folder = Path(out) / "tables"
    for place, arm in enumerate(arms, start=1):
        where = folder if len(arms) == 1 else folder / str(place)
        write_tables(arm.transcripts(), where, labels=labels)
