"""What hostile files do to a bundle: nothing but a slip with their hash and the reason."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from pypdf.generic import StreamObject

from evidence.bundling.caching import Cache
from evidence.bundling.making import Made
from evidence.bundling.papers import ACTIVE_ACTIONS, ACTIVE_KEYS
from evidence.bundling.preparing import AS_IT_CAME, Bench, Workshop, open_bench
from evidence.bundling.problems import Problem
from evidence.file_types import FileType
from tests.evidence import files, hostile
from tests.evidence.cases import case_of
from tests.evidence.conftest import make
from tests.evidence.readers import tools
from tests.evidence.readers.points import POINTS
from tests.evidence.readers.reading import Reading

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


def worked() -> float:
    """The seconds that this process and those that it saw end have worked, whatever else runs on this machine."""
    return sum(os.times()[:4])


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


COSTLY = {
    "bomb.pdf": (hostile.bomb, Problem.TOO_COSTLY),
    "image.pdf": (lambda: hostile.packed(hostile.huge_image), Problem.TOO_MANY_PIXELS),
    "laughs.pdf": (lambda: files.paper(1, hostile.laughing_forms), Problem.TOO_COMPLEX),
    "pages.pdf": (hostile.many_pages, Problem.TOO_MANY_PAGES),
    "deep.pdf": (hostile.deep, Problem.DAMAGED),
    "loop.pdf": (hostile.page_loop, Problem.DAMAGED),
    "wide.jpeg": (hostile.wide_jpeg, Problem.TOO_MANY_PIXELS),
    "scans.jpeg": (hostile.many_scans, Problem.TOO_COSTLY),
    "profile.png": (hostile.profile_bomb, Problem.DAMAGED),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COSTLY)
def test_a_file_that_only_means_to_cost_is_turned_away_quickly(name: str, tmp_path: Path) -> None:
    make_file, problem = COSTLY[name]
    content, start = make_file(), worked()
    assert prepared(content, name, tmp_path) == (0, problem)
    assert worked() - start < 20  # seconds; each took under one


ODD = {
    "nothing.pdf": files.paper(1, hostile.boxed(0, 0, 0, 0)),
    "endless.pdf": files.paper(1, hostile.boxed(0, 0, 1e9, 1e9)),
    "backwards.pdf": files.paper(1, hostile.boxed(300, 400, 0, 0)),
    "unbalanced.pdf": files.paper(2, hostile.unbalanced),
    "circle.pdf": files.paper(1, hostile.loop_of_forms),
    "empty.pdf": files.paper(2, hostile.without_contents),
    "owned.pdf": hostile.owned(),
    "talkative.png": hostile.talkative_png(),
    "talkative.webp": hostile.talkative_webp(),
    "located.pdf": files.paper(1, hostile.with_photo),
    "form.pdf": files.paper(1, hostile.add_form),
    "acting.pdf": files.paper(2, hostile.act_everywhere),
}
LOCKED = {"locked.pdf": files.encrypted(), "cut.pdf": files.truncated(), "both.jpg": files.polyglot()}


@pytest.fixture(scope="session")
def odd_bundle(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A bundle of nothing but odd and hostile files."""
    case = case_of(tmp_path_factory.mktemp("odd"), ODD | LOCKED | {"bomb.pdf": hostile.bomb(500)})
    return make(case, tmp_path_factory.mktemp("odd-bundle"))


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_bundle_of_hostile_files_stands_every_point(point: str, odd_bundle: Made) -> None:
    assert list(POINTS[point](Reading(odd_bundle.path))) == []


@pytest.mark.slow
def test_every_odd_file_is_shown_and_every_hostile_one_has_its_slip(odd_bundle: Made) -> None:
    problems = {one["name"]: (one["embedded_pages"] > 0, one["problem"]) for one in Reading(odd_bundle.path).exhibits}
    assert {name for name, (is_shown, _problem) in problems.items() if is_shown} == set(ODD)
    assert {name: problem for name, (_is_shown, problem) in problems.items() if problem} == {
        "form.pdf": "active", "acting.pdf": "active", "locked.pdf": "encrypted", "cut.pdf": "damaged",
        "both.jpg": "polyglot", "bomb.pdf": "too_costly",
    }  # fmt: skip


