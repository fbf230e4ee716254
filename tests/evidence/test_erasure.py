"""Erasing a buyer: what goes, what stays, what stands against it, and that the timelines still hold."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from disputes.intake import Intake
from disputes.models import ActionItem, Dispute
from disputes.recording import record
from evidence.models import Bundle, BundleState, Exhibit
from evidence.services.disclosure import disclose_buyer
from evidence.services.erasure import erase_buyer, erase_expired, preview_erasure, undecided
from messaging.models import Message, MessageState
from messaging.sending import compose_mail, keep_proof
from orders.events import Event, EventType
from orders.models import AuditEntry, AuditKind, Buyer, Order, OrderFile, PrivateData, Store
from orders.models.files import OrderFileState
from orders.services.auditing import Doer
from orders.services.erasure import ErasureCause, NotErasable, Obstacle, expired_buyers, hold_buyer, set_retention
from orders.services.verification import verify_timeline
from tests.cast import GOOD_CPF, MARIA, alices_store, at, clock_at, fact, happens, paid, placed_order, shipped
from tests.desk.disputing import filed_exhibit, picture, ready_bundle

pytestmark = pytest.mark.django_db
LATER = "06-20 12:00"
TRACES = ["Maria", "Souza", "maria@example.com", "52998224725", GOOD_CPF, "where is my lamp", "+55 11 99999"]


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    """Maria's order, over, after all that can be said about her."""
    buyer = {"tax_id": GOOD_CPF, "phone": "+55 11 99999", "city": "Campinas", "state": "SP"}
    order = placed_order(store, paid(), shipped(), buyer=buyer)
    happens(order, fact("03-20 10:00", "buyer_message", text="where is my lamp?"))
    happens(order, fact("04-01 10:00", "delivered"))
    happens(order, fact("04-20 10:00", "completed"))
    return Order.objects.select_related("buyer", "store").get(pk=order.pk)


def erase(
    order: Order, *, now: str = LATER, exhibits: list[int] | None = None, bundles: list[int] | None = None
) -> None:
    erase_buyer(
        order.buyer_id,
        cause=ErasureCause.REQUEST,
        now=at(now),
        doer=Doer(),
        exhibits=exhibits or [],
        bundles=bundles or [],
    )


def everything() -> str:
    """All text of all rows that tell of orders, and of all files."""
    models = [Buyer, Order, Message, PrivateData, OrderFile, ActionItem, AuditEntry, Exhibit, Bundle]
    rows = [str(row) for model in models for row in model._default_manager.values()]
    return "\n".join(rows)


def sent_mail(order: Order) -> Message:
    """One of the order's messages, sent."""
    message: Message = order.messages.exclude(to="").order_by("pk")[0]
    message.proof_sha256 = keep_proof(message, compose_mail(message))
    message.state, message.sent_at, message.last_error = (
        MessageState.SENT,
        at("03-06 12:00"),
        "maria@example.com: later",
    )
    message.save()
    return message


def uploaded(store: Store, state: OrderFileState, *, uploaded_at: datetime) -> OrderFile:
    rejected = [{"row": 2, "field": "email", "value": "maria@example.com", "error": "no address"}]
    row: OrderFile = OrderFile.objects.create(
        store=store, name="a.csv", timezone="UTC", state=state, uploaded_at=uploaded_at,
        file=ContentFile(b"Maria Souza", "a.csv"), report={"read": 1, "rejected": rejected},
    )  # fmt: skip
    return row


def test_nothing_names_an_erased_buyer(order: Order) -> None:
    sent_mail(order)
    uploaded(order.store, OrderFileState.DONE, uploaded_at=at("03-02 13:00"))
    assert [trace for trace in TRACES if trace not in everything()] == [GOOD_CPF]
    erase(order)
    assert [trace for trace in TRACES if trace in everything()] == []


