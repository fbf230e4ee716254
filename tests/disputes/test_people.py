"""Agents of returning buyers, moods and their reports, calls and call-backs, and what goes to the specialists."""

from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from disputes.firing import fire_due
from disputes.models import ActionItem, ActionKind, ActionState, Escalation, PhoneCall
from disputes.models.calls import CallDirection, CallResult
from disputes.receiving import Pasted, paste_message
from disputes.replying import Draft, send_reply
from disputes.services.actions import complete_action
from disputes.services.agents import keep_with, suggest_agent
from disputes.services.calling import CallNote, CallProblem, UnusableCall, log_call
from disputes.services.escalating import (
    NotEscalable,
    end_escalations,
    escalate,
    give_back,
    matter_of_item,
    take_escalation,
)
from disputes.services.handing import assign_action
from disputes.services.moods import set_mood
from messaging.models.inbound import Place
from orders import policies
from orders.models import Buyer, Membership, Order, Store, User
from orders.moods import Mood
from orders.policies import policy_names, policy_versions
from orders.roles import Role, Tier
from orders.services.buyers import Mark, NotAtWork, find_kin, standings
from tests.cast import alices_store, at, clock_at, due_milestones, fact, happens, paid, placed_order, shipped

NOW = "03-10 13:00"  # 10:00 of Maria's clock


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid(), shipped())


def hand(store: Store, name: str, tier: Tier = Tier.FIRST_LINE) -> User:
    user = User.objects.create_user(f"{name}@example.com")
    Membership.objects.create(store=store, user=user, role=Role.AGENT, tier=tier)
    return user


@pytest.fixture
def bob(store: Store) -> User:
    return hand(store, "bob")


def fire(until: str) -> None:
    fire_due(clock_at(until), until=at(until) + timedelta(minutes=1))


def asks(order: Order, user: User, text: str = "Olá") -> ActionItem:
    paste_message(order.store, Pasted(text, Place.PLATFORM, at(NOW)), now=at(NOW), user=user, order=order)
    return ActionItem.objects.get(order=order, subject="buyer_message", state=ActionState.OPEN)


# --- returning buyers -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "second", "mark"),
    [
        ({"phone": "+55 11 91234-5678"}, {"phone": "+55 11 91234-5678"}, Mark.PHONE),
        ({"tax_id": "529.982.247-25"}, {"tax_id": "52998224725"}, Mark.TAX_ID),
        ({"name": "br1234567890"}, {"name": "br1234567890"}, Mark.NAME),
        ({"city": "Campinas"}, {"city": "Campinas"}, Mark.NAME),
        ({}, {}, None),  # the same name in no known city may be another Maria
        ({"name": "M***a", "city": "Campinas"}, {"name": "M***a", "city": "Campinas"}, None),
    ],
)
def test_a_buyer_without_an_address_is_known_by_what_names_one_person(
    store: Store, first: dict[str, str], second: dict[str, str], mark: Mark | None
) -> None:
    orders = [
        placed_order(store, number=str(n), buyer={"email": "", **said}) for n, said in [(80001, first), (80002, second)]
    ]
    buyer = Buyer.objects.get(pk=orders[0].buyer_id)
    assert [kin.by for kin in find_kin([buyer]).get(buyer.pk, [])] == ([mark] if mark else [])
    assert standings([buyer])[buyer.pk].orders == (2 if mark else 1)


def test_an_address_that_came_later_makes_two_rows_one_person_and_an_erased_one_is_nobody(store: Store) -> None:
    orders = [placed_order(store, number=str(n), buyer={"email": ""}) for n in (80001, 80002)]
    Buyer.objects.filter(pk__in=[order.buyer_id for order in orders]).update(email="m@example.com")
    buyer = Buyer.objects.get(pk=orders[0].buyer_id)
    assert [kin.by for kin in find_kin([buyer])[buyer.pk]] == [Mark.EMAIL]
    Buyer.objects.filter(pk=orders[1].buyer_id).update(erased_at=at(NOW), email="")
    assert find_kin([buyer])[buyer.pk] == []


def test_a_buyer_of_another_store_is_another_person(store: Store) -> None:
    mine = placed_order(store)
    placed_order(alices_store("other"))
    buyer = Buyer.objects.get(pk=mine.buyer_id)
    assert standings([buyer])[buyer.pk].orders == 1


def test_new_work_of_a_kept_buyer_goes_to_his_agent_also_on_an_order_of_another_row(store: Store, bob: User) -> None:
    phone = {"email": "", "phone": "+5511912345678"}
    first = placed_order(store, paid(), number="80001", buyer=phone)
    keep_with(first.buyer_id, bob.pk, now=at(NOW), actor=str(bob.pk))
    second = placed_order(store, paid(), shipped(), number="80002", buyer=phone)
    assert asks(second, bob).assignee_id == bob.pk
    assert first.timeline.get(type="agent_set").data == {"member": bob.pk}


