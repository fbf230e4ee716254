"""Exhibits and bundles through the pages: taken in, shown safely, put in order, made, watched, handed in."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from disputes.models import Dispute
from evidence.bundling.arguing import argue
from evidence.bundling.changes import write_contents
from evidence.bundling.collecting import collect
from evidence.bundling.exhibits import case_exhibits, contents_of, exhibits_of
from evidence.models import Bundle, BundleState, Exhibit
from evidence.recipients import find_recipient
from orders.models import AuditKind, Store, TimelineEvent, User
from orders.services.auditing import Doer, note_deed
from tests.cast import fact, happens
from tests.desk.disputing import ago, disputed, filed_exhibit, order_underway, picture, read_whole, ready_bundle, upload
from tests.evidence.files import paper


@pytest.fixture
def dispute(store: Store) -> Dispute:
    """Maria's claim about a damaged lamp."""
    return disputed(order_underway(store), opened=ago(days=1))


def send(client: Client, dispute: Dispute, *files: Any, **data: str) -> Any:
    given = {"kind": "packing_photo", "file": list(files)} | data
    return client.post(f"/disputes/{dispute.pk}/exhibits/", given, follow=True)


def captions(dispute: Dispute) -> list[str]:
    return list(Exhibit.objects.filter(order=dispute.order_id, left_out_at=None).values_list("caption", flat=True))


def change(client: Client, dispute: Dispute, exhibit: Exhibit, **data: str) -> Any:
    return client.post(f"/disputes/{dispute.pk}/exhibits/{exhibit.pk}/", data)


# --- exhibits ---------------------------------------------------------------------------------------------------------
def test_an_upload_fills_its_slot(alice: Client, dispute: Dispute) -> None:
    answer = send(alice, dispute, upload(picture("JPEG"), "box.jpg"), source="us", caption="The box")
    page = answer.content.decode()
    assert "1 exhibit is in" in page
    assert "1/4" in page
    assert "A-1 · Photo of the packing" in page
    exhibit = Exhibit.objects.get()
    assert (exhibit.source, exhibit.caption, exhibit.dispute) == ("us", "The box", dispute)


NOISE = b"%PDF-1.4\n" + bytes(range(256)) * 40


def test_a_file_that_cannot_be_read_proves_nothing_and_says_so_loudly(alice: Client, dispute: Dispute) -> None:
    answer = send(alice, dispute, upload(NOISE, "noise.pdf"), kind="packing_photo", source="warehouse")
    page, doubts = answer.content.decode(), alice.get(f"/disputes/{dispute.pk}/doubts/").content.decode()
    exhibit = dispute.exhibits.get()
    assert 'class="flash warning"' in page
    assert 'class="flash success"' not in page
    assert "noise.pdf cannot be read. It is kept" in page
    assert '<span class="count">0/' in page  # of the checklist
    assert (exhibit.path.read_bytes(), exhibit.left_out_at is None) == (NOISE, False)
    assert "A file cannot be read" in doubts


def test_a_file_that_cannot_be_read_stands_uncited_where_somebody_takes_it_in(alice: Client, dispute: Dispute) -> None:
    send(alice, dispute, upload(NOISE, "noise.pdf"), kind="packing_photo", source="warehouse")
    change(alice, dispute, dispute.exhibits.get(), do="take_in")
    case = collect(dispute.pk, find_recipient("archive"))
    assert [exhibit.mark for exhibit in case.exhibits] == ["A-1"]
    assert not [one for one in argue(case, []) if one.marks]
    assert not [slot for slot in case.slots if slot.is_filled or slot.without_file]


def test_a_damaged_file_gets_one_answer_everywhere_and_another_once_it_is_taken_in(
    alice: Client, dispute: Dispute
) -> None:
    def told(page: str) -> tuple[bool, bool]:
        return "Damaged, and left out of the PDF" in page, "Damaged: the PDF will only name it" in page

    page = send(alice, dispute, upload(NOISE, "noise.pdf"), source="warehouse").content.decode()
    assert told(page) == told(alice.get(f"/disputes/{dispute.pk}/doubts/").content.decode()) == (True, False)
    assert "Only name it in the PDF" in page
    assert not collect(dispute.pk, find_recipient("archive")).exhibits
    change(alice, dispute, dispute.exhibits.get(), do="take_in")
    page = alice.get(f"/disputes/{dispute.pk}/").content.decode()
    assert told(page) == told(alice.get(f"/disputes/{dispute.pk}/doubts/").content.decode()) == (False, True)
    assert "The next PDF names noise.pdf" in page
    assert [one.name for one in collect(dispute.pk, find_recipient("archive")).exhibits] == ["noise.pdf"]


