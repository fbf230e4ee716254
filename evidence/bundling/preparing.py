"""Turning exhibits into parts: each file goes to the bench, and comes back as pages or as the reason for a slip."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.bundling.caching import Cache, key_of
from evidence.bundling.cases import CaseExhibit
from evidence.bundling.engine import engine_id
from evidence.bundling.problems import Problem
from evidence.bundling.processes import start
from evidence.bundling.treatments import Handled, Handling, Treatment
from evidence.file_types import FileType
from evidence.storing import hash_file

PARTS = "parts"  # the kind of entry in the cache
AS_IT_CAME = Treatment()
PICTURES = {FileType.JPEG, FileType.PNG, FileType.WEBP, FileType.HEIC}
BATCH = 16  # pictures for one child of the bench: starting a child costs as much as one of them


@dataclass(frozen=True, slots=True)
class Prepared:
    """An exhibit's framed pages; `problem` is what a slip says in their place or, with pages, before them.

    The large streams of the PDF at `path` lie beside it (see streams); `files` are all of them.
    """

    path: Path
    pages: int
    sha256: str
    problem: Problem | None
    handled: Handled
    files: tuple[Path, ...] = ()

    @property
    def size(self) -> int:
        """The bytes of all its files."""
        return sum(file.stat().st_size for file in self.files)


class Bench:
    """The process that does the work; a new one is started when it is gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: Any = None
        self.count = 0

    def prepare(self, path: Path, file_type: FileType, treatment: Treatment = AS_IT_CAME, name: str = "") -> Prepared:
        """The exhibit's pages, in new files of the folder whose names begin with `name`."""
        self.count += 1
        name = name or str(self.count)
        return read_answer(self._ask(self._spell(path, file_type, treatment, name)), self.folder, name)

    def prepare_batch(self, jobs: Sequence[tuple[CaseExhibit, Treatment, str]]) -> list[Prepared]:
        """The pages of several exhibits, each under its name; for pictures, of which none takes long."""
        spelled = [self._spell(exhibit.path, exhibit.file_type, treatment, name) for exhibit, treatment, name in jobs]
        answers = self._ask({"task": "batch", "jobs": spelled}).get("answers") or [self._ask(job) for job in spelled]
        return [read_answer(answer, self.folder, job["name"]) for answer, job in zip(answers, spelled, strict=True)]

    def _spell(self, path: Path, file_type: FileType, treatment: Treatment, name: str) -> dict[str, Any]:
        place = {"folder": str(self.folder), "name": name}
        return {"path": str(path), "type": file_type, **place, "treatment": treatment.spell()}

    def read(self, path: Path) -> str:
        """The words in a PDF; empty where they cannot be read."""
        self.count += 1
        out = self.folder / f"{self.count}.txt"
        self._ask({"task": "read", "path": str(path), "out": str(out)})
        return out.read_text(encoding="utf-8") if out.exists() else ""

    def sketch(self, path: Path, number: int, width: int) -> Path | None:
        """A page (from 1) of a PDF as a JPEG of so many pixels' width; None where it cannot be drawn."""
        self.count += 1
        out = self.folder / f"{self.count}.jpg"
        answer = self._ask({"task": "sketch", "path": str(path), "number": number, "width": width, "out": str(out)})
        return out if answer["pages"] and out.exists() else None

    def _ask(self, job: dict[str, Any]) -> dict[str, Any]:
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = start("evidence.bundling.bench")
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        except (OSError, json.JSONDecodeError):
            self.close()
            return {"pages": 0, "sha256": "", "problem": Problem.UNREADABLE, "files": [], "handling": Handling.SLIP}
        return answer

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


def read_answer(answer: dict[str, Any], folder: Path, name: str) -> Prepared:
    """What the bench said, or what was kept of it, with the files in the folder."""
    problem = Problem(answer["problem"]) if answer["problem"] else None
    handled = Handled(Handling(answer["handling"]), answer.get("ppi", 0), answer.get("quality", 0))
    files = tuple(folder / file for file in answer["files"])
    return Prepared(folder / f"{name}.pdf", answer["pages"], answer["sha256"], problem, handled, files)


@contextmanager
def open_bench(folder: Path) -> Iterator[Bench]:
    """A bench that writes into the folder."""
    bench = Bench(folder)
    try:
        yield bench
    finally:
        bench.close()


