"""The fonts of a bundle: those of our packages and no others, so that every machine sets the same lines."""

from importlib.util import find_spec
from pathlib import Path

# The packages that bring them, pinned in requirements/base.in.
PACKAGES = ("manimgx_fonts", "cvttf_NotoSansCJK_Regular", "cvttf_NotoSansCJK_Bold")
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
</fontconfig>
"""


def font_folders() -> list[Path]:
    """The folders of the packages that are installed."""
    specs = [find_spec(name) for name in PACKAGES]
    return [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin]


def font_files() -> list[Path]:
    """Every font that a bundle may be set in."""
    return sorted(path for folder in font_folders() for path in folder.iterdir() if path.suffix in {".ttf", ".otf"})


def write_fonts_conf(folder: Path) -> Path:
    """A fontconfig file that knows the bundle's fonts only."""
    path = folder / "fonts.conf"
    folders = "\n".join(f"<dir>{found}</dir>" for found in font_folders())
    path.write_text(FONTS_CONF.format(folders=folders), encoding="utf-8")
    return path
