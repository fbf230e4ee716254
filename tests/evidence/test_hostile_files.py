"""What hostile files do to a bundle: nothing but a slip with their hash and the reason."""

import socket
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from evidence.bundling.making import Made
from evidence.bundling.papers import ACTIVE_ACTIONS, ACTIVE_KEYS
from evidence.bundling.preparing import open_bench
from evidence.bundling.problems import Problem
from evidence.file_types import FileType
from tests.evidence import files
from tests.evidence.cases import case_of
from tests.evidence.conftest import make

BASE_DIR = Path(__file__).resolve().parents[2]
REASONS = {
    "scripted.pdf": (Problem.ACTIVE, "The file contains scripts or programs."),
    "encrypted.pdf": (Problem.ENCRYPTED, "The file is encrypted with a password."),
    "truncated.pdf": (Problem.DAMAGED, "The file is damaged or ends early"),
    "bomb.png": (Problem.TOO_MANY_PIXELS, "The picture has more pixels"),
    "polyglot.jpg": (Problem.POLYGLOT, "files of two types at once"),
    "cut.jpg": (Problem.DAMAGED, "The file is damaged or ends early"),
}


@pytest.mark.parametrize("name", REASONS)
def test_slip_has_the_hash_and_the_reason(name: str, every_bundle: Made, texts: list[str]) -> None:
    problem, reason = REASONS[name]
    exhibit = next(exhibit for exhibit in every_bundle.exhibits if name in exhibit["title"])
    slip = texts[exhibit["first_page"] - 1]
    assert exhibit["problem"] == problem
    assert reason in slip
    assert exhibit["sha256"] in slip.replace(" ", "")


def test_nothing_in_the_bundle_acts(every_bundle: Made) -> None:
    forbidden = ACTIVE_KEYS | {"/AA", "/OpenAction", "/A", "/URI", "/Widget"}
    with pikepdf.open(every_bundle.path) as pdf:
        text = b"\n".join(part.unparse(resolved=True) for part in pdf.objects if not isinstance(part, pikepdf.Stream))
    words = {f"/{word.split(maxsplit=1)[0]}" for word in text.decode("latin-1").split("/")[1:] if word.strip()}
    assert words & (forbidden | ACTIVE_ACTIONS) == set()


def test_nothing_that_a_script_or_a_camera_said_is_in_the_bundle(every_bundle: Made) -> None:
    data = every_bundle.path.read_bytes()
    for secret in (b"SECRETSCRIPT", b"SECRETPHONE", b"SECRETCOMMENT", b"Exif", b"track.example"):
        assert secret not in data


def test_pages_of_a_scripted_paper_follow_its_slip(every_bundle: Made) -> None:
    scripted = next(exhibit for exhibit in every_bundle.exhibits if "scripted" in exhibit["title"])
    assert scripted["last_page"] - scripted["first_page"] == 3


def prepared(content: bytes, name: str, folder: Path) -> tuple[int, Problem | None]:
    """How many pages a file makes, or what is wrong with it."""
    path = folder / name
    path.write_bytes(content)
    with open_bench(folder) as bench:
        result = bench.prepare(path, FileType(name.split(".")[1]))
    return result.pages, result.problem


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.pdf", b"", Problem.DAMAGED),
        ("empty.png", b"", Problem.UNREADABLE),
        ("garbage.pdf", b"%PDF-1.7\n" + b"garbage" * 100 + b"%%EOF", Problem.DAMAGED),
        ("garbage.jpeg", b"\xff\xd8\xff\xe0" + b"garbage" * 100, Problem.DAMAGED),
        ("page.png", b"<html><script>alert(1)</script>" + files.encoded(files.picture(), "PNG"), Problem.POLYGLOT),
        ("many.pdf", files.paper(pages=301), Problem.TOO_MANY_PAGES),
        ("cut.png", files.encoded(files.picture(), "PNG")[:-400], Problem.DAMAGED),
        ("zip.pdf", files.paper() + b"PK\x05\x06" + bytes(18), Problem.POLYGLOT),
        ("pdf.png", files.encoded(files.picture(), "PNG") + files.paper(), Problem.POLYGLOT),
        ("flat.png", files.pixel_bomb(side=16_000), Problem.TOO_MANY_PIXELS),
    ],
)
def test_a_bad_file_is_told_by_its_problem(name: str, content: bytes, problem: Problem, tmp_path: Path) -> None:
    assert prepared(content, name, tmp_path) == (0, problem)


def test_a_bench_goes_on_after_a_file_that_broke_its_process(tmp_path: Path) -> None:
    path = tmp_path / "a.jpeg"
    path.write_bytes(files.phone_photo())
    with open_bench(tmp_path) as bench:
        assert bench.prepare(path, FileType.JPEG).problem is None
        bench.process.kill()
        bench.process.wait()
        assert bench.prepare(path, FileType.JPEG).problem is None


def test_the_bench_reaches_no_network() -> None:
    program = (
        "import socket, sys; from evidence.bundling.bench import leave_network; left = leave_network();"
        "reached = socket.socket().connect_ex(('127.0.0.1', int(sys.argv[1]))) == 0; print(left, reached)"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        said = subprocess.run([sys.executable, "-c", program, port], cwd=BASE_DIR, capture_output=True, text=True)
    assert said.stdout.strip() in {"True False", "False True"}  # not every system lets a process leave


@pytest.mark.slow
def test_a_paper_that_unpacks_to_gigabytes_costs_only_its_own_process(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        inner = pikepdf.Stream(pdf, bytes(300_000_000)).read_raw_bytes()
        pdf.pages[0].obj.Contents = pdf.make_stream(inner)

    pages, problem = prepared(files.paper(1, fill, compress_streams=True), "bomb.pdf", tmp_path)
    assert (pages, problem) == (1, None) or problem is not None


@pytest.mark.slow
def test_a_file_that_is_gone_or_changed_becomes_a_slip(tmp_path: Path) -> None:
    case = case_of(tmp_path, {"gone.jpg": files.phone_photo(), "changed.jpg": files.phone_photo()})
    case.exhibits[0].path.unlink()
    case.exhibits[1].path.write_bytes(files.phone_photo(3))
    made = make(case, tmp_path / "out")
    assert [exhibit["problem"] for exhibit in made.exhibits] == [Problem.MISSING, Problem.ALTERED]
