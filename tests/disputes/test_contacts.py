"""Contacts taken in: what is added to buyers, what is left alone, and that nothing leaves by it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes.intake import Intake, Report
from disputes.models import ActionItem, ActionState
from disputes.services.by_hand import mail_waiting
from messaging.models import Channel, FailedAddress, Message, MessageState
from orders.models import Buyer, Order, Store, TimelineEvent
from orders.services.erasure import forget_buyer
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, fact, happens, paid, placed_order, shipped

NOW = "03-06 15:00"  # noon in São Paulo
HEADER = "order_number,email,phone,language,timezone,name"
Bring = Callable[..., Report]


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    """An order as exports bring it: nobody knows how to reach its buyer."""
    nobody = {"name": "", "email": "", "language": "", "timezone": ""}
    return placed_order(store, paid(), shipped(), number="801", buyer=nobody)


@pytest.fixture
def bring(store: Store, tmp_path: Path) -> Bring:
    """Take a contacts file in."""

    def take(*lines: str) -> Report:
        path = tmp_path / "contacts.csv"
        path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
        return Intake(store, at(NOW), "file:7").import_contacts(path)

    return take


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.updated, report.unchanged, len(report.rejected)


def test_a_buyer_gets_what_the_file_says_and_the_chain_only_a_hash_of_it(bring: Bring, order: Order) -> None:
    line = "801,maria@example.com,+5511912345678,pt-br,America/Sao_Paulo,Maria"
    assert counts(bring(line)) == (1, 1, 0, 0)
    buyer = Buyer.objects.get(pk=order.buyer_id)
    assert (buyer.email, buyer.phone, buyer.timezone) == ("maria@example.com", "+5511912345678", "America/Sao_Paulo")
    event = order.timeline.get(type="contact_added")
    assert event.data == {"fields": ["email", "language", "name", "phone", "timezone"]}
    assert event.actor == "file:7"
    assert event.private.data["email"] == "maria@example.com"
    order.refresh_from_db()
    assert verify_timeline(order) == ""


def test_the_same_file_again_changes_nothing(bring: Bring, order: Order) -> None:
    bring("801,maria@example.com,,,,")
    before = TimelineEvent.objects.count()
    assert counts(bring("801,maria@example.com,,,,")) == (1, 0, 1, 0)
    assert TimelineEvent.objects.count() == before


def test_what_the_file_does_not_say_stays(bring: Bring, order: Order) -> None:
    bring("801,maria@example.com,+5511912345678,,,Maria")
    bring("801,new@example.com,,,,")
    buyer = Buyer.objects.get(pk=order.buyer_id)
    assert (buyer.email, buyer.phone, buyer.name) == ("new@example.com", "+5511912345678", "Maria")


def test_an_unknown_order_a_bad_row_and_an_erased_buyer_are_named_and_the_rest_lands(
    bring: Bring, order: Order, store: Store
) -> None:
    gone = placed_order(store, number="802")
    forget_buyer(gone.buyer, now=at(NOW))
    report = bring("999,a@example.com,,,,", "801,not-one,,,,", "802,back@example.com,,,,", "801,m@example.com,,,,")
    assert {(row.row, row.value) for row in report.rejected if row.field == "order_number"} >= {(2, "999"), (4, "802")}
    assert Buyer.objects.get(pk=gone.buyer_id).email == ""
    (refused,) = [row.error for row in report.rejected if row.row == 4]
    assert refused.startswith("the buyer's personal data were erased")


def test_another_stores_order_is_not_touched(bring: Bring, order: Order) -> None:
    other = placed_order(alices_store("second"), number="900", buyer={"email": ""})
    assert counts(bring("900,thief@example.com,,,,")) == (1, 0, 0, 1)
    assert Buyer.objects.get(pk=other.buyer_id).email == ""


def test_two_orders_of_one_buyer_are_about_one_row(bring: Bring, store: Store) -> None:
    for number in ("811", "812"):
        placed_order(store, number=number, buyer={"phone": ""})
    report = bring("811,,+551199,,,", "812,,,,,Maria S.")
    assert counts(report) == (2, 2, 0, 0)
    buyer = Order.objects.get(order_number="811").buyer
    assert (buyer.phone, buyer.name) == ("+551199", "Maria S.")
    assert counts(bring("811,,+551199,,,", "812,,,,,Maria S.")) == (2, 0, 2, 0)


def test_the_order_is_found_by_what_was_added(bring: Bring, order: Order) -> None:
    bring("801,findme@example.com,,,,")
    assert "findme@example.com" in order.search.text


# --- what waits for a hand --------------------------------------------------------------------------------------------
def by_hand(order: Order) -> Message:
    message: Message = order.messages.get(purpose="shipped")
    assert (message.state, message.channel) == (MessageState.WAITING, Channel.BY_HAND)
    return message


def test_a_file_alone_sends_nothing(bring: Bring, order: Order) -> None:
    message = by_hand(order)
    bring("801,maria@example.com,,,,")
    assert by_hand(order) == message
    assert not mail.outbox


def test_what_waits_leaves_by_email_where_a_person_says_so(bring: Bring, order: Order) -> None:
    message = by_hand(order)
    bring("801,maria@example.com,,,America/Sao_Paulo,")
    assert mail_waiting({message.pk}, now=at(NOW), actor="7") == 1
    message.refresh_from_db()
    assert (message.state, message.to, message.send_after) == (MessageState.PENDING, "maria@example.com", at(NOW))
    asked = ActionItem.objects.filter(order=order, subject="shipped")
    assert not asked.filter(state=ActionState.OPEN).exists()
    assert mail_waiting({message.pk}, now=at(NOW), actor="7") == 0


@pytest.mark.parametrize("why", ["no address", "no address at all", "mail came back", "delivered since"])
def test_what_cannot_or_should_not_leave_stays(bring: Bring, order: Order, store: Store, why: str) -> None:
    message = by_hand(order)
    if why != "no address":
        bring("801,maria@example.com,,,,")
    if why == "no address at all":
        Buyer.objects.filter(pk=order.buyer_id).update(email="not one")
    if why == "mail came back":
        FailedAddress.objects.create(store=store, address="maria@example.com", reason="550", failed_at=at(NOW))
    if why == "delivered since":
        happens(order, fact("03-06 12:00", "delivered"), now="03-06 12:00")
    assert mail_waiting({message.pk}, now=at(NOW), actor="7") == 0
    message.refresh_from_db()
    assert message.state in {MessageState.WAITING, MessageState.CANCELLED}


CELLS = st.sampled_from(["", "801", "802", "maria@example.com", "pt-br", "UTC", "=1", "ß" * 300]) | st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters='\0\r\n",'), max_size=9
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(rows=st.lists(st.tuples(*[CELLS] * 6), min_size=1, max_size=6))
def test_whatever_it_holds_every_row_is_accounted_for_and_again_it_is_unchanged(
    bring: Bring, order: Order, rows: list[tuple[str, ...]]
) -> None:
    lines = ["801,maria@example.com,,,,", *(",".join(row) for row in rows)]
    report = bring(*lines)
    rejected = {row.row for row in report.rejected}
    assert report.updated + report.unchanged + len(rejected) == report.read
    again = bring(*lines)
    assert (again.updated, again.unchanged) == (0, report.updated + report.unchanged)
    order.refresh_from_db()
    assert verify_timeline(order) == ""
