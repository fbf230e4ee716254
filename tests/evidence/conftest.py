"""Bundles that several tests read: made once."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from evidence.bundling.cases import CaseFile
from evidence.bundling.making import Made, make_bundle
from evidence.recipients import Recipient, find_recipient
from tests.evidence import files
from tests.evidence.cases import case_of


def make(case: CaseFile, folder: Path, recipient: str = "archive") -> Made:
    """A bundle of the case."""
    profile: Recipient = find_recipient(recipient)
    folder.mkdir(exist_ok=True)
    return make_bundle(case, profile, folder, lambda _percent: None)


@pytest.fixture(scope="session")
def every_case(tmp_path_factory: pytest.TempPathFactory) -> CaseFile:
    """A case with an exhibit of every kind, honest and hostile."""
    noise = files.picture((1200, 900)).resize((1600, 1200))
    given = {
        "photo.jpg": files.phone_photo(6),
        "screen.png": files.encoded(noise, "PNG"),
        "clear.png": files.encoded(files.picture(mode="RGBA"), "PNG"),
        "small.webp": files.encoded(files.picture(), "WEBP"),
        "iphone.heic": files.HEIC,
        "letter.pdf": files.paper(),
        "scripted.pdf": files.scripted(),
        "encrypted.pdf": files.encrypted(),
        "truncated.pdf": files.truncated(),
        "bomb.png": files.pixel_bomb(),
        "polyglot.jpg": files.polyglot(),
        "cut.jpg": files.phone_photo()[:-400],
    }
    return case_of(tmp_path_factory.mktemp("exhibits"), given)


@pytest.fixture(scope="session")
def every_bundle(every_case: CaseFile, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The bundle of that case."""
    return make(every_case, tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def reader(every_bundle: Made) -> Iterator[pypdfium2.PdfDocument]:
    """That bundle, opened by another engine than the one that wrote it."""
    with pypdfium2.PdfDocument(every_bundle.path) as document:
        yield document


@pytest.fixture(scope="session")
def texts(reader: pypdfium2.PdfDocument) -> list[str]:
    """The text of each of its pages, in one line."""
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in reader]
