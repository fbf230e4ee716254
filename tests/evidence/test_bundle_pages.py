"""What a reader finds in a bundle: numbers, stamps, links, outline, and four scripts without a box among them."""

import re
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from fontTools.ttLib import TTFont

from evidence.bundling.making import Made
from evidence.fonts import font_files
from tests.evidence import files
from tests.evidence.cases import ARABIC, CHINESE, PORTUGUESE, RUSSIAN, case_of
from tests.evidence.conftest import make


def test_every_page_says_its_number_and_how_many_there_are(texts: list[str]) -> None:
    assert all(f"Page {number} of {len(texts)}" in text for number, text in enumerate(texts, start=1))


def test_every_page_of_an_exhibit_is_stamped_with_its_mark(every_bundle: Made, texts: list[str]) -> None:
    for exhibit in every_bundle.exhibits:
        pages = texts[exhibit["first_page"] - 1 : exhibit["last_page"]]
        assert pages
        assert all(f"· Exhibit {exhibit['mark']}" in page for page in pages)


def index_pages(texts: list[str]) -> range:
    """The pages of the index, from 0: it begins below the case."""
    return range(1, next(n for n, text in enumerate(texts) if text.startswith("Timeline")))


def test_index_has_the_page_of_every_exhibit(every_bundle: Made, texts: list[str]) -> None:
    numbers = re.findall(r"\b\d{1,3}\b", " ".join(texts[number] for number in index_pages(texts)))
    for exhibit in every_bundle.exhibits:
        assert str(exhibit["first_page"]) in numbers


def test_links_of_the_index_lead_to_the_first_page_of_what_they_name(
    every_bundle: Made, reader: pypdfium2.PdfDocument, texts: list[str]
) -> None:
    targets = [target for number in index_pages(texts) for target in link_targets(reader, number)]
    assert {exhibit["first_page"] - 1 for exhibit in every_bundle.exhibits} <= set(targets)
    assert all(0 <= target < len(texts) for target in targets)


def test_every_number_of_the_index_is_that_of_the_page_to_which_it_leads(
    reader: pypdfium2.PdfDocument, texts: list[str]
) -> None:
    told = [pair for number in index_pages(texts) for pair in numbers_told(reader, number)]
    assert len(told) == 19  # seven sections and twelve exhibits
    assert all(said == str(target + 1) for said, target in told)


def numbers_told(document: pypdfium2.PdfDocument, number: int) -> list[tuple[str, int]]:
    """What stands in each link at a page's right edge, and the page, from 0, to which it leads."""
    page, position, link, rect = document[number], pdfium.c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    text, told = page.get_textpage(), []
    while pdfium.FPDFLink_Enumerate(page.raw, position, link):
        pdfium.FPDFLink_GetAnnotRect(link, rect)
        if rect.left > 500:
            said = text.get_text_bounded(rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top))
            target = pdfium.FPDFLink_GetDest(document.raw, link)
            told.append((said.strip(), pdfium.FPDFDest_GetDestPageIndex(document.raw, target)))
    return told


def link_targets(document: pypdfium2.PdfDocument, number: int) -> list[int]:
    """The page, from 0, to which each link of a page leads."""
    page, position, targets = document[number], pdfium.c_int(0), []
    link = pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page.raw, position, link):
        target = pdfium.FPDFLink_GetDest(document.raw, link)
        targets.append(pdfium.FPDFDest_GetDestPageIndex(document.raw, target))
    return targets


def test_outline_has_the_sections_and_the_exhibits_under_one_head(
    every_bundle: Made, reader: pypdfium2.PdfDocument
) -> None:
    marks = [(item.level, item.get_title(), item.get_dest().get_index()) for item in reader.get_toc()]
    sections = [title for level, title, _page in marks if level == 0]
    assert sections == [
        "Claim, answer and proof",
        "The case",
        "Index",
        "Timeline",
        "Tracking",
        "Messages to the buyer",
        "Exhibits",
        "Manifest",
    ]
    exhibits = [(title.split(" · ")[0], page + 1) for level, title, page in marks if level == 1]
    assert exhibits == [(exhibit["mark"], exhibit["first_page"]) for exhibit in every_bundle.exhibits]


