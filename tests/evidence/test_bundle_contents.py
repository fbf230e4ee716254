"""What a full case says in print: claim and proofs, the course, disruptions, views, chats, changes; in every script."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from evidence.bundling.cases import CaseDisruption, CaseExhibit, CaseFile, CaseSlot, CaseSnapshot, Translator
from evidence.bundling.changes import Change, ChangeKind, Changes
from evidence.bundling.chats import read_chat
from evidence.bundling.making import Made
from evidence.bundling.verify_lines import line_of, verify_line
from evidence.bundling.verifying import verify
from tests.cast import at
from tests.evidence import files
from tests.evidence.cases import ARABIC, CHINESE, RUSSIAN, case_of, exhibit
from tests.evidence.conftest import make
from tests.evidence.test_bundle_pages import link_targets, numbers_told

CHAT = f"[12/03/2026, 14:05:11] Maria: Cadê?\n[12/03/2026, 14:06:11] Alice: {CHINESE}\n{RUSSIAN} {ARABIC} " + "x" * 300
SECTIONS = ("Timeline", "Tracking", "Disruptions on", "As it stood", "Messages to the buyer")
DATES = {"shipped": at("03-05 10:00"), "promised": at("05-04 10:00"), "opened": at("04-10 12:00")}


def chat_record(number: int, folder: Path) -> CaseExhibit:
    """A chat as an exhibit."""
    record = exhibit(number, folder, "chat.txt", CHAT.encode(), kind="chat_record", source="AliExpress")
    return replace(record, chat=tuple(read_chat(CHAT)))


@pytest.fixture(scope="session")
def full_case(tmp_path_factory: pytest.TempPathFactory) -> CaseFile:
    """Maria's case with everything that a bundle can tell."""
    folder = tmp_path_factory.mktemp("full")
    picture = files.encoded(files.picture(), "PNG")
    case = case_of(folder, {"page.png": picture})
    page = replace(case.exhibits[0], translation="Página", translated_by=Translator.MACHINE)
    late = replace(exhibit(3, folder, "late.png", picture, kind="waybill_receipt"), mark="A-1A")
    notice = replace(exhibit(4, folder, "notice.png", picture, kind="disruption_notice"), mark="N-1")
    listing = CaseSnapshot(
        at("03-02 12:00"), "listing", "sale", "", "cd" * 32, (("total", "24.00"),), ((("title", "灯 lamp"),),), 3
    )
    void = replace(case.tracking[0], status="delivered", at=at("04-02 12:00"), voided_at=at("04-03 12:00"))
    return replace(
        case,
        exhibits=(page, late, chat_record(2, folder), notice),
        dates=DATES,
        seller_zone="Asia/Shanghai",
        buyer_zone="America/Sao_Paulo",
        tracking=(replace(case.tracking[0], fetched_at=at("03-20 15:00")), void),
        disruptions=(CaseDisruption(at("03-25 00:00"), None, "snow", "Neve", "BR", "", "", notice.sha256),),
        snapshots=(listing,),
        changes=Changes(1, (Change(ChangeKind.ADDED, "A-1A", "waybill_receipt", after="late"),)),
        slots=(CaseSlot("waybill_receipt", True, ("A-1A",), ("agent",)),),
    )


