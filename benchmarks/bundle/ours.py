"""`python -m benchmarks.bundle.ours CASE OUT`: one export by Prazo, with what the cache below BENCH_MEDIA holds."""

import json
import pickle
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.bundle.lightly import set_up

set_up()

from evidence.bundling.caching import Cache  # noqa: E402  after the settings
from evidence.bundling.making import make_bundle  # noqa: E402
from evidence.bundling.publishing import publish  # noqa: E402
from evidence.bundling.reusing import inputs_of  # noqa: E402
from evidence.recipients import find_recipient  # noqa: E402


def main(case_path: Path, note_path: Path, media: Path) -> None:
    """Make the bundle, publish it, and note what a later export of the same case needs to find it."""
    case = pickle.loads(case_path.read_bytes())  # noqa: S301  our own
    recipient = replace(find_recipient("archive"), attaches=False)
    cache = Cache(media / "cache")
    inputs = inputs_of(case, recipient)
    with cache.work() as folder:
        made = make_bundle(case, recipient, folder, lambda _percent: None, cache)
        name = publish(made.path, made.sha256)
    note = {"inputs": inputs, "file": str(media / name), "sha256": made.sha256, "pages": made.pages, "size": made.size}
    note_path.write_text(json.dumps(note))


if __name__ == "__main__":
    from django.conf import settings

    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(settings.MEDIA_ROOT))
