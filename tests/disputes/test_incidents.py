"""An incident: found by what the orders have in common, worded and approved by two, told, compensated, closed."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from disputes.bulk import start_runs, undo_run, work_on
from disputes.firing import fire_due
from disputes.models import (
    BulkItem,
    BulkKind,
    BulkRun,
    Incident,
    IncidentCause,
    IncidentOrder,
    IncidentWording,
    MoneyEntry,
)
from disputes.services.incident_orders import (
    Criteria,
    Progress,
    add_orders,
    exclude_order,
    find_orders,
    note_contacted,
    progress_of,
    take_back,
    unpaid_orders,
    waiting_orders,
)
from disputes.services.incidents import (
    IncidentClosed,
    IncidentDraft,
    NotAllReached,
    NotDeciding,
    OwnWording,
    UnusableIncident,
    UnusableWording,
    WordingChanged,
    approve_wording,
    close_incident,
    open_incident,
    write_wording,
)
from messaging.models import Message, MessageState
from messaging.vocabulary import Language
from orders.models import Membership, Order, Store, User
from orders.roles import Role
from tests.cast import alices_store, at, clock_at, paid, placed_order, shipped

NOW = "03-16 13:00"
BODY = "{greeting}\n\nSeu pedido {order_number} atrasou; a culpa é nossa.\n\nEquipe {store_name}"


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def bob(store: Store) -> User:
    user = User.objects.create_user("bob@example.com")
    Membership.objects.create(store=store, user=user, role=Role.AGENT)
    return user


@pytest.fixture
def alice(store: Store) -> User:
    found: User = store.users.get(email="alice@example.com")
    return found


@pytest.fixture
def orders(store: Store) -> list[Order]:
    """Maria's, Juan's in Spanish, and one without an address."""
    said = [{}, {"email": "juan@example.com", "language": "es"}, {"email": ""}]
    return [placed_order(store, paid(), number=f"8000{n}", buyer=buyer) for n, buyer in enumerate(said)]


@pytest.fixture
def incident(store: Store, alice: User, bob: User, orders: list[Order]) -> Incident:
    draft = IncidentDraft("Late", IncidentCause.LATE_SHIPPING, bob.pk, bob.pk, alice.pk, compensation=Decimal("1.50"))
    made = open_incident(store, draft, now=at(NOW), actor=str(bob.pk))
    add_orders(made.pk, Criteria(numbers=[order.order_number for order in orders]), now=at(NOW))
    return made


def worded(incident: Incident, writer: User, *, language: Language = Language.PT_BR, body: str = BODY) -> int:
    made = write_wording(
        incident.pk, language, subject="Pedido {order_number}", body=body, now=at(NOW), actor=str(writer.pk)
    )
    return made.pk


def run(incident: Incident, user: User, kind: BulkKind = BulkKind.INCIDENT) -> BulkRun:
    orders = waiting_orders(incident) if kind is BulkKind.INCIDENT else unpaid_orders(incident)
    params = {"incident": incident.pk}
    (made,) = start_runs(user, kind, params, orders.select_related("store"), token=uuid4(), now=at(NOW))
    work_on(made.pk, clock_at(NOW), until=at(NOW) + timedelta(minutes=1))
    return made


def why(made: BulkRun) -> list[str]:
    return list(BulkItem.objects.filter(run=made).order_by("order__order_number").values_list("reason", flat=True))


# --- which orders -----------------------------------------------------------------------------------------------------
def test_orders_are_found_by_what_they_have_in_common(store: Store, orders: list[Order]) -> None:
    sent = placed_order(
        store, paid(), shipped(), number="90001", buyer={"email": "", "state": "SP"}, placed_at=at("03-03 12:00")
    )
    fire_due(clock_at("03-12 13:00"), until=at("03-12 13:01"))  # the handling time of the others has ended
    late = {order.pk for order in orders}
    assert set(find_orders(store, Criteria(is_late=True)).values_list("pk", flat=True)) == late
    assert find_orders(store, Criteria(region="sp")).get() == sent
    assert find_orders(store, Criteria(sku="A1", placed_from=at("03-03 00:00"))).get() == sent
    assert find_orders(store, Criteria(sku="A2")).count() == 0
    assert find_orders(store, Criteria()).count() == 0


def test_pasted_numbers_say_which_are_unknown_and_none_is_in_it_twice(incident: Incident, store: Store) -> None:
    placed_order(alices_store("other"), number="70001")
    added = add_orders(incident.pk, Criteria(numbers=["80000", "70001"]), now=at(NOW))
    assert (added.new, added.known, added.unknown) == (0, 1, ("70001",))
    row = incident.orders.first()
    assert row is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentOrder.objects.create(incident=incident, order=row.order, added_at=at(NOW))


# --- its words --------------------------------------------------------------------------------------------------------
def seen_of(pk: int) -> str:
    return IncidentWording.objects.get(pk=pk).version


def agree(pk: int, user: User) -> None:
    approve_wording(pk, seen=seen_of(pk), now=at(NOW), actor=str(user.pk))


def test_a_wording_changed_while_it_was_read_is_not_approved(incident: Incident, alice: User, bob: User) -> None:
    pk = worded(incident, bob)
    read = seen_of(pk)
    IncidentWording.objects.filter(pk=pk).update(written_at=at(NOW) + timedelta(seconds=1), body=BODY + "?")
    with pytest.raises(WordingChanged):
        approve_wording(pk, seen=read, now=at(NOW), actor=str(alice.pk))


@pytest.mark.parametrize(
    "body",
    ["Olá {nobody}", "Seu pacote chega em 12/03.", "Por favor, aguarde.", "Avalie com 5 estrelas e ganhe um brinde"],
)
def test_a_wording_that_no_buyer_should_read_is_refused(incident: Incident, bob: User, body: str) -> None:
    with pytest.raises(UnusableWording):
        worded(incident, bob, body=body)


def test_a_second_person_who_decides_approves_and_a_changed_wording_waits_again(
    incident: Incident, alice: User, bob: User, store: Store
) -> None:
    pk = worded(incident, bob)
    with pytest.raises(OwnWording):
        approve_wording(pk, seen=seen_of(pk), now=at(NOW), actor=str(bob.pk))
    carla = User.objects.create_user("carla@example.com")
    Membership.objects.create(store=store, user=carla, role=Role.AGENT)
    with pytest.raises(NotDeciding):
        approve_wording(pk, seen=seen_of(pk), now=at(NOW), actor=str(carla.pk))
    assert approve_wording(pk, seen=seen_of(pk), now=at(NOW), actor=str(alice.pk))
    worded(incident, bob, body=BODY + "!")
    assert incident.wordings.get().approved_at is None


def test_leads_work_in_the_store(store: Store, alice: User) -> None:
    stranger = User.objects.create_user("x@example.com")
    draft = IncidentDraft("Late", IncidentCause.OTHER, alice.pk, stranger.pk, alice.pk)
    with pytest.raises(UnusableIncident) as refused:
        open_incident(store, draft, now=at(NOW), actor=str(alice.pk))
    assert refused.value.field == "customer_lead"


# --- every buyer ------------------------------------------------------------------------------------------------------
def test_nobody_is_told_what_nobody_approved_and_each_is_told_once(incident: Incident, alice: User, bob: User) -> None:
    assert why(run(incident, bob)) == ["no_wording"] * 3
    agree(worded(incident, bob), alice)
    assert why(run(incident, bob)) == ["", "no_wording", ""]
    mail, by_hand = Message.objects.filter(purpose="reply").order_by("order__order_number")
    assert (mail.state, by_hand.state) == (MessageState.PENDING, MessageState.WAITING)
    assert "pedido 80000 atrasou" in mail.body
    assert why(run(incident, bob)) == ["no_wording"]
    assert progress_of([incident])[incident.pk] == Progress(total=3, queued=1, by_hand=1)


def test_what_was_told_is_taken_back_while_it_has_not_left(incident: Incident, alice: User, bob: User) -> None:
    agree(worded(incident, bob), alice)
    made = run(incident, bob)
    Message.objects.filter(order__order_number="80000").update(state=MessageState.SENT, sent_at=at(NOW))
    undo_run(made.pk, bob)
    work_on(made.pk, clock_at(NOW), until=at(NOW) + timedelta(minutes=1))
    assert progress_of([incident])[incident.pk] == Progress(total=3, contacted=1)


def test_it_closes_only_when_every_buyer_was_reached_or_left_out_for_a_reason(incident: Incident, bob: User) -> None:
    first, second, third = incident.orders.order_by("pk")
    note_contacted(first.pk, "by phone", now=at(NOW), actor=str(bob.pk))
    exclude_order(second.pk, "left before", now=at(NOW), actor=str(bob.pk))
    with pytest.raises(ValueError, match="say why"):
        exclude_order(third.pk, " ", now=at(NOW), actor=str(bob.pk))
    with pytest.raises(NotAllReached):
        close_incident(incident.pk, now=at(NOW), actor=str(bob.pk))
    assert take_back(second.pk, now=at(NOW), actor=str(bob.pk))
    for row in (second, third):
        note_contacted(row.pk, "chat", now=at(NOW), actor=str(bob.pk))
    close_incident(incident.pk, now=at(NOW), actor=str(bob.pk))
    with pytest.raises(IncidentClosed):
        take_back(third.pk, now=at(NOW), actor=str(bob.pk))


def test_compensation_is_booked_once_for_each_order_and_taken_back(incident: Incident, bob: User) -> None:
    made = run(incident, bob, BulkKind.COMPENSATE)
    lines = MoneyEntry.objects.filter(voided_at=None)
    assert {(line.kind, line.amount, line.currency) for line in lines.all()} == {("delay", Decimal("1.50"), "USD")}
    assert (lines.count(), unpaid_orders(incident).count()) == (3, 0)
    undo_run(made.pk, bob)
    work_on(made.pk, clock_at(NOW), until=at(NOW) + timedelta(minutes=1))
    assert (lines.count(), unpaid_orders(incident).count()) == (0, 3)
