"""The workbench of a dispute that is over, and what it tells the next one; who has it, and small things taken back."""

import re
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import timezone

from disputes.models import AdviceEntry, Dispute, Lesson
from evidence.models import Bundle, BundleState, Exhibit
from orders.models import PrivateData, Store, User
from tests.cast import fact, happens
from tests.desk.disputing import ago, disputed, filed_exhibit, order_underway, picture, read_whole, told


def page_of(client: Client, dispute: Dispute) -> str:
    return client.get(f"/disputes/{dispute.pk}/").content.decode()


def closed(store: Store, outcome: str = "lost", **claim: str) -> Dispute:
    """Contested with evidence against the advice, and ruled."""
    claim = {"reason": "virtual_goods", "amount": "24.00"} | claim
    dispute = disputed(order_underway(store, number="801"), opened=ago(days=6), **claim)
    for event in (
        told("waybill_receipt", "China Post", when=ago(days=5)),
        fact(ago(days=4), "platform_notice"),
        fact(ago(days=3), "evidence_submitted"),
        fact(ago(days=1), "verdict", outcome=outcome),
    ):
        happens(dispute.order, event, now=ago())
    dispute.refresh_from_db()
    return dispute


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_closed_dispute_says_what_was_done_against_which_advice_and_what_it_cost(alice: Client, store: Store) -> None:
    text = text_of(page_of(alice, closed(store)))
    assert "What you did You contested it with evidence." in text
    assert "The advice then Accept, and refund the buyer. A1 not followed" in text
    assert "Exhibits Posting receipt" in text
    assert "What it cost US$24.00 a refund at once: US$24.00" in text


def test_a_lesson_is_written_and_stands_beside_the_next_dispute_of_the_reason(bob: Client, store: Store) -> None:
    dispute = closed(store)
    bob.post(f"/disputes/{dispute.pk}/lesson/", {"cause": "pre_sale", "text": "Say what is in the box."})
    assert Lesson.objects.get().written_by == str(User.objects.get(email="bob@example.com").pk)
    buyer = {"email": "second@example.com"}
    following = disputed(order_underway(store, number="802", buyer=buyer), reason="virtual_goods")
    text = text_of(page_of(bob, following))
    assert "0 of 1 that was ruled ended well." in text
    assert "801 Lost" in text
    assert "before the sale : Say what is in the box." in text
    assert "Posting receipt 0 of 1" in text


def test_nothing_is_lost_when_a_lesson_names_no_cause(alice: Client, store: Store) -> None:
    answer = alice.post(f"/disputes/{closed(store).pk}/lesson/", {"cause": "", "text": "Weigh it."})
    assert answer.status_code == 422
    assert "Weigh it." in answer.content.decode()
    assert not Lesson.objects.exists()


def test_a_lesson_waits_for_the_end_of_the_dispute(alice: Client, store: Store) -> None:
    dispute = disputed(order_underway(store))
    answer = alice.post(f"/disputes/{dispute.pk}/lesson/", {"cause": "goods", "text": ""}, follow=True)
    assert "The dispute is still open" in answer.content.decode()


def test_a_viewer_reads_the_lesson_and_writes_none(vera: Client, alice: Client, store: Store) -> None:
    dispute = closed(store)
    alice.post(f"/disputes/{dispute.pk}/lesson/", {"cause": "goods", "text": "Test each lamp."})
    page = page_of(vera, dispute)
    assert "Test each lamp." in page
    assert "Keep the lesson" not in page


def test_a_dispute_is_given_to_somebody_from_its_page(alice: Client, store: Store) -> None:
    dispute = disputed(order_underway(store))
    page = page_of(alice, dispute)
    bob = User.objects.get(email="bob@example.com")
    items = re.findall(r'name="items" value="(\d+)"', page)
    given = {"deed": "assign", "items": items, "to": bob.pk, "next": f"/disputes/{dispute.pk}/"}
    assert alice.post("/actions/several/", given).headers["Location"] == f"/disputes/{dispute.pk}/"
    assert "Who has it bob@example.com" in text_of(page_of(alice, dispute))


def test_other_disputes_of_the_buyer_stand_there(alice: Client, store: Store, charlie: Client) -> None:
    first = disputed(order_underway(store, number="801"))
    second = disputed(order_underway(store, number="802"))
    assert f'/disputes/{first.pk}/">801' in page_of(alice, second)


