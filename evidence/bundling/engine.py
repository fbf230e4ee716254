"""What a bundle's bytes follow from besides its case: our code, the libraries that set and write it, and the fonts."""

import ctypes
import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from evidence.fonts import font_set_id

LIBRARIES = ("fonttools", "pi_heif", "pikepdf", "pillow", "pydyf", "pypdfium2", "weasyprint")
SOURCES = ("bundling/*.py", "templatetags/*.py", "phrases/*.toml", "*.py", "*.toml")
# The system's own, by the names under which WeasyPrint finds it on Linux, macOS and Windows.
PANGO = ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll")
APT_LINE = "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@cache
def engine_id() -> str:
    """One hash of them all: what was kept by another engine is not used."""
    hasher = hashlib.sha256(f"{font_set_id()} {_pango_version()}\n".encode())
    for name in LIBRARIES:
        hasher.update(f"{name} {version(name)}\n".encode())
    folder = Path(__file__).parent.parent
    for path in sorted(path for pattern in SOURCES for path in folder.glob(pattern)):
        hasher.update(f"{path.name}\n".encode() + path.read_bytes())
    return hasher.hexdigest()


def _pango_version() -> int:
    """As one number; 0 where it is not installed."""
    for name in PANGO:
        try:
            number: int = ctypes.CDLL(name).pango_version()
        except (OSError, AttributeError):
            continue
        return number
    return 0
