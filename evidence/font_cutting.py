"""`python -m evidence.font_cutting [FOLDER]` cuts the weights that bundles are set in out of their variable fonts."""

import secrets
import shutil
import sys
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib.instancer import instantiateVariableFont  # type: ignore[import-untyped]

from evidence.fonts import CUT, WEIGHTS, font_files, font_set_id, shared_place


def cut_all(place: Path) -> None:
    """Cut every weight into a folder below the place that is named after the fonts; nothing when it is there."""
    target = place / font_set_id()
    if target.is_dir():
        return
    partial = place / f".{secrets.token_hex(8)}"
    partial.mkdir(parents=True)
    for path in font_files():
        if path.name in CUT:
            for weight in WEIGHTS:
                _cut(path, weight, partial)
    try:
        partial.rename(target)
    except OSError:  # somebody else was faster
        shutil.rmtree(partial)


def _cut(path: Path, weight: int, folder: Path) -> None:
    with TTFont(path, recalcTimestamp=False) as font:
        instantiateVariableFont(font, {"wght": weight}, inplace=True, updateFontNames=True)
        font.save(folder / f"{path.name.split('[', 1)[0]}-{weight}.ttf")


if __name__ == "__main__":
    cut_all(Path(sys.argv[1]) if len(sys.argv) > 1 else shared_place())