def test_a_note_is_taken_back_with_one_press(bob: Client, store: Store) -> None:
    dispute = disputed(order_underway(store))
    page = bob.post(f"/disputes/{dispute.pk}/note/", {"text": "wrong order"}, follow=True).content.decode()
    undo = re.search(rf'action="(/disputes/{dispute.pk}/note/undo/\?sequence=\d+)"', page)
    assert undo
    assert "Taken back." in bob.post(undo[1], follow=True).content.decode()
    assert not PrivateData.objects.filter(event__type="note").exists()


def test_a_caption_and_what_is_left_out_are_taken_back_with_one_press(bob: Client, store: Store) -> None:
    dispute = disputed(order_underway(store))
    exhibit = filed_exhibit(dispute, picture("jpeg"), caption="The scales")
    address = f"/disputes/{dispute.pk}/exhibits/{exhibit.pk}/"
    for given in ({"do": "caption", "caption": "A cat"}, {"do": "leave_out"}):
        page = bob.post(address, given, follow=True).content.decode()
        undo = re.search(rf'action="({address}\?[^"]+)"', page)
        assert undo
        bob.post(undo[1].replace("&amp;", "&"), follow=True)
    exhibit = Exhibit.objects.get(pk=exhibit.pk)
    assert (exhibit.caption, exhibit.left_out_at) == ("The scales", None)


def test_every_file_of_a_bundle_is_opened_and_downloaded_from_the_page(alice: Client, store: Store) -> None:
    dispute = disputed(order_underway(store))
    bundle = _in_three_files(dispute)
    page = page_of(alice, dispute)
    links = re.findall(rf'href="(/bundles/{bundle.pk}/files/\d/\?save)"', page)
    assert [read_whole(alice.get(link)) for link in links] == [b"%PDF one", b"%PDF two", b"picture"]
    assert [f'/bundles/{bundle.pk}/files/{number}/"' in page for number in (1, 2, 3)] == [True] * 3


def _in_three_files(dispute: Dispute) -> Bundle:
    """Two parts and a picture beside them, as a recipient with small limits gets them."""
    folder, rows = Path(settings.MEDIA_ROOT) / "bundles", []
    folder.mkdir(parents=True, exist_ok=True)
    for name, content, pages in (("1.pdf", b"%PDF one", 1), ("2.pdf", b"%PDF two", 2), ("a.jpg", b"picture", 0)):
        (folder / name).write_bytes(content)
        row = {"suffix": f"-{name}", "file": f"bundles/{name}", "sha256": "1" * 64, "size": len(content)}
        rows.append(row | ({"pages": pages} if pages else {}))
    bundle: Bundle = Bundle.objects.create(
        dispute=dispute, number=1, recipient="archive", state=BundleState.READY, requested_at=timezone.now(), files=rows
    )
    return bundle


def test_what_was_done_to_an_exhibit_is_said_in_the_readers_language(alice: Client, store: Store) -> None:
    dispute = disputed(order_underway(store))
    row = {"mark": "A1", "title": "包装照片", "kind": "packing_photo", "caption": "盒子", "first_page": 3,
            "last_page": 3, "handling": "embedded", "bytes": 9}  # fmt: skip
    Bundle.objects.create(
        dispute=dispute, number=1, recipient="archive", state=BundleState.READY, requested_at=timezone.now(),
        report={"exhibits": [row]},
    )  # fmt: skip
    page = alice.get(f"/disputes/{dispute.pk}/").content.decode()
    assert "A1 · Photo of the packing: 盒子" in page  # the PDF's own words, in whatever language, are not repeated


def test_a_new_dispute_says_what_lost_ones_of_its_reason_lacked(alice: Client, store: Store) -> None:
    for number in (71, 72):
        old = disputed(order_underway(store, number=f"80{number}"), opened=ago(days=9))
        AdviceEntry.objects.filter(dispute=old).update(missing=["packing_photo"])
        happens(old.order, fact(ago(days=2), "verdict", outcome="lost"), now=ago(days=2))
    new = disputed(order_underway(store, number="8073"))
    page = alice.get(f"/disputes/{new.pk}/").content.decode()
    assert "Missing in 2 of 2 such disputes that you lost." in page
    other = disputed(order_underway(store, number="8074"), reason="lost")
    assert "such disputes that you lost" not in alice.get(f"/disputes/{other.pk}/").content.decode()
    assert "was missing in 2 of 2 that were lost." in alice.get("/figures/").content.decode()