def test_cover_tells_the_case(texts: list[str]) -> None:
    cover = texts[1]
    for said in ("8012345678901234", "USD 24.00", "Maria Souza (BR)", "Alice's lamps", "UTC−7", "America/Los_Angeles"):
        assert said in cover
    assert "2026-04-10 05:00" in cover  # noon in UTC


def test_messages_stand_with_their_proof(texts: list[str]) -> None:
    page = next(text for text in texts if text.startswith("Messages to the buyer"))
    for said in ("<1.contact_30.7@localhost>", "2026-04-04 08:00", "Seu pacote está a caminho.", "where the parcel is"):
        assert said in page
    assert "ab" * 32 in page.replace(" ", "")


def test_manifest_prints_the_hash_of_every_original(every_bundle: Made, texts: list[str]) -> None:
    page = texts[-1].replace(" ", "")
    assert all(exhibit["sha256"] in page for exhibit in every_bundle.exhibits)


@pytest.mark.parametrize("text", [CHINESE, PORTUGUESE, RUSSIAN])
def test_words_of_the_buyer_can_be_searched(text: str, texts: list[str]) -> None:
    page = next(page for page in texts if page.startswith("Timeline"))
    assert text in page


def test_no_character_of_four_scripts_was_left_without_a_glyph(every_bundle: Made) -> None:
    assert every_bundle.replaced == ()


def test_fonts_have_every_character_of_the_four_scripts() -> None:
    known: set[int] = set()
    for path in font_files():
        with TTFont(path, lazy=True) as font:
            known |= set(font.getBestCmap())
    assert {letter for letter in CHINESE + PORTUGUESE + RUSSIAN + ARABIC if ord(letter) not in known} == set()


@pytest.mark.slow
def test_a_character_that_no_font_has_is_written_as_its_code(tmp_path: Path) -> None:
    made = make(case_of(tmp_path, {}, text="before \ue000 after"), tmp_path / "out")
    with pypdfium2.PdfDocument(made.path) as document:
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    assert made.replaced == (0xE000,)
    assert "before [U+E000] after" in text


@pytest.mark.slow
def test_hostile_text_neither_fetches_nor_stalls_nor_becomes_markup(tmp_path: Path) -> None:
    text = '<img src="file:///etc/passwd"><h1>{{ case }}</h1>\x00\x1b[0m' + "x" * 15_000
    made = make(case_of(tmp_path, {}, text=text), tmp_path / "out")
    with pypdfium2.PdfDocument(made.path) as document:
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    assert '<img src="file:///etc/passwd"><h1>{{ case }}</h1>' in " ".join(text.split())
    assert "root:" not in text


@pytest.mark.slow
def test_forty_photos_make_a_bundle_with_all_of_them(tmp_path: Path) -> None:
    given = {f"{number}.jpg": files.encoded(files.picture((800, 600 + number)), "JPEG") for number in range(40)}
    made = make(case_of(tmp_path, given), tmp_path / "out")
    assert [exhibit["problem"] for exhibit in made.exhibits] == [""] * 40
    assert [exhibit["last_page"] - exhibit["first_page"] for exhibit in made.exhibits] == [0] * 40


@pytest.mark.slow
def test_the_platform_gets_no_list_of_what_is_missing(tmp_path: Path) -> None:
    made = make(case_of(tmp_path, {"a.png": files.encoded(files.picture(), "PNG")}), tmp_path / "out", "aliexpress")
    with pypdfium2.PdfDocument(made.path) as document:
        index = document[1].get_textpage().get_text_bounded()
    assert "Index" in index
    assert "目录" not in index
