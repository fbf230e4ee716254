"""Pages of finished bundles as pictures: drawn when somebody looks, and kept for the next time."""

from pathlib import Path

from evidence.bundling.caching import key_of
from evidence.bundling.preparing import open_bench
from evidence.services.building import kept

PAGES = "pages"  # the kind of what is kept
WIDTH = 900  # pixels: a phone's, at its density
PICTURE = "page.jpg"


def page_picture(path: Path, sha256: str, number: int) -> bytes | None:
    """A page (from 1) of the bundle's file with this hash, as a JPEG; None where there is no such page."""
    cache, key = kept(), key_of(PAGES, sha256, number, WIDTH)
    with cache.work() as folder:
        if cache.take(PAGES, key, folder) is None:
            with open_bench(folder) as bench:
                drawn = bench.sketch(path, number, WIDTH)
            if drawn is None:
                return None
            drawn.rename(folder / PICTURE)
            cache.keep(PAGES, key, {}, [folder / PICTURE])
        return (folder / PICTURE).read_bytes()
