"""Turning exhibits into pages: each file goes to the bench, and comes back as pages or as the reason for a slip."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.bundling.problems import Problem
from evidence.bundling.processes import start
from evidence.file_types import FileType


@dataclass(frozen=True, slots=True)
class Prepared:
    """An exhibit's framed pages; `problem` is what a slip says in their place or, with pages, before them."""

    path: Path
    pages: int
    sha256: str
    problem: Problem | None


class Bench:
    """The process that does the work; a new one is started when it is gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: Any = None
        self.count = 0

    def prepare(self, path: Path, file_type: FileType) -> Prepared:
        """The exhibit's pages, in a new file of the folder."""
        self.count += 1
        out = self.folder / f"{self.count}.pdf"
        answer = self._ask({"path": str(path), "type": file_type, "out": str(out)})
        problem = Problem(answer["problem"]) if answer["problem"] else None
        return Prepared(out, answer["pages"], answer["sha256"], problem)

    def read(self, path: Path) -> str:
        """The words in a PDF; empty where they cannot be read."""
        self.count += 1
        out = self.folder / f"{self.count}.txt"
        self._ask({"task": "read", "path": str(path), "out": str(out)})
        return out.read_text(encoding="utf-8") if out.exists() else ""

    def _ask(self, job: dict[str, str]) -> dict[str, Any]:
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = start("evidence.bundling.bench")
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        except (OSError, json.JSONDecodeError):
            self.close()
            return {"pages": 0, "sha256": "", "problem": Problem.UNREADABLE}
        return answer

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


@contextmanager
def open_bench(folder: Path) -> Iterator[Bench]:
    """A bench that writes into the folder."""
    bench = Bench(folder)
    try:
        yield bench
    finally:
        bench.close()