def test_the_timeline_holds_after_an_erasure_and_tells_of_it(order: Order) -> None:
    length = order.timeline.count()
    erase(order)
    order.refresh_from_db(fields=["timeline_length", "timeline_head"])
    last = order.timeline.latest("sequence")
    assert (verify_timeline(Order.objects.get(pk=order.pk)), order.timeline.count()) == ("", length + 1)
    assert (last.type, last.data["cause"]) == ("erased", "request")
    assert list(order.timeline.filter(sequence__in=last.data["events"]).values_list("type", flat=True)) == [
        "buyer_message"
    ]


def test_changed_data_is_still_found_after_another_buyer_was_erased(order: Order, store: Store) -> None:
    other = placed_order(store, paid(), number="8012345678904321", buyer={"email": "ana@example.com"})
    happens(other, fact("03-20 10:00", "buyer_message", text="hello"))
    erase(order)
    PrivateData.objects.filter(event__order=other).update(data={"text": "changed"})
    assert "personal data was changed" in verify_timeline(Order.objects.get(pk=other.pk))


def test_the_mail_goes_and_its_hash_stays(order: Order) -> None:
    message = sent_mail(order)
    path = Path(message.proof.path)
    assert path.exists()
    erase(order)
    message.refresh_from_db()
    assert not path.exists()
    assert (message.to, message.subject, message.body, message.proof.name, message.last_error) == ("", "", "", "", "")
    assert (message.state, len(message.proof_sha256)) == (MessageState.SENT, 64)


def test_the_mail_goes_though_it_never_left(order: Order) -> None:
    message: Message = order.messages.exclude(to="").order_by("pk")[0]
    keep_proof(message, compose_mail(message))  # and the server refused it: its row names no proof
    path = Path(message.proof.path)
    assert "Maria" in path.read_text()
    erase(order)
    assert not path.exists()


def test_what_has_not_left_never_will(order: Order) -> None:
    waiting = order.messages.filter(state=MessageState.PENDING)
    assert waiting.exists()
    erase(order)
    assert set(order.messages.values_list("state", "reason")) == {("cancelled", "erased")}


HEADER = "order_number,placed_at,buyer_name,buyer_email,buyer_city,shipping_service"
ROW = "8012345678901234,2026-03-02T12:00Z,Maria Souza,maria@example.com,Campinas,express"


def test_a_file_that_comes_again_does_not_bring_the_buyer_back(order: Order, tmp_path: Path) -> None:
    erase(order)
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n{ROW}\n")
    report = Intake(order.store, at(LATER), "test").import_orders(path, timezone="UTC", mapping=None)
    order = Order.objects.select_related("buyer").get(pk=order.pk)
    assert (report.updated, order.shipping_service) == (1, "express")
    assert (order.buyer.name, order.buyer.email, order.buyer.city, order.record_digest) == ("", "", "", "")
    assert Buyer.objects.count() == 1


def test_a_fact_that_comes_later_writes_to_nobody_and_keeps_no_tax_number(order: Order) -> None:
    erase(order)
    said = Event(EventType.TAX_ID_PROVIDED, at("06-21 10:00"), data={"tax_id": GOOD_CPF})
    record(order.pk, said, now=at("06-21 10:00"), actor="test")
    record(order.pk, Event(EventType.REFUND_ISSUED, at("06-22 10:00")), now=at("06-22 10:00"), actor="test")
    order = Order.objects.select_related("buyer").get(pk=order.pk)
    assert order.buyer.tax_id == ""
    assert not order.messages.exclude(state=MessageState.CANCELLED).exists()