def test_several_files_come_in_at_once(alice: Client, dispute: Dispute) -> None:
    send(alice, dispute, upload(picture("JPEG"), "a.jpg"), upload(picture("PNG"), "b.png"))
    assert Exhibit.objects.count() == 2


def test_a_file_of_another_type_is_refused_in_words_beside_its_slot(alice: Client, dispute: Dispute) -> None:
    answer = send(alice, dispute, upload(b"<html><script>alert(1)</script>", "a.jpg"))
    assert answer.status_code == 422
    assert "By its content it is a web page" in answer.content.decode()
    assert not Exhibit.objects.exists()


def test_an_upload_without_a_file_says_so(alice: Client, dispute: Dispute) -> None:
    answer = alice.post(f"/disputes/{dispute.pk}/exhibits/", {"kind": "packing_photo"})
    assert answer.status_code == 422
    assert "Not taken in" in answer.content.decode()


@pytest.mark.parametrize(("file_type", "name", "shown"), [("jpeg", "a.jpg", "inline"), ("pdf", "a.pdf", "attachment")])
def test_a_file_is_served_locked(alice: Client, dispute: Dispute, file_type: str, name: str, shown: str) -> None:
    exhibit = filed_exhibit(dispute, picture("JPEG"), file_type=file_type, name=name)
    answer = alice.get(f"/exhibits/{exhibit.pk}/")
    assert b"".join(answer.streaming_content) == picture("JPEG")  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith(shown)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_name_from_outside_cannot_break_the_header(alice: Client, dispute: Dispute) -> None:
    exhibit = filed_exhibit(dispute, picture("JPEG"), name='a"\r\nSet-Cookie: x=1.jpg')
    answer = alice.get(f"/exhibits/{exhibit.pk}/")
    read_whole(answer)
    assert "\n" not in answer["Content-Disposition"]
    assert not answer.cookies


def test_a_thumbnail_is_small(alice: Client, dispute: Dispute) -> None:
    exhibit = filed_exhibit(dispute, picture("JPEG", width=900, height=600))
    with Image.open(BytesIO(alice.get(f"/exhibits/{exhibit.pk}/thumbnail/").content)) as small:
        assert max(small.size) <= 240


@pytest.mark.parametrize(("content", "file_type"), [(b"\xff\xd8\xff nothing", "jpeg"), (b"%PDF-1.7", "pdf")])
def test_what_is_no_picture_has_no_thumbnail(alice: Client, dispute: Dispute, content: bytes, file_type: str) -> None:
    exhibit = filed_exhibit(dispute, content, file_type=file_type)
    assert alice.get(f"/exhibits/{exhibit.pk}/thumbnail/").status_code == 404


def test_an_exhibit_moves_is_captioned_and_left_out(alice: Client, dispute: Dispute) -> None:
    first, second = (filed_exhibit(dispute, picture("JPEG", width=30 + n), caption=str(n), position=n) for n in (1, 2))
    change(alice, dispute, second, do="up")
    assert captions(dispute) == ["2", "1"]
    change(alice, dispute, second, do="up")  # it is the first already
    change(alice, dispute, second, do="down")
    change(alice, dispute, first, do="caption", caption="The box")
    assert captions(dispute) == ["The box", "2"]
    change(alice, dispute, first, do="leave_out")
    assert captions(dispute) == ["2"]
    change(alice, dispute, first, do="take_in")
    assert captions(dispute) == ["The box", "2"]


def test_an_exhibit_of_another_order_is_not_changed_from_here(alice: Client, store: Store, dispute: Dispute) -> None:
    other = disputed(order_underway(store, number="8012345678909999"))
    exhibit = filed_exhibit(other, picture("JPEG"), caption="theirs")
    assert change(alice, dispute, exhibit, do="leave_out").status_code == 404


