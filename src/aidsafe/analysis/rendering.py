"""Charts as files: SVG and PNG, light and dark, drawn without a browser."""

from collections.abc import Iterable
from pathlib import Path

import orjson

from aidsafe.analysis.colours import MODES, Mode, theme
from aidsafe.analysis.extras import need
from aidsafe.analysis.pictures import Picture, Spec

__all__ = ["themed", "write_pictures"]

_SCALE = 2.0


def write_pictures(pictures: Iterable[Picture], folder: Path) -> list[Path]:
    """Write every picture as SVG and PNG, light and dark; gives the paths. Raises `ExtraMissing`."""
    folder.mkdir(parents=True, exist_ok=True)
    return [path for picture in pictures for mode in MODES for path in _write(picture, mode, folder)]


def themed(spec: Spec, mode: Mode) -> Spec:
    """A chart in the colours of a mode."""
    return {**spec, "config": theme(mode)}


def _write(picture: Picture, mode: Mode, folder: Path) -> tuple[Path, Path]:
    convert = need("vl_convert", purpose="a picture file")
    name = picture.name if mode == "light" else f"{picture.name}-{mode}"
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    spec = orjson.dumps(themed(picture.spec, mode)).decode()
    drawn: str = convert.vegalite_to_svg(spec)
    svg.write_text(drawn, encoding="utf-8")
    png.write_bytes(convert.svg_to_png(drawn, scale=_SCALE))
    return svg, png
