"""What is collected for a bundle: this dispute's papers, the record with all that was taken back, marks that stay."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes.models import AdviceEntry, Dispute
from evidence.bundling.cases import CaseFile, Translator
from evidence.bundling.changes import write_contents
from evidence.bundling.collecting import collect, contradictions_of
from evidence.bundling.contradictions import Topic
from evidence.bundling.exhibits import changes_since_made, contents_of, marked_exhibits
from evidence.models import Bundle, BundleState, Exhibit
from evidence.recipients import find_recipient
from evidence.services.exhibits import (
    UnusableExhibit,
    add_exhibit,
    caption_exhibit,
    leave_out,
    reorder_exhibits,
    translate_caption,
)
from evidence.storing import hash_file
from messaging.models import Message
from orders.models import Disruption, TouchedOrder, TrackingEvent
from tests.cast import alices_store, at, fact, happens, paid, placed_order, shipped, tracking
from tests.evidence import files

pytestmark = pytest.mark.django_db

NOW = "04-18 10:00"
MAIL = b"Subject: Oi"
CHAT = b"Maria: oi\nAlice: ol\xc3\xa1"


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path, settings: Any) -> None:
    """A place for this test's files."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def dispute() -> Dispute:
    """Maria disputes while her parcel is on its way."""
    news = tracking("03-20 14:00", "arrived", location="Curitiba")
    opened = fact("04-10 12:00", "dispute_opened", reason="in_transit", amount="24.00")
    placed_order(alices_store(), paid(), shipped(), news, opened)
    return Dispute.objects.get()


def add(dispute: Dispute, source: str, *, of: Dispute | None = None, **values: Any) -> Exhibit:
    """A receipt of that source, of a dispute or of none."""
    content = values.pop("content", files.encoded(files.picture((40, 30 + len(source))), "PNG"))
    said = {"kind": "waybill_receipt", "source": source, "now": at(NOW), "actor": "user:1"} | values
    return add_exhibit(
        dispute.order_id, SimpleUploadedFile(f"{source}.png", content), dispute_id=of.pk if of else None, **said
    )


def collected(dispute: Dispute, recipient: str = "archive") -> CaseFile:
    """The case."""
    return collect(dispute.pk, find_recipient(recipient))


def hand_in(dispute: Dispute, state: BundleState = BundleState.SUBMITTED) -> Bundle:
    """A version of the case as it stands, as if it had been made."""
    report = {"contents": write_contents(contents_of(collected(dispute).exhibits))}
    number = Bundle.objects.count() + 1
    bundle: Bundle = Bundle.objects.create(
        dispute=dispute, number=number, recipient="archive", state=state, requested_at=at(NOW), report=report
    )
    return bundle


def sources(dispute: Dispute) -> dict[str, str]:
    """The marks with the sources of what they stand for."""
    return {mark: row.source for mark, row in marked_exhibits(dispute).items()}


# --- exhibits and their marks -----------------------------------------------------------------------------------------
def test_an_exhibit_of_another_dispute_is_not_shown(dispute: Dispute) -> None:
    happens(dispute.order, fact("04-11 12:00", "dispute_withdrawn"))
    happens(dispute.order, fact("04-12 12:00", "dispute_opened", reason="damaged"))
    second = Dispute.objects.get(number=2)
    add(dispute, "first", of=dispute)
    add(dispute, "nobody's")
    add(dispute, "second", of=second)
    assert sources(dispute) == {"A-1": "first", "A-2": "nobody's"}
    assert sources(second) == {"A-1": "nobody's", "A-2": "second"}


def test_a_mere_export_fixes_no_mark(dispute: Dispute) -> None:
    first, second = add(dispute, "one"), add(dispute, "two")
    hand_in(dispute, BundleState.READY)
    reorder_exhibits(dispute.order_id, [second.pk, first.pk])
    assert sources(dispute) == {"A-1": "two", "A-2": "one"}
    assert collected(dispute).changes is None