# --- bundles ----------------------------------------------------------------------------------------------------------
def test_a_bundle_is_asked_for_and_watched(alice: Client, dispute: Dispute) -> None:
    alice.post(f"/disputes/{dispute.pk}/bundles/", {"recipient": "archive"})
    bundle = Bundle.objects.get()
    assert bundle.state == BundleState.QUEUED
    Bundle.objects.update(state=BundleState.RUNNING, progress=40)
    assert "40 %" in alice.get(f"/bundles/{bundle.pk}/", headers={"HX-Request": "true"}).content.decode()
    Bundle.objects.update(state=BundleState.FAILED, error="no room on the disk")
    answer = alice.get(f"/bundles/{bundle.pk}/", headers={"HX-Request": "true"})
    assert f'hx-get="/disputes/{dispute.pk}/"' in answer.content.decode()
    assert "no room on the disk" in alice.get(f"/disputes/{dispute.pk}/").content.decode()


def test_an_unknown_recipient_is_refused_in_words(alice: Client, dispute: Dispute) -> None:
    answer = alice.post(f"/disputes/{dispute.pk}/bundles/", {"recipient": "nobody"}, follow=True)
    assert "there is no recipient" in answer.content.decode()
    assert not Bundle.objects.exists()


def test_a_finished_bundle_is_shown_in_our_own_frame_only(alice: Client, dispute: Dispute) -> None:
    bundle = ready_bundle(dispute)
    answer = alice.get(f"/bundles/{bundle.pk}/file/")
    read_whole(answer)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert answer["Content-Disposition"].startswith("inline")
    saved = alice.get(f"/bundles/{bundle.pk}/file/?save")
    read_whole(saved)
    assert saved["Content-Disposition"].startswith("attachment")


def test_a_bundle_that_is_not_finished_has_no_file(alice: Client, dispute: Dispute) -> None:
    bundle = Bundle.objects.create(dispute=dispute, number=1, recipient="archive", requested_at=timezone.now())
    assert alice.get(f"/bundles/{bundle.pk}/file/").status_code == 404
    answer = alice.post(f"/bundles/{bundle.pk}/submitted/", {"confirmed": "1"}, follow=True)
    assert "The bundle is not ready" in answer.content.decode()


# --- versions, whom they fit, and what was done -----------------------------------------------------------------------
def page_of(client: Client, dispute: Dispute) -> str:
    """The workbench, without line breaks."""
    return " ".join(client.get(f"/disputes/{dispute.pk}/").content.decode().split())


def test_each_recipient_says_beforehand_whether_it_fits(alice: Client, dispute: Dispute) -> None:
    filed_exhibit(dispute, picture("JPEG"))
    Exhibit.objects.update(size=9_000_000)
    filed_exhibit(dispute, picture("PNG"), file_type="pdf", pages=30, position=2, kind="invoice")
    page = page_of(alice, dispute)
    assert "photos are made smaller to fit: 9.0 of 4.5 MB, 35 of 49 pages" in page
    assert "fits: 9.0 of 49.5 MB" in page
    assert "no limits: every photo as it came" in page
    Exhibit.objects.filter(file_type="pdf").update(pages=80)
    assert "too many pages: at least 85, 49 are allowed" in page_of(alice, dispute)


def chosen(client: Client, dispute: Dispute) -> list[tuple[str, str]]:
    """The recipients before the fold, the chosen one marked."""
    usual = page_of(client, dispute).partition("More recipients")[0]
    return re.findall(r'name="recipient" value="(\w+)" (checked)?', usual)


def test_the_stores_own_platform_is_the_recipient_until_another_was_made_for(alice: Client, dispute: Dispute) -> None:
    assert chosen(alice, dispute) == [("aliexpress", "checked"), ("archive", "")]
    Bundle.objects.create(dispute=dispute, number=1, recipient="paypal", requested_at=timezone.now())
    assert chosen(alice, dispute) == [("paypal", "checked"), ("aliexpress", ""), ("archive", "")]