@pytest.mark.parametrize(
    ("state", "uploaded_at", "is_left"),
    [
        (OrderFileState.DONE, "03-02 13:00", False),
        (OrderFileState.FAILED, "03-02 13:00", False),
        (OrderFileState.UPLOADED, "06-18 12:00", False),
        (OrderFileState.UPLOADED, "06-20 11:00", True),
        (OrderFileState.RUNNING, "06-20 11:00", True),
        (OrderFileState.DONE, "03-01 12:00", True),
    ],
)
def test_an_order_file_goes_when_the_order_may_stand_in_it(
    order: Order, state: OrderFileState, uploaded_at: str, is_left: bool
) -> None:
    file = uploaded(order.store, state, uploaded_at=at(uploaded_at))
    path = Path(file.file.path)
    erase(order)
    assert path.exists() == is_left


@pytest.fixture
def case(order: Order) -> Dispute:
    """A dispute on the order that is over, with an exhibit and a bundle."""
    now = timezone.now()
    happens(order, fact("04-25 10:00", "dispute_opened", reason="not_received", amount="5.00"))
    dispute: Dispute = order.disputes.get()
    filed_exhibit(dispute, picture("JPEG"))
    ready_bundle(dispute)
    happens(order, fact("05-02 10:00", "dispute_withdrawn"), now=f"{now:%Y-%m-%d %H:%M}")
    return Dispute.objects.select_related("order").get(pk=dispute.pk)


def test_exhibits_and_bundles_wait_for_a_decision(case: Dispute) -> None:
    exhibit, bundle = case.order.exhibits.get(), case.bundles.get()
    erase(case.order)
    assert exhibit.path.exists()
    assert bundle.path.exists()
    assert undecided(case.order.store) == [case.order.buyer]


def test_the_exhibits_and_bundles_that_are_named_go_with_their_files(case: Dispute) -> None:
    exhibit, bundle = case.order.exhibits.get(), case.bundles.get()
    erase(case.order, exhibits=[exhibit.pk], bundles=[bundle.pk])
    assert (exhibit.path.exists(), bundle.path.exists()) == (False, False)
    assert undecided(case.order.store) == []
    assert case.order.timeline.latest("sequence").data["exhibits"] == [exhibit.sha256]
    assert verify_timeline(Order.objects.get(pk=case.order_id)) == ""


def test_a_bundle_that_was_handed_in_stays_whoever_names_it(case: Dispute) -> None:
    bundle = case.bundles.get()
    Bundle.objects.update(state=BundleState.SUBMITTED)
    erase(case.order, exhibits=[case.order.exhibits.get().pk], bundles=[bundle.pk])
    assert bundle.path.exists()
    assert list(Bundle.objects.all()) == [bundle]
    assert undecided(case.order.store) == []


def test_a_file_that_another_order_shows_as_well_stays(case: Dispute, store: Store) -> None:
    exhibit = case.order.exhibits.get()
    other = placed_order(store, number="8012345678904321", buyer={"email": "ana@example.com"})
    Exhibit.objects.create(
        order=other, kind="a", sha256=exhibit.sha256, size=1, file_type="jpeg", position=1, added_at=at(LATER)
    )
    erase(case.order, exhibits=[exhibit.pk])
    assert exhibit.path.exists()
    assert list(Exhibit.objects.values_list("order", flat=True)) == [other.pk]


def test_another_buyers_exhibit_is_not_taken_along(case: Dispute, store: Store) -> None:
    other = placed_order(store, paid(), number="8012345678904321", buyer={"email": "ana@example.com"})
    happens(other, fact("04-01 10:00", "cancelled"))
    exhibit = case.order.exhibits.get()
    erase(other, exhibits=[exhibit.pk])
    assert exhibit.path.exists()


@pytest.mark.parametrize(
    ("events", "obstacle"),
    [
        ([], Obstacle.ORDER_OPEN),
        ([fact("04-25 10:00", "dispute_opened", reason="not_received")], Obstacle.DISPUTE_OPEN),
    ],
)
def test_nobody_is_erased_while_something_is_open(
    store: Store, events: list[dict[str, str]], obstacle: Obstacle
) -> None:
    order = placed_order(store, paid(), shipped(), *events)
    with pytest.raises(NotErasable) as caught:
        erase(order)
    assert (caught.value.obstacles, Buyer.objects.get().name) == ([obstacle], MARIA["name"])