def test_what_was_handed_in_keeps_its_mark_and_what_comes_late_is_lettered(dispute: Dispute) -> None:
    first, second = add(dispute, "one"), add(dispute, "two")
    hand_in(dispute)
    third = add(dispute, "late")
    reorder_exhibits(dispute.order_id, [first.pk, third.pk, second.pk])
    assert sources(dispute) == {"A-1": "one", "A-1A": "late", "A-2": "two"}
    leave_out(first.pk, now=at(NOW))
    assert sources(dispute) == {"A-3": "late", "A-2": "two"}


def test_the_changes_since_the_version_that_was_handed_in_are_told(dispute: Dispute) -> None:
    first, _second = add(dispute, "one", caption="old"), add(dispute, "two")
    version = hand_in(dispute)
    assert collected(dispute).changes is None
    add(dispute, "late")
    caption_exhibit(first.pk, caption="new")
    changes = collected(dispute).changes
    assert changes is not None
    assert changes.number == version.number
    assert [(one.kind, one.mark) for one in changes.changes] == [("caption_changed", "A-1"), ("added", "A-3")]


def test_the_teams_own_report_compares_with_what_was_made_last(dispute: Dispute) -> None:
    add(dispute, "one")
    hand_in(dispute, BundleState.READY)
    add(dispute, "two")
    exhibits = collected(dispute).exhibits
    changes = changes_since_made(dispute, exhibits, before=2)
    assert changes is not None
    assert [one.mark for one in changes.changes] == ["A-2"]
    assert changes_since_made(dispute, exhibits, before=1) is None


def test_two_collections_of_one_case_are_equal(dispute: Dispute) -> None:
    add(dispute, "one")
    hand_in(dispute)
    add(dispute, "two")
    assert collected(dispute) == collected(dispute)


def test_a_translated_caption_says_who_translated_it(dispute: Dispute) -> None:
    one = add(dispute, "one", caption="Receipt", caption_language="en")
    translate_caption(one.pk, translation="发货底单", language="zh-hans", by=Translator.MACHINE)
    shown = collected(dispute).exhibits[0]
    assert (shown.caption, shown.translation, shown.translated_by) == ("Receipt", "发货底单", Translator.MACHINE)


def test_a_chat_record_may_be_a_text_and_nothing_else_may(dispute: Dispute) -> None:
    add(dispute, "platform", kind="chat_record", content=CHAT)
    shown = collected(dispute).exhibits[0]
    assert [(said.who, said.text) for said in shown.chat] == [("Maria", "oi"), ("Alice", "olá")]
    with pytest.raises(UnusableExhibit, match="a text, which only the record of a chat may be"):
        add(dispute, "invoice", kind="invoice", content=CHAT)


def test_what_is_called_enclosed_is_in_the_bundle(dispute: Dispute) -> None:
    happens(dispute.order, fact("04-11 12:00", "delivered"))
    happens(dispute.order, fact("04-12 12:00", "evidence_added") | {"kind": "delivery_proof", "source": "Correios"})
    assert AdviceEntry.objects.latest("pk").rule == "A9"
    assert collected(dispute).position == "contest"
    add(dispute, "Correios", kind="delivery_proof")
    assert collected(dispute).position == "A9"


def test_a_counter_offer_of_nothing_is_a_refusal(dispute: Dispute) -> None:
    for amount, position in (("0.00", "refused"), ("3.00", "offered")):
        happens(dispute.order, fact("04-12 12:00", "counter_offer", amount=amount))
        assert AdviceEntry.objects.update(recommendation="counter_offer")
        assert collected(dispute).position == position


# --- the record -------------------------------------------------------------------------------------------------------
def test_the_words_of_a_paper_are_compared_with_the_order(dispute: Dispute) -> None:
    add(dispute, "one")
    Exhibit.objects.update(text="Object RR987654321CN, Maria Souza")
    assert [one.topic for one in contradictions_of(dispute.pk)] == [Topic.PARCEL]