def reported_bundle(dispute: Dispute) -> Bundle:
    """A version in two parts with a picture, and with a report."""
    first = ready_bundle(dispute, paper())
    one = {"suffix": ".pdf", "file": first.file, "sha256": "1" * 64, "size": 1_100_000, "pages": 3}
    told = {"mark": "A-1", "title": "Photo", "first_page": 4, "last_page": 5, "bytes": 9, "ppi": 150, "quality": 75}
    second, photo = one | {"suffix": "-2.pdf", "sha256": "2" * 64}, {"suffix": "-A-1.jpg", "sha256": "3" * 64}
    first.delete()
    bundle: Bundle = Bundle.objects.create(
        dispute=dispute, number=3, recipient="stripe", state=BundleState.READY, requested_at=timezone.now(),
        file=first.file, sha256="1" * 64, size=1_100_000, pages=3, inputs="a",
        files=[one, second, one | photo | {"pages": 0}],
        report={
            "exhibits": [told | {"handling": "recompressed"}, told | {"mark": "A-2", "handling": "slip", "ppi": 0}],
            "signing": {"state": "signed", "signer": "Alice", "note": "no time stamp"}, "replaced": ["U+E000"],
            "changes": None,
        },
    )  # fmt: skip
    return bundle


def test_a_version_says_how_it_fits_and_what_was_done_to_each_exhibit(alice: Client, dispute: Dispute) -> None:
    reported_bundle(dispute)
    page = page_of(alice, dispute)
    assert "fits: 3 files, 3.3 of 4.5 MB, 6 of 49 pages" in page
    assert "made smaller (150 ppi, quality 75)" in page
    assert "only named, with the reason" in page
    assert "Signed by Alice." in page
    assert "Signature: no time stamp" in page
    assert "their codes are printed: U+E000" in page
    assert all(digit * 64 in page for digit in "123")


def test_every_part_is_downloaded_under_its_own_name(alice: Client, dispute: Dispute) -> None:
    bundle = reported_bundle(dispute)
    names = []
    for number in (1, 2, 3):
        answer = alice.get(f"/bundles/{bundle.pk}/files/{number}/?save")
        read_whole(answer)
        names.append(answer["Content-Disposition"].rpartition('"')[0].rpartition("-stripe-")[2])
    assert names == ["3.pdf", "3-2.pdf", "3-A-1.jpg"]
    assert alice.get(f"/bundles/{bundle.pk}/files/4/").status_code == 404


def test_pages_are_pictures_for_phones(alice: Client, dispute: Dispute) -> None:
    bundle = reported_bundle(dispute)
    answer = alice.get(f"/bundles/{bundle.pk}/files/2/pages/3/")
    with Image.open(BytesIO(answer.content)) as shown:
        assert (shown.format, shown.width) == ("JPEG", 900)
    assert "immutable" in answer["Cache-Control"]
    assert alice.get(f"/bundles/{bundle.pk}/files/2/pages/4/").status_code == 404
    assert alice.get(f"/bundles/{bundle.pk}/files/3/pages/1/").status_code == 404  # a picture has no pages


def test_handing_in_is_asked_once_more_with_what_will_happen(alice: Client, dispute: Dispute) -> None:
    happens(dispute.order, fact(ago(hours=1), "platform_notice"), now=ago())
    bundle = reported_bundle(dispute)
    page = alice.post(f"/bundles/{bundle.pk}/submitted/").content.decode()
    assert f"Did you submit version {bundle.number}?" in page
    assert "You submitted version" not in page
    assert "The clock of the evidence stops." in page
    assert "nobody can change or delete it" in page
    assert "2" * 64 in page
    assert not TimelineEvent.objects.filter(type="evidence_submitted").exists()
    for _click in range(2):
        alice.post(f"/bundles/{bundle.pk}/submitted/", {"confirmed": "1"})
    assert TimelineEvent.objects.filter(type="evidence_submitted").count() == 1
    assert Bundle.objects.get().state == BundleState.SUBMITTED


def made_of_now(dispute: Dispute, *, number: int = 1) -> Bundle:
    """A finished version that holds the exhibits of this moment."""
    bundle = ready_bundle(dispute) if number == 1 else Bundle.objects.get(dispute=dispute, number=1)
    bundle.pk, bundle.number = (bundle.pk, 1) if number == 1 else (None, number)
    bundle.report = {"contents": write_contents(contents_of(case_exhibits(dispute)))}
    bundle.save()
    return bundle


