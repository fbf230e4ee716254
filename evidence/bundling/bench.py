"""A process of its own that turns exhibits into pages, each in a child with little memory, time and reach.

`python -m evidence.bundling.bench` reads one job a line (JSON) and answers each with one line. What a hostile file can
break is its own child: the next job gets a new one. Nothing here knows the database or the settings.
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf

from evidence.bundling.digests import digest_pages
from evidence.bundling.layout import EXHIBIT
from evidence.bundling.papers import place_paper
from evidence.bundling.pictures import Easel, place_picture
from evidence.bundling.problems import Problem, Unshowable
from evidence.bundling.rasters import DEFAULT_RUNG, rasterise
from evidence.bundling.reading import read_text
from evidence.bundling.sketching import sketch_page
from evidence.bundling.streams import names_aside, put_large_aside, read_from
from evidence.bundling.treatments import Handled, Handling, Treatment
from evidence.file_types import FileType, is_polyglot

MEMORY = 3 << 30  # bytes of address space, libraries included
CPU_SECONDS = 30
WALL_SECONDS = 60
OUTPUT_BYTES = 400_000_000
OPEN_FILES = 64
ANSWER_BYTES = 65_536
NOTHING = {"pages": 0, "sha256": "", "files": [], "problem": Problem.UNREADABLE, **Handled(Handling.SLIP).told()}
NEW_USER, NEW_NETWORK = 0x1000_0000, 0x4000_0000  # namespaces of Linux


def prepare(job: dict[str, Any]) -> dict[str, Any]:
    """Turn the file into a part: a PDF of framed pages, `NAME.pdf` in the folder, and its large streams beside it.

    The answer says how many pages, the hash of what they draw, and what was done; or the problem.
    """
    path, file_type = Path(job["path"]), FileType(job["type"])
    folder, name, treatment = Path(job["folder"]), job["name"], Treatment.read(job["treatment"])
    try:
        if is_polyglot(path, file_type):
            raise Unshowable(Problem.POLYGLOT)
        if file_type is FileType.PDF:
            problem, handled = _prepare_paper(path, folder, name, treatment)
        else:
            problem, handled = None, _prepare_picture(path, file_type, folder, name, treatment)
        with pikepdf.open(folder / f"{name}.pdf") as part:
            drawn = [(page.obj.Contents, page.obj.Resources.XObject[EXHIBIT]) for page in part.pages]
            digest = digest_pages(drawn, read_from(folder))
            files = [f"{name}.pdf", *names_aside(part)]
            told = {"pages": len(drawn), "sha256": digest, "problem": problem or "", "files": files}
            return {**told, **handled.told()}
    except Unshowable as error:
        return {**NOTHING, "problem": error.problem}
    except MemoryError:
        return {**NOTHING, "problem": Problem.TOO_COSTLY}


def _prepare_picture(path: Path, file_type: FileType, folder: Path, name: str, treatment: Treatment) -> Handled:
    with pikepdf.new() as out:
        handled = place_picture(path, file_type, Easel(out, folder / f"{name}-0"), treatment)
        _save(out, folder / f"{name}.pdf")
    return handled


def _prepare_paper(path: Path, folder: Path, name: str, treatment: Treatment) -> tuple[Problem | None, Handled]:
    whole, target = folder / f"{name}.whole", folder / f"{name}.pdf"
    with pikepdf.new() as out:
        problem = place_paper(path, out)
        _save(out, whole)
    if treatment.rung is not None or treatment.is_raster:
        with pikepdf.new() as out:
            if rasterise(whole, Easel(out, folder / name), treatment):
                _save(out, target)
                whole.unlink()
                rung = treatment.rung or DEFAULT_RUNG
                return problem, Handled(Handling.RASTERISED, rung.ppi, rung.quality)
    with pikepdf.open(whole) as part:
        put_large_aside(part, folder, name)
        part.save(target, static_id=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    whole.unlink()
    return problem, Handled(Handling.LOSSLESS)


def read(job: dict[str, Any]) -> dict[str, Any]:
    """Write the words in a PDF to `out`."""
    Path(job["out"]).write_text(read_text(Path(job["path"])), encoding="utf-8")
    return NOTHING


def sketch(job: dict[str, Any]) -> dict[str, Any]:
    """Draw a page to `out`; the answer has one page, or none where it could not be drawn."""
    is_drawn = sketch_page(Path(job["path"]), job["number"], job["width"], Path(job["out"]))
    return {**NOTHING, "pages": int(is_drawn)}


def _save(pdf: pikepdf.Pdf, path: Path) -> None:
    pdf.save(path, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def prepare_batch(job: dict[str, Any]) -> dict[str, Any]:
    """Several exhibits in one child; when it does not come to its end, they are done one by one."""
    return {"answers": [prepare(one) for one in job["jobs"]]}


def leave_network() -> bool:
    """Move to a network that has nobody else in it, where the system lets us (Linux); say whether it did."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    return unshare is not None and (unshare(NEW_NETWORK) == 0 or unshare(NEW_USER | NEW_NETWORK) == 0)


def limit() -> None:
    """Bound this process for good."""
    for what, amount in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (amount, amount))


def run_limited(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `work` answers in a child of its own; TOO_COSTLY when it hits a limit, UNREADABLE when it breaks."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work_and_exit(work, writer)
    os.close(writer)
    try:
        answer = _read_until(reader, time.monotonic() + WALL_SECONDS)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)  # no harm once it has ended: it is waited for only now
        _pid, status = os.waitpid(child, 0)
    if answer:
        answered: dict[str, Any] = json.loads(answer)
        return answered
    broke = os.WIFEXITED(status) or os.WTERMSIG(status) in {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS}
    return {**NOTHING, "problem": Problem.UNREADABLE if broke else Problem.TOO_COSTLY}


def _work_and_exit(work: Callable[[], dict[str, Any]], writer: int) -> None:
    """Never returns: whatever happens in the child ends with it."""
    code = 1
    try:
        # Jobs and answers are the bench's own: its child can neither read the ones nor forge the others.
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        limit()
        os.write(writer, json.dumps(work()).encode()[:ANSWER_BYTES])
        code = 0
    finally:
        os._exit(code)


def _read_until(reader: int, end: float) -> bytes:
    """All that comes until the writer closes; nothing when the time is over before that."""
    answer = b""
    while select.select([reader], [], [], max(0.0, end - time.monotonic()))[0]:
        piece = os.read(reader, ANSWER_BYTES)
        if not piece:
            return answer
        answer += piece
    return b""


def main() -> None:
    """One job a line until the input ends."""
    leave_network()
    for line in sys.stdin:
        job = json.loads(line)
        work = {"read": read, "sketch": sketch, "batch": prepare_batch}.get(job.get("task", ""), prepare)
        answer = run_limited(lambda job=job, work=work: work(job))  # type: ignore[misc]
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