def test_a_legal_hold_stands_against_erasing_until_it_is_lifted(order: Order) -> None:
    hold_buyer(order.buyer_id, "lawsuit 12/2026", doer=Doer(), now=at(LATER))
    with pytest.raises(NotErasable) as caught:
        erase(order)
    hold_buyer(order.buyer_id, "", doer=Doer(), now=at(LATER))
    erase(order)
    assert caught.value.obstacles == [Obstacle.LEGAL_HOLD]
    assert list(AuditEntry.objects.values_list("kind", flat=True)) == [AuditKind.ERASED, AuditKind.HELD, AuditKind.HELD]
    assert verify_timeline(Order.objects.get(pk=order.pk)) == ""


def test_erasing_again_is_no_error(order: Order) -> None:
    erase(order)
    erase(order)
    assert verify_timeline(Order.objects.get(pk=order.pk)) == ""


def test_a_preview_changes_nothing_and_says_what_goes(case: Dispute) -> None:
    order = case.order
    happens(order, fact("05-03 10:00", "tracking", description="Received by MARIA", status="delivered", source="a"))
    before = everything()
    seen = preview_erasure(Buyer.objects.select_related("store").get(pk=order.buyer_id), now=at(LATER))
    assert everything() == before
    assert (len(seen.exhibits), len(seen.bundles), seen.obstacles, seen.named_in_news) == (1, 1, [], 1)
    assert seen.said > 0


@pytest.mark.parametrize(
    ("days", "now", "is_expired"), [(30, "05-20 11:00", True), (30, "05-20 09:00", False), (None, LATER, False)]
)
def test_retention_counts_from_the_end_of_the_last_order(
    order: Order, days: int | None, now: str, is_expired: bool
) -> None:
    set_retention(order.store_id, days, doer=Doer(), now=at("04-20 10:00"))
    assert expired_buyers(Store.objects.get(), now=at(now)) == ([order.buyer_id] if is_expired else [])


def test_an_order_that_runs_keeps_its_buyers_others(order: Order, store: Store) -> None:
    set_retention(order.store_id, 30, doer=Doer(), now=at("04-20 10:00"))
    placed_order(store, number="8012345678904321")
    assert expired_buyers(Store.objects.get(), now=at(LATER)) == []


def test_the_worker_erases_those_whose_time_is_over_and_passes_by_those_on_hold(order: Order, store: Store) -> None:
    held = placed_order(store, number="8012345678904321", buyer={"email": "ana@example.com"})
    happens(held, fact("04-01 10:00", "cancelled"))
    hold_buyer(held.buyer_id, "lawsuit", doer=Doer(), now=at("04-02 10:00"))
    set_retention(store.pk, 30, doer=Doer(), now=at("04-20 10:00"))
    assert erase_expired(clock_at(LATER), until=at(LATER) + timedelta(seconds=1)) == 1
    assert list(Buyer.objects.filter(erased_at=None)) == [held.buyer]
    assert order.timeline.latest("sequence").data["cause"] == "retention"


def test_a_buyer_gets_everything_that_is_kept_of_him(case: Dispute) -> None:
    document = disclose_buyer(case.order.buyer_id, doer=Doer(), now=at(LATER))
    text = json.dumps(document, ensure_ascii=False)
    assert [trace for trace in TRACES if trace not in text] == [GOOD_CPF]
    assert [len(document[part]) for part in ("orders", "exhibits", "bundles")] == [1, 1, 1]
    assert AuditEntry.objects.get().kind == AuditKind.EXPORTED


def test_after_an_erasure_there_is_nothing_to_give(order: Order) -> None:
    erase(order)
    text = json.dumps(disclose_buyer(order.buyer_id, doer=Doer(), now=at(LATER)))
    assert [trace for trace in TRACES if trace in text] == []