def test_an_agent_who_is_away_or_gone_gets_nothing(order: Order, bob: User) -> None:
    keep_with(order.buyer_id, bob.pk, now=at(NOW), actor="test")
    Membership.objects.filter(user=bob).update(away_until=at("03-12 00:00"))
    assert asks(order, bob).assignee_id is None
    with pytest.raises(NotAtWork):
        keep_with(order.buyer_id, User.objects.create_user("x@example.com").pk, now=at(NOW), actor="test")


def test_what_nobody_has_goes_along_and_who_handled_most_is_suggested(order: Order, bob: User) -> None:
    item = asks(order, bob)
    assert suggest_agent(order.buyer, [order.pk], now=at(NOW)) is None
    keep_with(order.buyer_id, bob.pk, now=at(NOW), actor="test")
    item.refresh_from_db()
    assert item.assignee_id == bob.pk
    assert suggest_agent(order.buyer, [order.pk], now=at(NOW)) == (bob.pk, 1)


# --- moods ------------------------------------------------------------------------------------------------------------
def test_a_furious_buyers_work_is_urgent_and_he_hears_how_it_goes_every_day_until_he_has_it(
    order: Order, bob: User
) -> None:
    item = asks(order, bob)
    set_mood(order.pk, Mood.FURIOUS, now=at(NOW), actor=str(bob.pk))
    item.refresh_from_db()
    fire("03-11 13:00")
    report = ActionItem.objects.get(order=order, subject="mood")
    assert (item.urgency, report.urgency, report.rule, report.due_at) == (2, 2, "R12", at("03-11 19:00"))
    assert [row.due_at for row in due_milestones(order, "progress_report")] == [at("03-11 13:00"), at("03-12 13:00")]
    happens(order, fact("03-12 10:00", "delivered"))
    assert [row.state for row in due_milestones(order, "progress_report")] == ["fired", "cancelled"]
    report.refresh_from_db()
    assert report.state == ActionState.SETTLED


def test_calm_again_ends_the_reports(order: Order) -> None:
    set_mood(order.pk, Mood.UPSET, now=at(NOW), actor="test")
    assert set_mood(order.pk, Mood.CALM, now=at("03-10 14:00"), actor="test") is Mood.UPSET
    (report,) = due_milestones(order, "progress_report")
    assert (report.due_at, report.state) == (at("03-12 13:00"), "cancelled")


@pytest.mark.parametrize(("pack", "version"), [(name, n) for name in policy_names() for n in policy_versions(name)])
def test_an_upset_buyer_is_reported_to_as_often_as_the_pack_of_his_order_says(
    db: None, pack: str, version: int
) -> None:
    waiting = placed_order(alices_store(policy=pack, policy_version=version), paid(), shipped())
    set_mood(waiting.pk, Mood.UPSET, now=at(NOW), actor="test")
    assert [row.due_at - at(NOW) for row in due_milestones(waiting, "progress_report")] == [timedelta(hours=48)]
    fire("03-12 13:00")
    assert ActionItem.objects.filter(order=waiting, subject="mood").exists()