@dataclass(frozen=True, slots=True)
class Workshop:
    """Prepares exhibits, and remembers those that it has prepared before."""

    cache: Cache
    bench: Bench

    def prepare_all(self, exhibits: Sequence[CaseExhibit], treatment: Treatment) -> Iterator[tuple[str, Prepared]]:
        """Every exhibit's pages by its mark, not in their order: pictures go to the bench together."""
        waiting = list[CaseExhibit]()
        for exhibit in exhibits:
            if (known := self._known(exhibit, treatment)) is not None:
                yield exhibit.mark, known
            elif exhibit.file_type not in PICTURES or treatment.rung is not None:
                yield exhibit.mark, self._prepare(exhibit, treatment)
            else:
                waiting.append(exhibit)
            if len(waiting) == BATCH:
                yield from self._prepare_batch(waiting, treatment)
                waiting = []
        yield from self._prepare_batch(waiting, treatment)

    def prepare(self, exhibit: CaseExhibit, treatment: Treatment) -> Prepared:
        """An exhibit's pages, if the stored file is still the one that was added."""
        return self._known(exhibit, treatment) or self._prepare(exhibit, treatment)

    def _known(self, exhibit: CaseExhibit, treatment: Treatment) -> Prepared | None:
        """What needs no bench: a part that was kept, or the reason why there is none."""
        try:
            state = _state_of(exhibit.path)
        except OSError:
            return _slip(exhibit.path, Problem.MISSING)
        if exhibit.file_type is FileType.TEXT:
            return self._prepare_text(exhibit)
        name, folder = part_key(exhibit, treatment), self.bench.folder
        note = self.cache.take(PARTS, name, folder)
        if note is not None and note["original"] == state and _is_whole(note, folder / f"{name}.pdf"):
            return read_answer(note, folder, name)
        _clear(folder, name)
        return None if hash_file(exhibit.path) == exhibit.sha256 else _slip(exhibit.path, Problem.ALTERED)

    def _prepare(self, exhibit: CaseExhibit, treatment: Treatment) -> Prepared:
        name = part_key(exhibit, treatment)
        part = self.bench.prepare(exhibit.path, exhibit.file_type, treatment, name)
        self._keep(exhibit, name, part)
        return part

    def _prepare_batch(self, exhibits: Sequence[CaseExhibit], treatment: Treatment) -> Iterator[tuple[str, Prepared]]:
        jobs = [(exhibit, treatment, part_key(exhibit, treatment)) for exhibit in exhibits]
        for (exhibit, _treatment, name), part in zip(jobs, self.bench.prepare_batch(jobs) if jobs else (), strict=True):
            self._keep(exhibit, name, part)
            yield exhibit.mark, part

    def _prepare_text(self, exhibit: CaseExhibit) -> Prepared:
        """What a text says is set as text: it has no part."""
        if hash_file(exhibit.path) != exhibit.sha256:
            return _slip(exhibit.path, Problem.ALTERED)
        if not exhibit.chat:
            return _slip(exhibit.path, Problem.UNREADABLE)
        return Prepared(exhibit.path, 0, "", None, Handled(Handling.LOSSLESS))

    def _keep(self, exhibit: CaseExhibit, name: str, part: Prepared) -> None:
        self.cache.drop(PARTS, name)
        if not exhibit.path.exists():
            return
        told = {"pages": part.pages, "sha256": part.sha256, "problem": part.problem or "", **part.handled.told()}
        skeleton = hash_file(part.path) if part.pages else ""
        note = {
            **told,
            "original": _state_of(exhibit.path),
            "skeleton": skeleton,
            "files": [file.name for file in part.files],
        }
        self.cache.keep(PARTS, name, note, list(part.files))

    def forget(self, exhibit: CaseExhibit, treatment: Treatment) -> None:
        """Prepare it anew the next time: what was kept is damaged."""
        name = part_key(exhibit, treatment)
        self.cache.drop(PARTS, name)
        _clear(self.bench.folder, name)


def _clear(folder: Path, name: str) -> None:
    """Remove a part's files: what is written in their place must not be written into those that are kept."""
    for file in folder.glob(f"{name}[.-]*"):
        file.unlink()


def part_key(exhibit: CaseExhibit, treatment: Treatment) -> str:
    """All that a part follows from."""
    return key_of(PARTS, engine_id(), exhibit.sha256, exhibit.file_type, treatment.spell())


def _state_of(path: Path) -> list[int]:
    """What changes when somebody writes to the file: while it stays, the file need not be read again."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ino]


def _is_whole(note: dict[str, Any], skeleton: Path) -> bool:
    try:
        return not note["pages"] or hash_file(skeleton) == note["skeleton"]
    except OSError:
        return False


def _slip(path: Path, problem: Problem) -> Prepared:
    return Prepared(path, 0, "", problem, Handled(Handling.SLIP))
