"""Exhibits and bundles through the pages: taken in, shown safely, put in order, made, watched, handed in."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from disputes.models import Dispute
from evidence.models import Bundle, BundleState, Exhibit
from orders.models import Store, TimelineEvent
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


def test_several_files_come_in_at_once(alice: Client, dispute: Dispute) -> None:
    send(alice, dispute, upload(picture("JPEG"), "a.jpg"), upload(picture("PNG"), "b.png"))
    assert Exhibit.objects.count() == 2


def test_a_file_of_another_type_is_refused_in_words_beside_its_slot(alice: Client, dispute: Dispute) -> None:
    answer = send(alice, dispute, upload(b"<html><script>alert(1)</script>", "a.jpg"))
    assert answer.status_code == 422
    assert "by its content it is a web page" in answer.content.decode()
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
    assert "the bundle is not ready" in answer.content.decode()


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
    assert "The clock of the evidence stops." in page
    assert "nobody can change or delete it" in page
    assert "2" * 64 in page
    assert not TimelineEvent.objects.filter(type="evidence_submitted").exists()
    for _click in range(2):
        alice.post(f"/bundles/{bundle.pk}/submitted/", {"confirmed": "1"})
    assert TimelineEvent.objects.filter(type="evidence_submitted").count() == 1
    assert Bundle.objects.get().state == BundleState.SUBMITTED


def test_a_move_says_where_the_exhibit_stands_now(alice: Client, dispute: Dispute) -> None:
    first, _second = (filed_exhibit(dispute, picture("JPEG", width=30 + n), position=n) for n in (1, 2))
    url = f"/disputes/{dispute.pk}/exhibits/{first.pk}/"
    assert (
        "Photo of the packing stands at place 2 of 2 now."
        in alice.post(url, {"do": "down"}, follow=True).content.decode()
    )