def test_what_is_recorded_without_a_file_is_told_to_those_who_may_know(dispute: Dispute) -> None:
    add(dispute, "post")
    for kind, source in (("waybill_receipt", "agent"), ("invoice", "")):
        happens(dispute.order, fact("04-12 12:00", "evidence_added") | {"kind": kind, "source": source})
    slots = {slot.kind: (slot.marks, slot.without_file) for slot in collected(dispute).slots}
    assert slots["waybill_receipt"] == (("A-1",), ("agent",))
    assert slots["invoice"] == ((), ("",))
    assert [(slot.kind, slot.without_file) for slot in collected(dispute, "aliexpress").slots] == [
        ("waybill_receipt", ())
    ]


def test_news_that_was_taken_back_is_kept_and_said(dispute: Dispute) -> None:
    TrackingEvent.objects.update(voided_at=at("03-21 10:00"))
    news = collected(dispute).tracking
    assert [(one.status, one.voided_at) for one in news] == [("arrived", at("03-21 10:00"))]
    assert news[0].fetched_at == at("03-20 14:00")


def test_views_of_the_day_are_shown_without_the_stores_own_values(dispute: Dispute) -> None:
    listing = next(one for one in collected(dispute).snapshots if one.kind == "listing")
    policy = next(one for one in collected(dispute).snapshots if one.kind == "policy")
    assert dict(listing.lines)["shipping_service"] == "postal"
    assert dict(listing.rows[0])["title"] == "USB lamp"
    assert "own_values" not in dict(policy.lines)
    assert len(policy.sha256) == 64


def test_a_disruption_comes_with_its_notice(dispute: Dispute, settings: Any) -> None:
    path = add(dispute, "notice").path
    row = Disruption.objects.create(
        store=dispute.order.store, cause="snow", region="BR", starts_at=at("03-25 10:00"),
        recorded_at=at("03-26 10:00"), notice_sha256=hash_file(path), notice_name="notice.png", notice_type="png",
    )  # fmt: skip
    TouchedOrder.objects.create(disruption=row, order=dispute.order, sequence=99, at=at("03-26 10:00"))
    case = collected(dispute)
    assert [(one.cause, one.region, one.notice) for one in case.disruptions] == [("snow", "BR", hash_file(path))]
    assert [(one.mark, one.kind) for one in case.exhibits] == [("A-1", "waybill_receipt"), ("N-1", "disruption_notice")]


def test_a_disruption_that_only_the_story_tells_is_shown(dispute: Dispute) -> None:
    happens(dispute.order, fact("03-25 10:00", "disruption", region="BR", cause="customs strike"))
    assert [(one.cause, one.region, one.notice) for one in collected(dispute).disruptions] == [
        ("customs strike", "BR", "")
    ]


def test_originals_and_mails_are_to_be_attached(dispute: Dispute) -> None:
    add(dispute, "one/../two")
    message = Message.objects.create(
        order=dispute.order, purpose="shipped", sequence=1, rule="M1", channel="email", language="pt-br", subject="Oi",
        body="Oi", state="sent", queued_at=at(NOW), send_after=at(NOW), sent_at=at(NOW), next_attempt_at=at(NOW),
        proof_sha256=sha256(MAIL).hexdigest(),
    )  # fmt: skip
    message.proof.save("1.eml", ContentFile(MAIL))
    case = collected(dispute)
    named = [(one.name, one.media_type, one.sha256) for one in case.attachments]
    assert named == [
        ("A-1 two.png", "image/png", case.exhibits[0].sha256),
        ("mail-01.eml", "message/rfc822", sha256(MAIL).hexdigest()),
    ]
    assert all(one.path.exists() for one in case.attachments)
    assert case.messages[0].proof_name == "mail-01.eml"
    case.attachments[1].path.write_bytes(b"another mail")
    assert [one.name for one in collected(dispute).attachments] == ["A-1 two.png"]
