"""Finds the text for a purpose, fills in its variables, and lists what is wrong with the texts themselves.

Values are data (M9): they are put in in one pass, so that nothing inside a value is ever read as a variable,
a line or a header.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from messaging.vocabulary import TEXT_PURPOSES, Language, Purpose, Variable
from messaging.wording import check_wording

TEXTS = Path(__file__).parent / "texts"
COMMON = "common"  # the set that every pack falls back on
VALUE_LENGTH = 400  # characters of one value; a longer one ends in an ellipsis
SUBJECT_LENGTH = 180  # characters of a whole subject

_SUBJECT = "Subject: "
_OPTIONAL = "? "
_VARIABLE = re.compile(r"\{([^{}\s]+)\}")
_SPACES = re.compile(r" {2,}")
_BLANK_LINES = re.compile(r"\n{3,}")
_PACK_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Control characters, line and paragraph separators, and lone surrogates, which no mail can carry. The rest
# turn the text around them backwards: with them one amount can be made to read as another.
_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class MissingText(Exception):
    """No text for this purpose in this language (M2)."""


class MalformedText(Exception):
    """A text file without its subject line, blank line or body."""


class MissingVariables(Exception):
    """Required variables that are empty or unknown: the message must not leave (M3)."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"the text needs values for {', '.join(self.names)}: fill them in, then send again")


@dataclass(frozen=True, slots=True)
class Text:
    """A subject and a body with `{variables}`; a body line that starts with `? ` is optional."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the buyer reads: a subject of one line, and a body."""

    subject: str
    body: str


def parse_text(source: str) -> Text:
    """Read a text: `Subject: …`, a blank line, the body. Raises MalformedText, saying what is missing."""
    first, _, rest = source.partition("\n")
    blank, _, body = rest.partition("\n")
    if not first.startswith(_SUBJECT) or not first.removeprefix(_SUBJECT).strip():
        raise MalformedText(f"the first line is {first[:40]!r}: it must be 'Subject: ' and the subject")
    if blank.strip() or not body.strip():
        raise MalformedText("after the subject there must be one blank line, then the body")
    return Text(subject=first.removeprefix(_SUBJECT).strip(), body=body.strip())


@cache
def load_text(purpose: Purpose, language: Language, pack_name: str) -> Text:
    """The pack's own text for the purpose and language, else the common one; MissingText without both."""
    for name in (pack_name, COMMON):
        path = TEXTS / name / language / f"{purpose}.txt"
        if _PACK_NAME.fullmatch(name) and path.is_file():
            return parse_text(path.read_text("utf-8"))
    raise MissingText(f"no text for {purpose} in {language}: add {COMMON}/{language}/{purpose}.txt to the texts")


@lru_cache(1024)  # a text is read for each message that it becomes
def variables_of(text: Text) -> tuple[frozenset[str], frozenset[str]]:
    """The names a text needs, and those that only its optional lines use, as (required, optional)."""
    lines = _lines(text)
    required = set(_names(text.subject))
    for line in lines:
        if not line.startswith(_OPTIONAL):
            required.update(_names(line))
    named = {name for line in lines for name in _names(line)}
    return frozenset(required), frozenset(named - required)


def places_of(text: Text) -> list[tuple[int, str, bool]]:
    """Every variable with its line, and whether that line is optional; the subject is line 0, the body begins at 1."""
    lines = [text.subject, *_lines(text)]
    return [(at, name, line.startswith(_OPTIONAL) and at > 0) for at, line in enumerate(lines) for name in _names(line)]


def stray_braces(text: Text) -> list[int]:
    """The lines with a brace that is no part of a variable, counted alike."""
    lines = [text.subject, *_lines(text)]
    return [at for at, line in enumerate(lines) if re.search(r"[{}]", _VARIABLE.sub("", line))]


def render(text: Text, values: Mapping[str, str]) -> Rendered:
    """Fill in the values; optional lines without all of theirs are left out. Raises MissingVariables (M3)."""
    required, optional = variables_of(text)
    clean = {name: clean_value(values[name]) for name in required | optional if name in values}
    if missing := sorted(name for name in required if not clean.get(name)):
        raise MissingVariables(missing)
    lines = [fill(line.removeprefix(_OPTIONAL), clean) for line in _lines(text) if _stays(line, clean)]
    body = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    return Rendered(subject=_one_line(fill(text.subject, clean), SUBJECT_LENGTH), body=body)


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """Put values into a pattern of ours, once: braces inside a value stay what they are."""
    return _VARIABLE.sub(lambda match: values[match.group(1)], pattern)


def clean_value(value: str) -> str:
    """Outside text as one harmless line: control characters become spaces, the length is capped (M9)."""
    return _one_line(value, VALUE_LENGTH)


def gaps(purposes: Iterable[Purpose]) -> list[tuple[Purpose, Language]]:
    """The purposes × languages that have no common text: one of these switched on must be refused (M2)."""
    return [
        (purpose, language)
        for purpose in purposes
        for language in Language
        if not (TEXTS / COMMON / language / f"{purpose}.txt").is_file()
    ]


def check_texts() -> list[str]:
    """All that is wrong with the texts that ship: gaps, misplaced files, form, unknown variables, wording."""
    problems = [f"{COMMON}/{language}/{purpose}.txt is missing" for purpose, language in gaps(TEXT_PURPOSES)]
    for path in sorted(TEXTS.rglob("*.txt")):
        problems += [f"{path.relative_to(TEXTS).as_posix()}: {problem}" for problem in _file_problems(path)]
    return problems


def text_problems(text: Text, language: Language) -> list[str]:
    """What is wrong with one text: unknown variables (M3), stray braces, bad wording (M4)."""
    required, optional = variables_of(text)
    problems = [f"unknown variable {{{name}}}" for name in sorted((required | optional) - set(Variable))]
    whole = f"{text.subject}\n\n{text.body}"
    if stray_braces(text):
        problems.append("a brace that is no part of a variable: write {name}, without spaces")
    plain = "\n".join(line.removeprefix(_OPTIONAL) for line in whole.split("\n"))
    problems += [f"{found.kind} ({found.rule}): {found.excerpt}" for found in check_wording(plain, language)]
    return problems


def _file_problems(path: Path) -> Iterator[str]:
    parts = path.relative_to(TEXTS).with_suffix("").parts
    if len(parts) != 3 or parts[1] not in set(Language) or parts[2] not in TEXT_PURPOSES:
        yield "no such language or purpose: the path must be SET/LANGUAGE/PURPOSE.txt"
        return
    try:
        text = parse_text(path.read_text("utf-8"))
    except (MalformedText, UnicodeDecodeError) as error:
        yield str(error)
        return
    yield from text_problems(text, Language(parts[1]))


def _lines(text: Text) -> list[str]:
    """The body's lines; a text that was edited in a browser comes with CRLF."""
    return text.body.replace("\r\n", "\n").split("\n")


def _names(line: str) -> list[str]:
    return _VARIABLE.findall(line)


def _stays(line: str, values: Mapping[str, str]) -> bool:
    return not line.startswith(_OPTIONAL) or all(values.get(name) for name in _names(line))


def _one_line(value: str, length: int) -> str:
    line = _SPACES.sub(" ", _BREAKING.sub(" ", value)).strip()
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