def test_nobody_is_reported_to_where_the_pack_says_nothing_of_it(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_mood(order.pk, Mood.UPSET, now=at(NOW), actor="test")
    monkeypatch.setattr(policies, "PACKS", copytree(policies.PACKS, tmp_path / "packs"))
    own = policies.PACKS / order.store.policy_name
    lines = (own / f"{order.policy_version}.toml").read_text(encoding="utf-8").splitlines()
    silent = [line for line in lines if not line.startswith(("upset =", "furious ="))]
    (own / "98.toml").write_text("\n".join(silent), encoding="utf-8")
    Order.objects.filter(pk=order.pk).update(policy_version=98)
    fire("03-12 13:00")
    assert not ActionItem.objects.filter(order=order, subject="mood").exists()
    assert [row.reason for row in due_milestones(order, "progress_report")] == ["rule_off"]


# --- calls ------------------------------------------------------------------------------------------------------------
def called(order: Order, when: str = NOW, **said: Any) -> PhoneCall:
    note: dict[str, Any] = {"direction": CallDirection.OUT, "result": CallResult.AGREED, "called_at": at(when)} | said
    return log_call(order.pk, CallNote(**note), now=at(when), actor=alice_of(order))


def alice_of(order: Order) -> str:
    return str(order.store.users.get(email="alice@example.com").pk)


@pytest.mark.parametrize(
    ("result", "promised_at", "is_kept"),
    [("agreed", "03-12 09:00", True), ("busy", "03-12 09:00", False), ("agreed", "03-12 11:00", False)],
)
def test_a_call_that_reached_the_buyer_keeps_what_he_was_promised_before_it(
    order: Order, result: str, promised_at: str, *, is_kept: bool
) -> None:
    send_reply(order.pk, Draft("Bom dia", promised_at=at("03-13 13:00")), now=at(promised_at), actor=alice_of(order))
    note = CallNote(CallDirection.OUT, CallResult(result), at("03-12 10:00"))
    log_call(order.pk, note, now=at("03-12 12:00"), actor=alice_of(order))
    assert order.promises.get().reason == ("called" if is_kept else "")
    fire("03-13 13:01")
    asked = ActionItem.objects.filter(order=order, subject="promise:1", state=ActionState.OPEN)
    assert asked.exists() is not is_kept
    dates = [row.state for row in due_milestones(order, "promised_reply")]
    assert dates == (["cancelled"] if is_kept else ["fired"])


def test_a_call_answers_what_was_asked_and_its_call_back_is_a_date(order: Order, bob: User) -> None:
    item = asks(order, bob)
    called(order, agreed="Waits until Friday, phone +5511912345678", call_back_at=at("03-13 13:00"))
    item.refresh_from_db()
    event = order.timeline.get(type="phone_call")
    assert item.state == ActionState.SETTLED
    assert "91234" not in str(event.data)
    assert event.private.data["text"].startswith("Waits")
    fire("03-13 13:00")
    again = ActionItem.objects.get(order=order, subject="call:1")
    assert (again.kind, again.rule) == (ActionKind.CONTACT_BUYER, "M7")
    called(order, "03-13 14:00")
    again.refresh_from_db()
    assert (again.state, PhoneCall.objects.get(number=1).settled_at) == (ActionState.SETTLED, at("03-13 14:00"))


def test_a_call_outside_his_hours_is_noted_with_its_rule(order: Order) -> None:
    assert called(order, "03-10 03:00").is_outside_hours
    assert not called(order, "03-10 04:00", direction=CallDirection.IN).is_outside_hours
    assert [event.rule for event in order.timeline.filter(type="phone_call")] == ["C", "M7"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"called_at": at("03-10 13:01")}, CallProblem.FUTURE),
        ({"called_at": at("03-01 13:00")}, CallProblem.BEFORE_ORDER),
        ({"call_back_at": at(NOW)}, CallProblem.CALL_BACK_PAST),
    ],
)
def test_a_call_that_cannot_be_is_refused(order: Order, said: dict[str, Any], problem: CallProblem) -> None:
    with pytest.raises(UnusableCall) as refused:
        called(order, **said)
    assert refused.value.problem is problem


# --- the second line --------------------------------------------------------------------------------------------------
def test_what_is_escalated_goes_to_the_specialist_with_the_least_to_do(order: Order, store: Store, bob: User) -> None:
    sara, tom = hand(store, "sara", Tier.SPECIALIST), hand(store, "tom", Tier.SPECIALIST)
    other = asks(placed_order(store, paid(), number="80002"), bob)
    assign_action(other.pk, sara.pk, now=at(NOW), actor="test")
    item = asks(order, bob)
    row = escalate(matter_of_item(item), reason="Too much money", to=None, now=at(NOW), actor=str(bob.pk))
    item.refresh_from_db()
    assert (row.specialist_id, item.assignee_id) == (tom.pk, tom.pk)
    assert order.timeline.get(type="escalated").private.data == {"text": "Too much money"}
    with pytest.raises(NotEscalable):
        escalate(matter_of_item(item), reason="", to=None, now=at(NOW), actor=str(bob.pk))


def test_without_a_specialist_at_work_it_waits_in_the_queue_until_one_takes_it(order: Order, bob: User) -> None:
    row = escalate(matter_of_item(asks(order, bob)), reason="?", to=None, now=at(NOW), actor=str(bob.pk))
    assert (row.specialist_id, list(Escalation.objects.all().waiting())) == (None, [row])
    assert take_escalation(row.pk, now=at(NOW), actor=str(bob.pk))
    assert give_back(row.pk, now=at(NOW), actor=str(bob.pk))
    assert not Escalation.objects.all().waiting().exists()


def test_what_is_done_by_whatever_door_leaves_the_queue(order: Order, bob: User) -> None:
    item = asks(order, bob)
    escalate(matter_of_item(item), reason="?", to=None, now=at(NOW), actor=str(bob.pk))
    complete_action(item.pk, now=at(NOW), actor=str(bob.pk))
    assert not Escalation.objects.all().waiting().exists()
    assert end_escalations(at("03-11 13:00")) == 1
    assert Escalation.objects.get().ended_at == at("03-11 13:00")


def test_a_dispute_takes_all_its_work_along(order: Order, store: Store, bob: User) -> None:
    sara = hand(store, "sara", Tier.SPECIALIST)
    happens(order, fact(NOW, "dispute_opened", reason="in_transit"))
    item = ActionItem.objects.get(order=order, kind=ActionKind.ANSWER_DISPUTE)
    row = escalate(matter_of_item(item), reason="?", to=sara.pk, now=at(NOW), actor=str(bob.pk))
    assert row.dispute == order.disputes.get()
    assert set(order.actions.filter(subject="dispute:1").values_list("assignee", flat=True)) == {sara.pk}
