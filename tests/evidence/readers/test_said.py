"""What was said is there to be read: in every script, on its page; and the same case makes the same file anywhere."""

import hashlib
import re
import unicodedata
from pathlib import Path

import pytest

from tests.evidence import files
from tests.evidence.readers.conftest import EXHIBITS, SPOKEN, Court, open_court
from tests.evidence.readers.reading import Reading

pytestmark = pytest.mark.slow


def plain(text: str) -> str:
    """Letters only, as they are typed: joined forms taken apart, marks of direction and spaces gone."""
    letters = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in letters if unicodedata.category(letter)[0] in "LN")


def missing_words(text: str, where: str) -> list[str]:
    """What of a text does not stand there; of one from right to left, word by word, for readers order its lines."""
    is_reversed = any(unicodedata.bidirectional(letter) == "AL" for letter in text)
    pieces = re.split(r"[\s.]+", text) if is_reversed else [text]
    return [piece for piece in pieces if plain(piece) not in where]


def section(read: Reading, title: str) -> str:
    """The text of a section of the outline, to the next one."""
    starts = [page for _title, page in read.outline]
    first = next(page for name, page in read.outline if name == title)
    after = min([page for page in starts if page > first], default=len(read.lines) + 1)
    return plain(" ".join(read.lines[first - 1 : after - 1]))


@pytest.mark.parametrize("language", ["pt", "ar", "en"])
def test_what_the_buyer_wrote_stands_in_the_timeline(language: str, read: Reading) -> None:
    assert missing_words(SPOKEN[language], section(read, "Timeline")) == []


@pytest.mark.parametrize("language", ["zh", "ru", "ar"])
def test_what_the_carrier_said_stands_in_the_tracking(language: str, read: Reading) -> None:
    assert missing_words(SPOKEN[language], section(read, "Tracking")) == []


@pytest.mark.parametrize(("name", "caption"), [(name, caption) for name, _slot, _source, caption in EXHIBITS])
def test_a_caption_stands_on_the_exhibits_first_page_and_in_the_index(name: str, caption: str, read: Reading) -> None:
    exhibit = next(one for one in read.exhibits if one["name"] == name)
    assert missing_words(caption, plain(read.lines[exhibit["first_page"] - 1])) == []
    assert missing_words(caption, section(read, "Index")) == []


@pytest.mark.parametrize("name", [name for name, *_rest in EXHIBITS])
def test_a_files_own_name_stands_in_the_manifest(name: str, read: Reading) -> None:
    assert missing_words(name, section(read, "Manifest")) == []


def test_a_photos_scan_is_the_one_that_came(read: Reading) -> None:
    exhibit = next(one for one in read.exhibits if one["file_type"] == "jpeg")
    (picture,) = read.drawn(exhibit["last_page"])
    original, embedded = files.phone_photo(6), bytes(picture._data)
    scan = original[original.index(b"\xff\xda") :]
    assert embedded.endswith(scan)
    assert hashlib.sha256(original).hexdigest() == exhibit["original_sha256"]


@pytest.mark.parametrize("seed", ["7"])
def test_another_machine_makes_the_same_file_of_the_same_case(seed: str, court: Court, tmp_path: Path) -> None:
    elsewhere = open_court(tmp_path, PYTHONHASHSEED=seed, TZ="Asia/Tokyo", LANG="C")
    assert elsewhere.answer["sha256"] == court.answer["sha256"]
    assert elsewhere.path.read_bytes() == court.path.read_bytes()
