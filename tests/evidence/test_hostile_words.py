"""What hostile words do to a bundle: nothing. They are printed as they came, and nobody is asked for anything."""

import dataclasses
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.bundling.cases import CaseFile
from evidence.bundling.rendering import open_press
from tests.evidence import files
from tests.evidence.cases import case_of
from tests.evidence.conftest import make
from tests.evidence.readers.points import POINTS, stated_attachments
from tests.evidence.readers.reading import Reading

pytestmark = pytest.mark.slow
# Fields of a case that hold what somebody wrote, and not a word of our own lists.
WRITTEN = {"seller", "buyer", "platform", "title", "sku", "carrier", "item", "text", "words", "place", "source",
           "subject", "body", "to", "caption", "translation", "name", "who", "route"}  # fmt: skip


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port at which nobody must call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def was_called(listener: socket.socket) -> bool:
    """Whether somebody did."""
    try:
        listener.accept()
    except BlockingIOError:
        return False
    return True


def harm(listener: socket.socket) -> str:
    """Everything that a page could be made to do by words."""
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return (
        f'"\'><img src="{address}/i.png"><link rel=stylesheet href={address}/s.css>'
        "<link rel=attachment href=/etc/hostname>"
        f"<style>@import url({address}/c.css); @font-face {{font-family: x; src: url({address}/f)}}</style>"
        '<object data="file:///etc/hostname"></object><embed src=file:///etc/hostname>'
        f'<svg><image href="{address}/v"/></svg>'
        '<a href="x-bundle:manifest">x</a><table><td colspan=65534>{{ case.seller }}{% debug %}&lt;script&gt;&#0;'
    )


def poisoned(part: Any, words: str) -> Any:
    """A case in which everybody wrote these words everywhere."""
    if isinstance(part, tuple):
        return tuple(poisoned(one, words) for one in part)
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        return part
    changed = {}
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        is_written = field.name in WRITTEN and isinstance(value, str) and value
        changed[field.name] = f"{value} {words}" if is_written else poisoned(value, words)
    return dataclasses.replace(part, **changed)


def spoken_case(folder: Path, words: str) -> CaseFile:
    """Maria's case, in these words."""
    case: CaseFile = poisoned(case_of(folder, {"photo.jpg": files.phone_photo()}), words)
    return case


def stated_keys(reading: Reading) -> set[str]:
    """The names of the files that belong to the bundle, as it is sorted by them."""
    return {name.encode("ascii", "backslashreplace").decode() for name in stated_attachments(reading)}


def test_words_that_are_markup_are_printed_and_ask_nobody(listener: socket.socket, tmp_path: Path) -> None:
    made = make(spoken_case(tmp_path, harm(listener)), tmp_path / "out")
    reading = Reading(made.path)
    assert not was_called(listener)
    assert [problem for point in POINTS.values() for problem in point(reading)] == []
    assert {file.name for file in reading.pdf.attachment_list} <= {"prazo-manifest.json", *stated_keys(reading)}
    printed = "".join("".join(reading.lines).split()).replace("\u200b", "")
    for said in ("<imgsrc=", "<linkrel=attachment", "@importurl(", "<objectdata=", "{{case.seller}}", "&lt;script&gt;"):
        assert printed.count(said) >= 8


def test_markup_that_got_through_all_the_same_would_fetch_nothing(listener: socket.socket, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRETFILE")
    page = f"<html><body><p>Here</p>{harm(listener)}<img src='{secret.as_uri()}'>"
    page += f"<a rel=attachment href='{secret.as_uri()}'>there</a>"
    with open_press(tmp_path) as press:
        press.typeset(page.replace("colspan=65534", "colspan=2"), tmp_path / "text.pdf")
    reading = Reading(tmp_path / "text.pdf")
    assert not was_called(listener)
    assert "Here" in reading.lines[0]
    assert reading.pdf.attachments == {}
    assert b"SECRETFILE" not in (tmp_path / "text.pdf").read_bytes()


@pytest.mark.parametrize(
    "words",
    ["x" * 200_000, "中" * 100_000, "<b>" * 10_000, "\u202e\u2067" * 2_000 + "turned", "a\u0301" * 5_000,
     "\x00\x1b[2J\ufffe"],
    ids=["no space", "no space in Chinese", "nested", "turned around", "marks upon marks", "no characters"],
)  # fmt: skip
def test_words_that_are_too_much_stall_nothing(words: str, tmp_path: Path) -> None:
    case, start = case_of(tmp_path, {}, words), sum(os.times()[:4])
    case = dataclasses.replace(case, messages=tuple(dataclasses.replace(one, body=words) for one in case.messages))
    made = make(case, tmp_path / "out")
    assert made.pages < 120
    assert sum(os.times()[:4]) - start < 90  # seconds of work, whatever else runs on this machine
