"""The pages of buyers who come back, ask, are upset or called, of the second line, and of incidents."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disputes.bulk import waiting_runs, work_on
from disputes.models import ActionItem, Chase, Escalation, IncidentOrder, PhoneCall
from disputes.receiving import Pasted, paste_message
from disputes.services.after_sale import open_case
from disputes.services.chasing import register_chase
from disputes.services.handing import assign_action
from messaging.models import Message
from messaging.models.inbound import Place
from orders.models import Buyer, Membership, Order, Store
from orders.roles import Tier
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import Enter, open_item
from tests.desk.disputing import order_underway
from tests.desk.peopling import incident_of, user_of

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def asks(order: Order, text: str) -> None:
    now = timezone.now()
    pasted = Pasted(text, Place.PLATFORM, now - timedelta(minutes=5))
    paste_message(order.store, pasted, now=now, user=user_of("bob"), order=order)


def follow(client: Client, address: str, **given: Any) -> str:
    return " ".join(client.post(address, given, follow=True).content.decode().split())


# --- agents -----------------------------------------------------------------------------------------------------------
def test_a_returning_buyer_is_said_on_the_order_in_the_inbox_and_on_his_card(
    alice: Client, store: Store, underway: Order
) -> None:
    placed_order(store, number="80001")
    asks(underway, "Oi")
    said = follow(alice, f"/buyers/{underway.buyer_id}/agent/", agent=user_of("bob").pk, order=underway.pk)
    assert "Kept: what comes up about this buyer goes there first." in said
    assert "returning buyer, 2 orders" in said
    assert "returning buyer, 2 orders, agent bob" in text_of(alice, "/inbox/")
    assert "80001" in text_of(alice, f"/buyers/{underway.buyer_id}/")
    assert ActionItem.objects.get(order=underway, subject="buyer_message").assignee == user_of("bob")


def test_an_agent_is_taken_back_and_a_stranger_is_none(alice: Client, underway: Order) -> None:
    address = f"/buyers/{underway.buyer_id}/agent/"
    assert "does not work" in follow(alice, address, agent=user_of("charlie").pk)
    alice.post(address, {"agent": user_of("bob").pk})
    alice.post(f"{address}?agent=&order=")
    assert Buyer.objects.get(pk=underway.buyer_id).agent is None


# --- chases -----------------------------------------------------------------------------------------------------------
def test_one_key_registers_a_chase_and_undo_takes_it_back(bob: Client, underway: Order) -> None:
    asks(underway, "Oi")
    assert f'action="/orders/{underway.pk}/chase/"' in text_of(bob, "/inbox/")
    said = follow(bob, f"/orders/{underway.pk}/chase/", next="/inbox/")
    assert "asks where it is" in said
    chase = Chase.objects.get()
    assert f'action="/chases/{chase.pk}/close/?end=mistake"' in said
    bob.post(f"/chases/{chase.pk}/close/?end=mistake")
    assert Chase.objects.get().result == "mistake"


def test_the_register_filters_by_carrier_owner_and_days_without_a_move(alice: Client, underway: Order) -> None:
    chase = register_chase(underway.pk, now=timezone.now(), actor=str(user_of("bob").pk))
    number = underway.order_number
    hits = ["", "?carrier=China+Post", "?still=30", "?asked=unasked", f"?who={user_of('bob').pk}", "?store=alice"]
    misses = ["?carrier=DHL", "?asked=answered", "?who=mine", "?state=closed", "?store=other"]
    assert [query for query in hits if number not in text_of(alice, f"/chases/{query}")] == []
    assert [query for query in misses if f"orders/{underway.pk}/" in text_of(alice, f"/chases/{query}")] == []
    alice.post(f"/chases/{chase.pk}/answer/", {"answer": "It waits for a flight"})
    alice.post(f"/chases/{chase.pk}/give/", {"to": user_of("alice").pk})
    assert "It waits for a flight" in text_of(alice, "/chases/?who=mine&asked=answered")


def test_what_cannot_be_said_of_a_chase_changes_nothing(alice: Client, underway: Order) -> None:
    chase = register_chase(underway.pk, now=timezone.now(), actor="1")
    before = Chase.objects.values().get()
    said = follow(alice, f"/chases/{chase.pk}/check/", next_at="2020-01-01T10:00")
    assert "lies in the past" in said
    assert "does not work" in follow(alice, f"/chases/{chase.pk}/give/", to=user_of("charlie").pk)
    assert alice.post(f"/chases/{chase.pk}/nothing/").status_code == 400
    assert Chase.objects.values().get() == before


@pytest.mark.parametrize("address", ["/chases/", "/escalated/", "/incidents/", "/inbox/"])
def test_a_list_asks_the_same_number_of_questions_however_long_it_is(alice: Client, store: Store, address: str) -> None:
    counts = []
    for size in (1, 4):
        for number in range(size):
            order = placed_order(
                store,
                paid(),
                shipped(),
                number=f"8{size}{number}00",
                buyer={"email": "", "phone": f"+551191234{size}{number}00"},
            )
            asks(order, "Cadê?")
            alice.post(f"/actions/{open_item(order, 'reship').pk}/escalate/", {"reason": "?"})
            incident_of(store, order)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text_of(alice, address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- moods and calls --------------------------------------------------------------------------------------------------
def test_an_upset_buyers_work_comes_first_on_today(alice: Client, store: Store, underway: Order) -> None:
    soon = timezone.now() + timedelta(hours=5)
    first = open_item(underway, "reship")
    ActionItem.objects.filter(order=underway).update(due_at=soon)
    late = open_item(placed_order(store, paid(), number="80002"), "reship")
    assert "First: upset buyers" not in text_of(alice, "/")
    said = follow(alice, f"/orders/{underway.pk}/mood/", mood="furious")
    assert "marked as furious" in said
    page = text_of(alice, "/")
    assert page.index("First: upset buyers") < page.index(f"action-{first.pk}") < page.index("Overdue")
    assert page.index("Overdue") < page.index(f"action-{late.pk}")


def test_a_message_that_sounds_furious_says_so_with_its_words(alice: Client, underway: Order) -> None:
    asks(underway, "Isso é golpe, vou processar")
    assert "His last message sounds furious: “golpe”" in text_of(alice, f"/orders/{underway.pk}/")


def test_a_call_is_noted_with_its_call_back_and_nothing_is_lost_on_bad_input(bob: Client, underway: Order) -> None:
    address = f"/orders/{underway.pk}/calls/"
    given = {"direction": "out", "result": "agreed", "agreed": "He waits", "call_back_at": "2020-01-01T10:00"}
    answer = bob.post(address, given)
    assert answer.status_code == 422
    assert "This has passed" in answer.content.decode()
    assert "He waits" in answer.content.decode()
    said = follow(bob, address, **given | {"call_back_at": "2100-01-01T10:00"})
    assert "The call is noted." in said
    assert "He waits" in said
    assert PhoneCall.objects.get().caller == user_of("bob")


# --- the second line --------------------------------------------------------------------------------------------------
def test_a_card_goes_to_the_specialists_with_a_reason_and_comes_back(
    bob: Client, enter: Enter, store: Store, placed: Order
) -> None:
    Membership.objects.filter(store=store, user=user_of("alice")).update(tier=Tier.SPECIALIST)
    item = open_item(placed, "reship", assignee=user_of("bob"))
    assert "To the specialists" in text_of(bob, f"/actions/{item.pk}/escalate/")
    assert bob.post(f"/actions/{item.pk}/escalate/", {"reason": ""}).status_code == 422
    assert "Given to the specialists." in follow(bob, f"/actions/{item.pk}/escalate/", reason="Too much money")
    page = text_of(enter("alice"), "/escalated/?who=mine")
    assert "Too much money" in page
    follow(bob, f"/escalated/{Escalation.objects.get().pk}/return/")
    item.refresh_from_db()
    assert item.assignee == user_of("bob")
    assert "Nothing is with the specialists" in text_of(bob, "/escalated/")


def test_an_owner_sets_the_line_and_everybody_his_own_absence(alice: Client, bob: Client, store: Store) -> None:
    member = store.memberships.get(user=user_of("bob"))
    alice.post(f"/people/{member.pk}/line/", {"tier": "specialist"})
    bob.post(f"/people/{member.pk}/away/", {"away_until": "2100-01-01T10:00"})
    member.refresh_from_db()
    assert (member.tier, member.away_until is not None) == (Tier.SPECIALIST, True)
    assert "away until" in text_of(alice, "/people/")
    bob.post(f"/people/{member.pk}/away/", {"away_until": ""})
    member.refresh_from_db()
    assert member.away_until is None


def test_who_is_away_keeps_his_cases_and_chases_while_others_take_his_open_items(
    alice: Client, bob: Client, store: Store
) -> None:
    his, now, order = user_of("bob"), timezone.now(), order_underway(store)
    chase = register_chase(order.pk, now=now, actor=str(his.pk))
    case = open_case(order.pk, "refund_after_shipping", now=now, actor=str(his.pk), given={"buyer_reason": "too_slow"})
    item = open_item(order, "refund")
    assign_action(item.pk, his.pk, now=now, actor=str(his.pk))
    address = f"/people/{store.memberships.get(user=his).pk}/away/"
    for until, holder in (("2020-01-01T10:00", his.pk), ("2100-01-01T10:00", None)):  # the first has passed
        alice.post(address, {"away_until": until, "is_freed": "on"})
        item.refresh_from_db()
        assert item.assignee_id == holder
    chase.refresh_from_db()
    case.refresh_from_db()
    assert (chase.owner_id, case.responsible_id) == (his.pk, his.pk)
    freed = order.timeline.filter(type="let_go", data__kind="refund").latest("sequence")
    assert (freed.actor, freed.data) == (str(user_of("alice").pk), {"kind": "refund"})
    undo = re.search(r'action="(/[^"]*deed=give_back[^"]*)"', text_of(alice, "/people/"))
    assert undo
    alice.post(html.unescape(undo[1]))
    item.refresh_from_db()
    assert item.assignee_id == his.pk


# --- incidents --------------------------------------------------------------------------------------------------------
def test_an_incident_is_led_from_its_opening_to_its_closing(
    alice: Client, bob: Client, store: Store, placed: Order
) -> None:
    leads = {name: user_of("bob").pk for name in ("operations_lead", "customer_lead")}
    lead = leads | {"decision_maker": user_of("alice").pk}
    said = follow(bob, "/incidents/", name="Sold twice", cause="oversold", compensation="2.00", **lead)
    assert "Opened." in said
    pk = placed.store.incidents.get().pk
    assert "1 order added." in follow(bob, f"/incidents/{pk}/find/", numbers=f"{placed.order_number}, 123")
    assert bob.post(f"/incidents/{pk}/find/", {"numbers": ""}).status_code == 422
    wrong = bob.post(f"/incidents/{pk}/word/", {"language": "pt-br", "subject": "Oi", "body": "Aguarde, por favor."})
    assert wrong.status_code == 422
    bob.post(f"/incidents/{pk}/word/", {"language": "pt-br", "subject": "Oi", "body": "Pedido {order_number} atrasou."})
    wording = placed.store.incidents.get().wordings.get()
    approval = f"/incidents/wordings/{wording.pk}/approve/"
    assert "changed meanwhile" in follow(alice, approval, seen="an older one")
    assert "You wrote it" in follow(bob, approval, seen=wording.version)
    assert "it may leave" in follow(alice, approval, seen=wording.version)
    follow(bob, f"/incidents/{pk}/contact/")
    work(timezone.now())
    assert Message.objects.get(purpose="reply").body == f"Pedido {placed.order_number} atrasou."
    assert "neither reached nor left out" in follow(bob, f"/incidents/{pk}/close/")
    row = IncidentOrder.objects.get()
    assert "Say why" in follow(bob, f"/incidents/orders/{row.pk}/exclude/", note="")
    follow(bob, f"/incidents/orders/{row.pk}/reached/", note="by phone")
    assert "Closed: every buyer" in follow(bob, f"/incidents/{pk}/close/")
    assert "Part of an incident" in text_of(bob, f"/orders/{placed.pk}/")


def work(now: Any) -> None:
    for run in waiting_runs(now):
        work_on(run, lambda: now, until=now + timedelta(minutes=1))


@pytest.mark.parametrize("show", ["left", "by_hand", "contacted", "excluded"])
def test_an_incidents_orders_are_listed_by_what_became_of_them(
    alice: Client, store: Store, placed: Order, show: str
) -> None:
    incident = incident_of(store, placed)
    is_listed = f"orders/{placed.pk}/" in text_of(alice, f"/incidents/{incident.pk}/?show={show}")
    assert is_listed == (show == "left")
