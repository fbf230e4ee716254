"""The fonts of a bundle: those of our packages and no others, so that every machine sets the same lines.

A variable font costs every document time, for each weight is cut out of it anew. So the weights that bundles are set in
are cut once, by `python -m evidence.font_cutting` at the set-up or by the first bundle, and always to the same bytes.
"""

import hashlib
import os
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings

# The packages that bring them, pinned in requirements/base.in.
PACKAGES = ("manimgx_fonts", "cvttf_NotoSansCJK_Regular", "cvttf_NotoSansCJK_Bold", "fontpkg_amiri")
CUT = ("NotoSans[wght].ttf",)  # the variable font that every bundle needs
UNUSED = ("NotoSans-Italic[wght].ttf",)
WEIGHTS = (400, 600)  # in which bundle.css sets text
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
<selectfont>
{rejected}
</selectfont>
</fontconfig>
"""


def font_folders() -> list[Path]:
    """The folders of the packages that are installed."""
    specs = [find_spec(name) for name in PACKAGES]
    return [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin]


def font_files() -> list[Path]:
    """Every font that the packages bring."""
    return sorted(path for folder in font_folders() for path in folder.rglob("*") if path.suffix in {".ttf", ".otf"})


@cache
def font_set_id() -> str:
    """One hash for the fonts and how they are cut."""
    names = [(path.name, path.stat().st_size) for path in font_files()]
    return hashlib.sha256(repr((names, CUT, UNUSED, WEIGHTS, version("fonttools"))).encode()).hexdigest()[:16]


def cut_fonts() -> Path:
    """The folder with the cut weights, which are cut now where nobody has yet: in the environment, or beside the files.

    Raises OSError when neither can be written, and CalledProcessError.
    """
    places = [shared_place(), Path(settings.MEDIA_ROOT) / "cache" / "fonts"]
    for place in places:
        if (place / font_set_id()).is_dir():
            return place / font_set_id()
    place = next((place for place in places if _is_writable(place)), places[-1])
    # In a process of its own: what cuts fonts is large, and needed once.
    subprocess.run([sys.executable, "-m", "evidence.font_cutting", place], cwd=settings.BASE_DIR, check=True)  # noqa: S603
    return place / font_set_id()


def shared_place() -> Path:
    """Where the set-up puts them, for everybody who works with this environment."""
    return Path(sys.prefix) / "share" / "prazo-fonts"


def _is_writable(place: Path) -> bool:
    while not place.exists():
        place = place.parent
    return os.access(place, os.W_OK)


def write_fonts_conf(folder: Path) -> Path:
    """A fontconfig file that knows the bundle's fonts only."""
    path = folder / "fonts.conf"
    folders = "\n".join(f"<dir>{escape(str(found))}</dir>" for found in [*font_folders(), cut_fonts()])
    rejected = "\n".join(
        f"<rejectfont><glob>{escape(_as_glob(found))}</glob></rejectfont>"
        for found in font_files()
        if found.name in CUT + UNUSED
    )
    path.write_text(FONTS_CONF.format(folders=folders, rejected=rejected), encoding="utf-8")
    return path


def _as_glob(path: Path) -> str:
    """Brackets stand for themselves."""
    return str(path).replace("[", "?").replace("]", "?")
