"""PDF/A-3b as far as it can be checked here, by readers that did not write the file. veraPDF has the last word."""

import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from evidence.bundling.making import make_bundle
from evidence.bundling.treatments import Handling
from evidence.recipients import find_recipient
from tests.evidence import files
from tests.evidence.cases import case_of

FORBIDDEN = {"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/XFA", "/OPI", "/Alternates", "/Encrypt"}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> pypdf.PdfReader:
    """A bundle for an archive, with exhibits that no archive would take as they are."""
    folder = tmp_path_factory.mktemp("archive")
    given = {
        "photo.jpg": files.phone_photo(6),
        "ink.jpg": files.encoded(files.picture(mode="CMYK"), "JPEG", quality=95),
        "clear.png": files.encoded(files.picture(mode="RGBA"), "PNG"),
        "letter.pdf": files.paper(),
    }
    case = case_of(folder, given)
    (folder / "work").mkdir()
    made = make_bundle(case, find_recipient("pdfa3"), folder / "work", lambda _percent: None)
    assert made.exhibits[3]["handling"] == Handling.RASTERISED
    return pypdf.PdfReader(made.path)


@pytest.fixture(scope="module")
def parts(reader: pypdf.PdfReader) -> list[Any]:
    """Every object of the file that is a dictionary or a stream, those inside others included."""
    return list(_dictionaries(reader))


def _dictionaries(reader: pypdf.PdfReader) -> Iterator[Any]:
    waiting: list[Any] = [reader.get_object(IndirectObject(n, 0, reader)) for n in sorted(reader.xref[0])]
    while waiting:
        part = waiting.pop()
        if isinstance(part, DictionaryObject):
            yield part
            waiting += [value for value in part.values() if not isinstance(value, IndirectObject)]
        elif isinstance(part, ArrayObject):
            waiting += [value for value in part if not isinstance(value, IndirectObject)]


pytestmark = pytest.mark.slow


def test_it_says_what_it_is_and_what_it_is_called(reader: pypdf.PdfReader) -> None:
    metadata = reader.trailer["/Root"]["/Metadata"]
    text = metadata.get_data().decode()
    assert "/Filter" not in metadata
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in text
    info = reader.metadata
    assert info is not None
    assert f">{info.title}<" in text
    assert f"<pdf:Producer>{info.producer}</pdf:Producer>" in text
    assert info.creation_date is not None
    assert f"{info.creation_date:<xmp:CreateDate>%Y-%m-%dT%H:%M:%SZ}" in text
    assert len(reader.trailer["/ID"]) == 2


def test_its_colours_have_one_meaning(reader: pypdf.PdfReader, parts: list[Any]) -> None:
    (intent,) = reader.trailer["/Root"]["/OutputIntents"]
    profile = intent.get_object()["/DestOutputProfile"]
    assert (intent.get_object()["/S"], profile["/N"]) == ("/GTS_PDFA1", 3)
    assert profile.get_data()[36:40] == b"acsp"
    spaces = {str(part.get("/ColorSpace")) for part in parts if part.get("/Subtype") == "/Image"}
    assert "/DeviceCMYK" not in spaces
    assert all(not part.get("/Interpolate") for part in parts)


def test_every_font_is_inside(parts: list[Any]) -> None:
    fonts = [part for part in parts if part.get("/Type") == "/Font"]
    simple = [font for font in fonts if font["/Subtype"] not in {"/Type0", "/Type3"}]
    assert fonts
    for font in simple:
        descriptor = font["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), font.get("/BaseFont")
    for font in fonts:
        if font["/Subtype"] == "/CIDFontType2":
            assert "/CIDToGIDMap" in font


def test_nothing_acts_and_every_link_is_printed(parts: list[Any]) -> None:
    assert not [key for part in parts for key in part if key in FORBIDDEN]
    annotations = [part for part in parts if part.get("/Type") == "/Annot"]
    assert annotations
    assert {(part["/Subtype"], part["/F"]) for part in annotations} == {("/Link", 4)}


def test_attached_files_say_what_they_are(reader: pypdf.PdfReader, parts: list[Any]) -> None:
    files_ = [part for part in parts if part.get("/Type") == "/Filespec"]
    assert len(files_) == len(reader.trailer["/Root"]["/AF"])
    for file in files_:
        assert {"/F", "/UF", "/EF", "/AFRelationship"} <= set(file)
        stream = file["/EF"]["/F"].get_object()
        assert re.fullmatch(r"/\w+/[\w.+-]+", stream["/Subtype"])
        assert "/ModDate" in stream["/Params"]


def test_streams_are_inside_and_packed_as_allowed(parts: list[Any]) -> None:
    streams = [part for part in parts if isinstance(part, StreamObject)]
    filters = {str(stream.get("/Filter", "")) for stream in streams}
    assert filters <= {"", "/FlateDecode", "/DCTDecode", "['/FlateDecode']", "['/DCTDecode']"}
    assert not [stream for stream in streams if "/F" in stream and stream.get("/Type") != "/Filespec"]


def test_every_page_stands_for_itself(reader: pypdf.PdfReader) -> None:
    assert all("/Resources" in page for page in reader.pages)
    reader.stream.seek(0)
    header = reader.stream.read(32)
    assert header.startswith(b"%PDF-1.7")
    assert all(byte > 127 for byte in header.split(b"\n")[1][1:5])