def test_a_version_that_is_older_than_the_exhibits_says_so_and_can_still_be_handed_in(
    alice: Client, dispute: Dispute
) -> None:
    def pages() -> list[str]:
        case, asked = alice.get(f"/disputes/{dispute.pk}/"), alice.post(f"/bundles/{bundle.pk}/submitted/")
        return [" ".join(page.content.decode().split()) for page in (case, asked)]

    bundle = made_of_now(dispute)
    assert all("does not hold them" not in page for page in pages())
    send(alice, dispute, upload(picture("JPEG"), "box.jpg"), caption="The box")
    for page in pages():
        assert "Version 1 was made before these changes of the exhibits and does not hold them:" in page
        assert "<strong>A-1</strong> new: Photo of the packing · The box" in page
        assert "Make a new version first" in page
    alice.post(f"/bundles/{bundle.pk}/submitted/", {"confirmed": "1"})
    assert Bundle.objects.get().state == BundleState.SUBMITTED
    assert "does not hold them" not in alice.get(f"/disputes/{dispute.pk}/").content.decode()


def test_an_old_version_leads_to_the_newer_one_for_the_same_recipient(alice: Client, dispute: Dispute) -> None:
    made_of_now(dispute)
    exhibit = filed_exhibit(dispute, picture("JPEG"))
    made_of_now(dispute, number=2)
    page = alice.get(f"/disputes/{dispute.pk}/").content.decode()
    assert "Version 1 was made before" in page
    assert "Version 2 is newer." in page
    assert "Version 2 was made before" not in page
    assert "Make a new version first" not in page
    change(alice, dispute, exhibit, do="leave_out")
    page = alice.get(f"/disputes/{dispute.pk}/").content.decode()
    assert "<strong>A-1</strong> left out: Photo of the packing" in page  # of what the second one still holds
    assert "Make a new version first" in page


def test_the_audit_list_leads_from_a_bundle_to_its_order_and_dispute_for_members_alone(
    alice: Client, charlie: Client, dispute: Dispute
) -> None:
    bundle = ready_bundle(dispute)
    read_whole(alice.get(f"/bundles/{bundle.pk}/file/?save"))
    alice.post(f"/bundles/{bundle.pk}/submitted/", {"confirmed": "1"})
    page = alice.get("/audit/").content.decode()
    assert page.count(f'<a href="/orders/{dispute.order_id}/">Order {dispute.order.order_number}</a>') == 2
    assert page.count(f'<a href="/disputes/{dispute.pk}/#bundle-{bundle.pk}" data-open>Dispute 1</a> · Version 1') == 2
    note_deed(
        AuditKind.EXPORTED, Doer(User.objects.get(email="charlie@example.com")), now=timezone.now(), bundle=bundle.pk
    )
    assert dispute.order.order_number not in charlie.get("/audit/").content.decode()


def test_a_move_says_where_the_exhibit_stands_now(alice: Client, dispute: Dispute) -> None:
    first, _second = (filed_exhibit(dispute, picture("JPEG", width=30 + n), position=n) for n in (1, 2))
    url = f"/disputes/{dispute.pk}/exhibits/{first.pk}/"
    assert (
        "Photo of the packing stands at place 2 of 2 now."
        in alice.post(url, {"do": "down"}, follow=True).content.decode()
    )


def test_a_move_among_exhibits_that_changed_meanwhile_asks_to_look_again(
    alice: Client, dispute: Dispute, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = (filed_exhibit(dispute, picture("JPEG", width=30 + n), position=n) for n in (1, 2))

    def and_then_another_is_filed(of: Dispute) -> list[Exhibit]:
        shown = list(exhibits_of(of))
        filed_exhibit(dispute, picture("JPEG", width=50), position=3)
        return shown

    monkeypatch.setattr("desk.views.exhibits.exhibits_of", and_then_another_is_filed)
    moved = alice.post(f"/disputes/{dispute.pk}/exhibits/{first.pk}/", {"do": "down"}, follow=True)
    assert "have changed meanwhile" in moved.content.decode()
