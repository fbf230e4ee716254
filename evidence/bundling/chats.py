"""Chat records as people paste or export them: who said what when, in the words and with the dates that stand there.

Nothing is guessed: a date is printed as it came, for a paste tells no time zone, and lines of no known form stay lines.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 1_000_000  # of a record: some 10,000 messages
MAX_SAID = 10_000
HEAD = 4096  # bytes that tell what a file is
TOO_LONG = f"more than {MAX_BYTES // 1000} kB of text: choose a part of it"
BOM = "\ufeff"
ENCODINGS = ("utf-8-sig", "gb18030")
SEPARATORS = ",;\t"
NAME_LETTERS = 60  # a longer run before a colon is no name
COLUMNS = {
    "at": {"at", "time", "date", "datetime", "timestamp", "sent_at", "时间", "日期", "发送时间", "data", "hora"},
    "who": {
        "who",
        "from",
        "sender",
        "author",
        "name",
        "user",
        "发送人",
        "发送者",
        "发件人",
        "昵称",
        "remetente",
        "nome",
    },
    "text": {"text", "message", "content", "body", "内容", "消息", "消息内容", "mensagem", "texto"},
}
DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?"
WHEN = rf"(?:{DATE})(?:,?\s{{1,3}}|T)(?:{TIME})"
NAME = rf"[^\n:：]{{1,{NAME_LETTERS}}}"
# Bounded in every part, for a hostile line may be long. In the order in which they are tried:
# "[12/03/2026, 14:05:11] Maria: Hello" and "12/03/2026 14:05 - Maria: Hello",
# "Maria Souza 2026-03-12 14:05:11" and "2026-03-12 14:05 Maria Souza" over the text, "Maria: Hello".
STARTS = (
    re.compile(rf"^\u200e?\[?(?P<at>{WHEN})\]?\s{{0,3}}(?:-\s{{0,3}})?(?P<who>{NAME})[:：]\s*(?P<text>.*)$"),
    re.compile(rf"^(?P<who>\S[^\n]{{0,{NAME_LETTERS}}}?)[\s,(]{{1,4}}(?P<at>{WHEN})\)?\s{{0,3}}[:：]?(?P<text>)$"),
    re.compile(rf"^(?P<at>{WHEN})[\s,-]{{1,4}}(?P<who>\S[^\n]{{0,{NAME_LETTERS}}}?)[:：]?(?P<text>)$"),
)
BARE_START = re.compile(rf"^(?P<who>{NAME})[:：]\s+(?P<text>\S.*)$")
SIGNS_OF_NO_CHAT = ("<!doctype", "<html", "<?xml", "{\\rtf")


class UnreadableChat(ValueError):
    """A file that is no chat record; the message says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message; `at` and `who` as they stand in the record, empty where it does not say."""

    at: str
    who: str
    text: str


def decode(content: bytes) -> str:
    """The record's text: UTF-8, UTF-16 with its mark, or GB18030. Raises UnreadableChat."""
    if len(content) > MAX_BYTES:
        raise UnreadableChat(TOO_LONG)
    return _decode(content, is_whole=True)


def _decode(content: bytes, *, is_whole: bool) -> str:
    """Text that may end within a letter where it is not whole."""
    encodings = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ENCODINGS
    for encoding in encodings:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(content, is_whole)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and (encoding != "gb18030" or _reads_as_chinese(text)):
            return text.removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n")
    raise UnreadableChat("not a text in UTF-8, UTF-16 or GB18030: save it as UTF-8")


def _reads_as_chinese(text: str) -> bool:
    """Whether characters stand together as Chinese does: Latin letters with accents, misread, stand alone."""
    together = sum(len(run) for run in re.findall(r"[\u3000-\u9fff\uff00-\uffef]{2,}", text))
    return 2 * together >= sum(1 for letter in text if letter > "\x7f")


def is_text(head: bytes) -> bool:
    """Whether a file that begins so may be a chat record: text, and neither markup nor a program."""
    try:
        start = _decode(head, is_whole=len(head) < HEAD).lstrip().lower()
    except UnreadableChat:
        return False
    controls = sum(1 for letter in start if letter < " " and letter not in "\n\t")
    return bool(start) and not controls and not start.startswith(SIGNS_OF_NO_CHAT)


def read_chat(text: str) -> list[Said]:
    """Who said what, in the record's order; a text of no known form is one message of nobody. Raises UnreadableChat."""
    said = list(_from_table(text) or _from_lines(text.split("\n")))
    if len(said) > MAX_SAID:
        raise UnreadableChat(f"more than {MAX_SAID:,} messages")
    return [message for message in said if message.text.strip() or message.who]


def load_chat(path: Path) -> list[Said]:
    """The messages of a stored record. Raises UnreadableChat, and OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableChat(TOO_LONG)
    return read_chat(decode(path.read_bytes()))


def _from_table(text: str) -> list[Said]:
    """The rows of a table with a header that names its columns; nothing where it is no such table."""
    header = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=header.count)
    if separator not in header:
        return []
    places = _places(header.split(separator))
    if "text" not in places or len(places) < 2:
        return []
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))[1:]
    except csv.Error as error:
        raise UnreadableChat(f"a table that cannot be read: {error}") from error
    return [Said(*(_cell(row, places.get(name)) for name in ("at", "who", "text"))) for row in rows if any(row)]


def _places(header: Iterable[str]) -> dict[str, int]:
    """Which column is which."""
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        known = next((name for name, titles in COLUMNS.items() if title.strip(' "').casefold() in titles), "")
        if known and known not in places:
            places[known] = place
    return places


def _cell(row: list[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _from_lines(lines: Iterable[str]) -> Iterator[Said]:
    """Each line that begins a message, with the lines that follow it."""
    lines = list(lines)
    starts = _starts(lines)
    at, who, told = "", "", list[str]()
    for line in lines:
        start = next((found for pattern in starts if (found := pattern.match(line.strip()))), None)
        if start is None:
            told.append(line)
            continue
        if told or who or at:
            yield Said(at, who, "\n".join(told).strip())
        at, who, told = start.groupdict().get("at", ""), start["who"].strip(), [start["text"]] if start["text"] else []
    if told or who or at:
        yield Said(at, who, "\n".join(told).strip())


def _starts(lines: list[str]) -> list[re.Pattern[str]]:
    """How messages begin in this record: with their date, or, where no line has one, with a name and a colon."""
    dated = [pattern for pattern in STARTS if any(pattern.match(line.strip()) for line in lines)]
    return dated or [BARE_START]