@pytest.mark.slow
def test_what_was_filled_into_a_form_stays_on_the_page(odd_bundle: Made) -> None:
    reading = Reading(odd_bundle.path)
    form = next(one for one in reading.exhibits if one["name"] == "form.pdf")
    assert "USD 1234.50" in reading.lines[form["last_page"] - 1]


@pytest.mark.slow
def test_a_drawing_that_leaves_its_state_changed_does_not_reach_our_own(odd_bundle: Made) -> None:
    reading = Reading(odd_bundle.path)
    pages = next(one for one in reading.exhibits if one["name"] == "unbalanced.pdf")
    with pypdfium2.PdfDocument(odd_bundle.path) as document:
        page = document[pages["last_page"] - 1]
        box = next(one for one in page.get_objects() if one.type == pdfium.FPDF_PAGEOBJ_TEXT).get_bounds()
        assert box[0] > 0
        picture = page.render(scale=0.5).to_pil()
    assert picture.getpixel((picture.width // 2, 6)) == (255, 255, 255)  # nothing of it in our margin


@pytest.mark.slow
@pytest.mark.parametrize("trace", [b"SECRET", b"Exif", b"/JavaScript", b"/Launch", b"app.alert", b".example"])
def test_nothing_of_what_hostile_files_say_is_in_the_bundle(trace: bytes, odd_bundle: Made) -> None:
    streams = (part.get_data() for part in Reading(odd_bundle.path).objects if isinstance(part, StreamObject))
    assert trace not in odd_bundle.path.read_bytes()
    assert all(trace not in content for content in streams)


@pytest.mark.slow
def test_other_viewers_draw_it_in_seconds(odd_bundle: Made, tmp_path: Path) -> None:
    start = worked()
    drawn = tools.run("pdftoppm", "-r", "30", "-png", odd_bundle.path, tmp_path / "page")
    assert drawn.returncode == 0
    assert len(list(tmp_path.glob("*.png"))) == odd_bundle.pages
    assert worked() - start < 60


@pytest.mark.slow
def test_a_file_that_is_gone_or_changed_becomes_a_slip(tmp_path: Path) -> None:
    case = case_of(tmp_path, {"gone.jpg": files.phone_photo(), "changed.jpg": files.phone_photo()})
    case.exhibits[0].path.unlink()
    case.exhibits[1].path.write_bytes(files.phone_photo(3))
    made = make(case, tmp_path / "out")
    assert [exhibit["problem"] for exhibit in made.exhibits] == [Problem.MISSING, Problem.ALTERED]


def test_a_picture_that_breaks_its_child_takes_none_of_the_others_with_it(tmp_path: Path) -> None:
    case = case_of(tmp_path, {"a.jpg": files.phone_photo(), "b.png": files.pixel_bomb(), "c.jpg": files.phone_photo(3)})
    with open_bench(tmp_path) as bench:
        workshop = Workshop(Cache(tmp_path / "cache"), bench)
        found = {mark: part.problem for mark, part in workshop.prepare_all(case.exhibits, AS_IT_CAME)}
    assert found == {"A-1": None, "A-2": Problem.TOO_MANY_PIXELS, "A-3": None}


def test_a_batch_that_does_not_come_back_is_done_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(tmp_path, {"a.jpg": files.phone_photo(), "b.jpg": files.phone_photo(3)})
    ask = Bench._ask
    monkeypatch.setattr(Bench, "_ask", lambda bench, job: {} if job.get("task") == "batch" else ask(bench, job))
    with open_bench(tmp_path) as bench:
        workshop = Workshop(Cache(tmp_path / "cache"), bench)
        assert [part.pages for _mark, part in workshop.prepare_all(case.exhibits, AS_IT_CAME)] == [1, 1]
