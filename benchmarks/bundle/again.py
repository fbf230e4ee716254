"""`python -m benchmarks.bundle.again CASE NOTE`: an unchanged case, served from its published file after a check."""

import json
import pickle
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.bundle.lightly import set_up

set_up()

from evidence.bundling.reusing import inputs_of  # noqa: E402  after the settings
from evidence.recipients import find_recipient  # noqa: E402
from evidence.storing import hash_file  # noqa: E402


def main(case_path: Path, note_path: Path) -> None:
    """What `evidence.services.building` does before it makes anything; ends with an error where it would have to."""
    case = pickle.loads(case_path.read_bytes())  # noqa: S301  our own
    note = json.loads(note_path.read_text())
    if inputs_of(case, replace(find_recipient("archive"), attaches=False)) != note["inputs"]:
        sys.exit("the case is another one")
    if hash_file(Path(note["file"])) != note["sha256"]:
        sys.exit("the published file is damaged")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