@pytest.fixture(scope="session")
def full_bundle(full_case: CaseFile, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Its bundle."""
    return make(full_case, tmp_path_factory.mktemp("full_bundle"))


@pytest.fixture(scope="session")
def document(full_bundle: Made) -> Iterator[pypdfium2.PdfDocument]:
    """That bundle, opened by another engine than the one that wrote it."""
    with pypdfium2.PdfDocument(full_bundle.path) as opened:
        yield opened


@pytest.fixture(scope="session")
def pages(document: pypdfium2.PdfDocument) -> list[str]:
    """The text of each of its pages, in one line."""
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def record_from(pages: list[str]) -> int:
    """The page with which the order's record begins, behind the index, which names every part."""
    return next(number for number, page in enumerate(pages) if page.startswith("Timeline"))


def front(pages: list[str]) -> str:
    """The case, the index and the changes, which follow each other."""
    return " ".join(pages[1 : record_from(pages)])


def page_of(pages: list[str], heading: str) -> str:
    """The page of the record on which a part begins, and the one on which it may end."""
    start = record_from(pages)
    number = next(number for number, page in enumerate(pages) if number >= start and heading in page)
    return " ".join(pages[number : number + 2])


def test_the_sections_stand_in_their_order_and_small_ones_share_a_page(pages: list[str]) -> None:
    record = "\n".join(pages[record_from(pages) :])
    places = [record.index(heading) for heading in SECTIONS]
    assert places == sorted(places)
    assert len({record[:place].count("\n") for place in places}) < len(SECTIONS)
    assert front(pages).index("Index") < front(pages).index("Compared with version 1.")


def test_the_first_page_leads_from_each_statement_to_its_proofs(
    full_bundle: Made, document: pypdfium2.PdfDocument, pages: list[str]
) -> None:
    first = {one["mark"]: one["first_page"] for one in full_bundle.exhibits}
    told = numbers_told(document, 0)
    assert all(said == str(target + 1) for said, target in told)
    assert {first["A-1"], first["A-1A"], first["A-2"], first["N-1"]} <= {target + 1 for _said, target in told}
    assert "The order was handed to China Post on 2026-03-05, under the number LX123456785CN." in pages[0]
    assert "Snow, since 2026-03-24" in pages[0]
    assert "Exhibit A-1A · Waybill receipt" in pages[0]


def test_the_position_stands_in_the_platforms_language_and_in_the_sellers(pages: list[str]) -> None:
    assert "The seller contests the claim." in pages[0]
    assert "卖家不同意买家诉求" in pages[0]


def test_the_cover_has_the_verify_line_that_the_manifest_gives(
    full_case: CaseFile, full_bundle: Made, pages: list[str]
) -> None:
    assert verify(full_bundle.path).line == verify_line(full_case)
    assert verify_line(full_case).replace(" ", "") in pages[1].replace(" ", "")


def test_the_line_of_an_older_bundle_is_still_the_one_on_its_cover() -> None:
    manifest = {"order": "81", "dispute": 1, "made_of": "2026-04-18T10:00:00Z", "exhibits": []}
    assert " made=2026-04-18T10:00:00Z " in line_of(manifest)
    newer = manifest | {"recorded_until": "2026-04-18T10:00:00Z"}
    assert " recorded_until=2026-04-18T10:00:00Z " in line_of(newer)


def test_the_course_is_drawn_with_text_as_text_and_told_on_three_clocks(pages: list[str]) -> None:
    timeline = page_of(pages, "Timeline")
    for said in ("promise ends 05-04", "Platform time: America/Los_Angeles", "message to the buyer"):
        assert said in timeline
    for clock in ("2026-04-10 05:00", "2026-04-10 20:00", "2026-04-10 09:00"):
        assert clock in timeline


def test_news_that_was_taken_back_says_so(pages: list[str]) -> None:
    tracking = page_of(pages, "Tracking")
    assert "Latest status by source" in tracking
    assert "Taken back by the carrier: 2026-04-03 05:00" in tracking
    assert "2026-03-20 08:00" in tracking  # when it was read


def test_a_disruption_leads_to_its_notice(full_bundle: Made, document: pypdfium2.PdfDocument, pages: list[str]) -> None:
    number = next(number for number, page in enumerate(pages) if "no end announced" in page)
    notice = next(one for one in full_bundle.exhibits if one["mark"] == "N-1")
    assert notice["first_page"] - 1 in link_targets(document, number)


def test_a_view_of_the_day_stands_with_its_hash(pages: list[str]) -> None:
    view = page_of(pages, "As it stood")
    assert "cd" * 32 in view.replace(" ", "")
    assert "灯 lamp" in view
    assert "Earlier rows, not repeated here: 3" in view


def test_a_chat_is_printed_as_a_conversation_under_its_mark(full_bundle: Made, pages: list[str]) -> None:
    chat = next(one for one in full_bundle.exhibits if one["mark"] == "A-2")
    page = pages[chat["first_page"] - 1]
    assert "12/03/2026, 14:05:11 Maria Cadê?" in page
    assert CHINESE in page
    assert RUSSIAN in page
    assert "· Exhibit A-2" in page
    assert chat["problem"] == ""


def test_a_late_exhibit_is_listed_among_the_changes(pages: list[str]) -> None:
    changes = front(pages)
    assert "Compared with version 1." in changes
    assert "A-1A" in changes


def test_captions_in_two_languages_say_who_translated(pages: list[str]) -> None:
    index = front(pages)
    assert "Página translated by a machine" in index
    assert "recorded, no file" in index
    assert "agent" in index


def test_no_character_of_five_scripts_is_missing(full_bundle: Made) -> None:
    assert full_bundle.replaced == ()


@pytest.mark.slow
def test_a_full_case_is_the_same_bytes_twice(full_case: CaseFile, full_bundle: Made, tmp_path: Path) -> None:
    assert make(full_case, tmp_path).sha256 == full_bundle.sha256


@pytest.mark.slow
def test_a_chat_whose_file_was_changed_is_a_slip(full_case: CaseFile, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"Maria: another word")
    record = replace(full_case.exhibits[2], path=tmp_path / "x.txt")
    made = make(replace(full_case, exhibits=(record,), disruptions=()), tmp_path / "out")
    with pypdfium2.PdfDocument(made.path) as opened:
        text = opened[made.exhibits[0]["first_page"] - 1].get_textpage().get_text_bounded()
    assert made.exhibits[0]["problem"] == "altered"
    assert "another word" not in text


@pytest.mark.slow
def test_a_long_chat_is_printed_to_its_last_word(tmp_path: Path) -> None:
    text = "\n".join(f"[12/03/2026, 14:05:11] Maria: word{number}" for number in range(600))
    record = replace(exhibit(1, tmp_path, "chat.txt", text.encode(), kind="chat_record"), chat=tuple(read_chat(text)))
    made = make(replace(case_of(tmp_path, {}), exhibits=(record,)), tmp_path / "out")
    with pypdfium2.PdfDocument(made.path) as opened:
        first, last = made.exhibits[0]["first_page"], made.exhibits[0]["last_page"]
        words = " ".join(opened[number - 1].get_textpage().get_text_bounded() for number in range(first, last + 1))
    assert [f"word{number}" for number in range(600)] == re.findall(r"word\d+", words)
