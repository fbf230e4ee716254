"""The quick replies that come with the program: what a person of the team says to a buyer again and again (M1).

One file a language: `[group.code]` with a title for the team and the text. A pack's set adds to the common one.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from messaging.rendering import COMMON, Text, text_problems
from messaging.vocabulary import Language, ReplyGroup

REPLIES = Path(__file__).parent / "quick_replies"
TITLE_LENGTH = 60  # characters
CODE = re.compile(r"[a-z0-9]{1,15}")

_PACK_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ReplyText:
    """What a reply is called in one language, and what it says; the text has the variables of every text."""

    title: str
    text: str

    def as_text(self) -> Text:
        """The same as a text without a subject, which a chat has not."""
        return Text("", self.text)


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say, under a short code that is the same in every language."""

    code: str
    group: ReplyGroup
    texts: Mapping[Language, ReplyText]


@cache
def load_replies(pack_name: str) -> dict[str, Reply]:
    """The common replies with the pack's own over and beside them, by code, in the order of the groups."""
    found: dict[tuple[ReplyGroup, str], dict[Language, ReplyText]] = {}
    for name in (COMMON, pack_name):
        for language in Language if _PACK_NAME.fullmatch(name) else ():
            for key, text in _read(name, language).items():
                found.setdefault(key, {})[language] = text
    ordered = sorted(found.items(), key=lambda pair: list(ReplyGroup).index(pair[0][0]))
    return {code: Reply(code, group, texts) for (group, code), texts in ordered}


def check_replies() -> list[str]:
    """All that is wrong with the replies that ship: a language that is missing, long titles, what a text must not."""
    problems = []
    for name in [COMMON, *sorted({path.parent.name for path in REPLIES.glob("*/*.toml")} - {COMMON})]:
        for reply in load_replies(name).values():
            problems += [f"{name}/{reply.code}: {problem}" for problem in _problems(reply)]
    return [problem for problem, _same in groupby(problems)]


def _problems(reply: Reply) -> Iterator[str]:
    if not CODE.fullmatch(reply.code):
        yield "the code must be of small letters and digits"
    for language in Language:
        said = reply.texts.get(language)
        if said is None:
            yield f"{language} is missing"
            continue
        if not 0 < len(said.title) <= TITLE_LENGTH:
            yield f"{language}: the title must have 1 to {TITLE_LENGTH} characters"
        yield from (f"{language}: {problem}" for problem in text_problems(said.as_text(), language))


def _read(name: str, language: Language) -> dict[tuple[ReplyGroup, str], ReplyText]:
    path = REPLIES / name / f"{language}.toml"
    data: dict[str, dict[str, Any]] = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    return {
        (ReplyGroup(group), code): ReplyText(said["title"], said["text"].strip())
        for group, replies in data.items()
        for code, said in replies.items()
    }
