"""verify_bundle on a machine that has nothing but the file: no database, no network, none of the case's data."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.commands.conftest import BASE, CommandLine
from tests.evidence.readers.conftest import Court

pytestmark = pytest.mark.slow
# The command as it is, in a process that has left the network where the system lets it.
CUT_OFF = """
import os, sys
sys.path.insert(0, os.getcwd())
from evidence.bundling.bench import leave_network
leave_network()
os.execv(sys.executable, [sys.executable, "manage.py", *sys.argv[1:]])
"""


@pytest.fixture
def alone(tmp_path: Path, court: Court) -> CommandLine:
    """Another machine, on which the file has arrived; its database cannot be reached."""
    shutil.copy(court.path, tmp_path / "received.pdf")
    return CommandLine(tmp_path, {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "HOME": str(tmp_path / "home")})


def verify(alone: CommandLine, path: Path) -> tuple[int, Any, str]:
    """The exit code, the answer and the line on standard error."""
    said = subprocess.run(
        [sys.executable, "-c", CUT_OFF, "verify_bundle", path, "--json"],
        cwd=BASE,
        env=alone.environment,
        capture_output=True,
        text=True,
    )
    return said.returncode, json.loads(said.stdout) if said.stdout else None, said.stderr.strip()


def test_the_file_alone_is_enough(alone: CommandLine, court: Court) -> None:
    code, found, errors = verify(alone, alone.folder / "received.pdf")
    assert (code, errors) == (0, "")
    assert found["holds"] is True
    assert (found["part"], found["parts"], found["signatures"]) == (1, 1, [])
    assert [one["sha256"] for one in found["exhibits"]] == [one["sha256"] for one in court.answer["exhibits"]]
    assert {one["sha256"] for one in found["attached"]} >= set(court.originals().values())
    assert [path.name for path in (alone.folder / "data").iterdir() if path.suffix == ".sqlite3"] == []


def append_a_comment(path: Path) -> None:
    """A note of somebody's, as viewers add it."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[50, 50, 300, 90],
            Contents=pikepdf.String("Paid"), DA=pikepdf.String("/Helv 12 Tf"),
        )  # fmt: skip
        pdf.pages[0].obj.Annots.append(pdf.make_indirect(note))
        pdf.save(path)


def swap_pages(path: Path) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pages = list(pdf.pages)
        pdf.pages[0], pdf.pages[1] = pages[1], pages[0]
        pdf.save(path)


def remove_an_original(path: Path) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.attachments[next(name for name in pdf.attachments if name.startswith("A-5"))]
        pdf.save(path)


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def change_the_manifest(path: Path) -> None:
    """The list says another hash than before, and is as long as it was."""
    data = path.read_bytes()
    at = data.index(b'"recorded_until": "20') + 21
    path.write_bytes(data[:at] + b"99" + data[at + 2 :])


def save_anew(path: Path) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path)


CHANGES = {
    append_a_comment: "after the export", swap_pages: "after the export",
    remove_an_original: "A-5 letter.pdf was removed",
    flip_a_bit: "", change_the_manifest: "manifest", save_anew: "after the export",
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_is_changed_is_said_in_a_sentence(change: Any, alone: CommandLine) -> None:
    path = alone.folder / "received.pdf"
    path.chmod(0o600)
    change(path)
    code, found, line = verify(alone, path)
    assert code == 1
    assert found["holds"] is False
    assert CHANGES[change] in " ".join(found["problems"])
    assert line == f"CommandError: received.pdf: {found['problems'][0]}"


def test_another_file_is_refused_in_one_line(alone: CommandLine) -> None:
    code, answer, line = verify(alone, alone.write("letter.pdf", b"%PDF-1.7\n%%EOF"))
    assert (code, answer) == (2, None)
    assert "choose a file that export_bundle wrote" in line
    assert os.linesep not in line
