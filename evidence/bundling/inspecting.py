"""Looking into a file that comes in: what it is, what a bundle would make of it, and the words that stand in it."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evidence.bundling.chats import is_text, load_chat
from evidence.bundling.preparing import open_bench
from evidence.bundling.problems import Problem
from evidence.file_types import FileType, sniff

CHAT = "chat_record"  # the kind of exhibit that may be a text, and is printed as a conversation


@dataclass(frozen=True, slots=True)
class Inspected:
    """What became clear: a bundle's pages (0: a slip, None: set as text), why not all is shown, and the words."""

    pages: int | None
    problem: Problem | None
    text: str = ""


def type_of(head: bytes, kind: str) -> FileType | None:
    """The type of a file that begins with `head`, or None where an exhibit of this kind cannot be one."""
    return sniff(head) or (FileType.TEXT if kind == CHAT and is_text(head) else None)


def inspect(path: Path, file_type: FileType) -> Inspected:
    """What a bundle would make of the file. Raises UnreadableChat for a text that is no record of a chat."""
    if file_type is FileType.TEXT:
        load_chat(path)
        return Inspected(None, None)
    with TemporaryDirectory(prefix="prazo-") as folder, open_bench(Path(folder)) as bench:
        prepared = bench.prepare(path, file_type)
        text = bench.read(path) if file_type is FileType.PDF and prepared.pages else ""
    return Inspected(prepared.pages, prepared.problem, text)
