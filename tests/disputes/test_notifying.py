"""Which deadlines the team is told of, when, and who: the steps of M10, D6 and D7, and silence once it is done."""

from datetime import timedelta
from typing import Any

import pytest

from desk.dispute_words import exhibit_name
from desk.notices import TeamDesk
from disputes.models import ActionItem, ActionKind, ActionState, Dispute
from disputes.reminding import Deadline, latest, list_rungs
from disputes.services.alarming import plan_alarms
from disputes.services.notifying import notice_obstacles, plan_deadlines, plan_when_due
from messaging.models import Message, TeamChannel, TeamNotice
from messaging.services.team import switch_channel
from orders.models import Membership, Order, Store, User
from orders.policies import load_policy
from tests.cast import after, alices_store, at, fact, happens, paid, placed_order, shipped
from tests.messaging.team import team_channel

pytestmark = pytest.mark.django_db
RAISED = "03-10 00:00"
DUE = "03-13 00:00"
OPENED = "03-20 10:00"  # the answer is due on 25 March at 10:00, the team's date is 12 hours before
URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/"
POLICY = load_policy("aliexpress-br")


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def channel(store: Store) -> TeamChannel:
    return team_channel(store, URL)


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid(), shipped())


def open_item(order: Order, due: str = DUE, *, raised: str = RAISED, **values: Any) -> ActionItem:
    said = {"kind": ActionKind.CONTACT_BUYER, "rule": "T4", "raised_at": at(raised), "due_at": at(due)} | values
    item: ActionItem = ActionItem.objects.create(order=order, **said)
    return item


def member(store: Store, email: str, role: str) -> User:
    user = User.objects.create_user(email)
    Membership.objects.create(store=store, user=user, role=role)
    return user


def told(now: str) -> list[str]:
    """The steps that are newly queued by a look at this instant."""
    before = set(TeamNotice.objects.values_list("pk", flat=True))
    plan_deadlines(at(now))
    rows = TeamNotice.objects.exclude(pk__in=before).order_by("pk")
    return [f"{row.channel or row.person}: {row.rung}" for row in rows]


# --- the steps --------------------------------------------------------------------------------------------------------
def rungs(raised: str, due: str, *, platform: str = "", kind: str = ActionKind.CONTACT_BUYER) -> list[tuple[str, str]]:
    deadline = Deadline(kind, at(raised), at(due), at(platform) if platform else None)
    return [(rung.name, f"{rung.at:%m-%d %H:%M}") for rung in list_rungs(deadline, POLICY)]


def test_what_has_time_is_told_before_and_again_from_its_deadline_on() -> None:
    steps = rungs(RAISED, DUE)
    assert steps[:4] == [
        ("before 24 h", "03-12 00:00"),
        ("before 2 h", "03-12 22:00"),
        ("due 0", "03-13 00:00"),
        ("due 1", "03-13 04:00"),
    ]
    assert steps[-1] == ("due 12", "03-15 00:00")


def test_what_is_urgent_is_told_when_it_comes_up() -> None:
    assert rungs("03-12 12:00", DUE)[0] == ("raised", "03-12 12:00")


def test_a_dispute_is_told_by_the_platforms_date_and_escalated_with_its_margin_left() -> None:
    steps = rungs("03-20 10:00", "03-24 22:00", platform="03-25 10:00", kind=ActionKind.ANSWER_DISPUTE)
    assert steps[:5] == [
        ("before 48 h", "03-23 10:00"),
        ("before 24 h", "03-24 10:00"),
        ("due 0", "03-24 22:00"),
        ("escalated", "03-24 22:00"),
        ("due 1", "03-25 02:00"),
    ]


def test_what_comes_up_after_its_escalation_is_escalated_at_once() -> None:
    steps = rungs("03-25 08:00", "03-26 08:00", platform="03-25 10:00", kind=ActionKind.ANSWER_DISPUTE)
    assert ("escalated", "03-25 08:00") in steps


@pytest.mark.parametrize("kind", [ActionKind.SHIP, ActionKind.EXTEND_RECEIPT_TIME])
def test_a_date_of_the_platform_is_escalated_before_it(kind: str) -> None:
    assert ("escalated", "03-12 20:00") in rungs(RAISED, DUE, kind=kind)


def test_only_the_last_step_counts_after_an_outage() -> None:
    deadline = Deadline(ActionKind.CONTACT_BUYER, at(RAISED), at(DUE))
    rung = latest(list_rungs(deadline, POLICY), now=at("03-13 05:00"), since=at(RAISED))
    assert rung is not None
    assert rung.name == "due 1"


def test_a_pack_without_the_rule_reminds_of_nothing() -> None:
    bare = load_policy("aliexpress-br")
    object_rules = {rule: values for rule, values in bare.rules.items() if rule != "M10"}
    deadline = Deadline(ActionKind.CONTACT_BUYER, at(RAISED), at(DUE))
    assert list_rungs(deadline, type(bare)(**{**_fields(bare), "rules": object_rules})) == []


def _fields(policy: Any) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in policy.__dataclass_fields__}


# --- who is told ------------------------------------------------------------------------------------------------------
def test_each_step_is_told_once(order: Order, channel: TeamChannel) -> None:
    open_item(order)
    assert told("03-11 23:59") == []
    assert told("03-12 00:00") == ["Shift: before 24 h"]
    assert told("03-12 00:01") == []
    assert told("03-13 00:00") == ["Shift: due 0"]
    assert told("03-13 04:00") == ["Shift: due 1"]
    assert told("03-20 00:00") == []


@pytest.mark.parametrize("state", [ActionState.DONE, ActionState.SUPERSEDED, ActionState.SETTLED])
def test_what_is_closed_is_quiet_at_once(order: Order, channel: TeamChannel, state: str) -> None:
    item = open_item(order)
    told("03-12 00:00")
    ActionItem.objects.filter(pk=item.pk).update(state=state)
    assert told("03-13 00:00") == []
    assert list(notice_obstacles(TeamNotice.objects.all(), now=at("03-13 00:00")).values()) == [state]


def test_what_is_put_aside_is_quiet_until_it_is_back(order: Order, channel: TeamChannel) -> None:
    item = open_item(order)
    told("03-12 00:00")
    ActionItem.objects.filter(pk=item.pk).update(snoozed_until=at("03-13 02:00"))
    assert set(notice_obstacles(TeamNotice.objects.all(), now=at("03-12 00:01")).values()) == {"snoozed"}
    assert told("03-13 01:00") == []
    assert told("03-13 02:00") == ["Shift: due 0"]


def test_a_channel_tells_nothing_that_had_come_before_it(order: Order, store: Store) -> None:
    open_item(order)
    channel = team_channel(store, URL, now="03-12 12:00")
    assert told("03-12 12:01") == []
    assert told("03-12 22:00") == ["Shift: before 2 h"]
    switch_channel(channel.pk, now=at("03-12 23:00"))
    assert told("03-13 00:00") == []


def test_a_person_hears_what_is_his_and_a_role_what_is_its(order: Order, store: Store) -> None:
    bob, carl = member(store, "bob@example.com", "agent"), member(store, "carl@example.com", "agent")
    team_channel(store, URL, name="Bob", audience="person", person=bob)
    team_channel(store, URL, name="Carl", audience="person", person=carl)
    team_channel(store, URL, name="Agents", audience="role", role="agent")
    team_channel(store, URL, name="Owners", audience="role", role="owner")
    open_item(order, assignee=bob)
    open_item(order)
    assert sorted(told("03-12 00:00")) == ["Agents: before 24 h", "Agents: before 24 h", "Bob: before 24 h"]


def test_a_person_who_left_hears_nothing_more(order: Order, store: Store) -> None:
    bob = member(store, "bob@example.com", "agent")
    team_channel(store, URL, audience="person", person=bob)
    open_item(order, assignee=bob)
    Membership.objects.filter(user=bob).delete()
    assert told("03-12 00:00") == []


@pytest.mark.parametrize(
    ("values", "count"),
    [({"scope": "disputes"}, 1), ({"scope": "kinds", "action_kinds": ["contact_buyer"]}, 1), ({}, 2)],
)
def test_a_channel_tells_the_kinds_that_it_is_for(
    order: Order, store: Store, values: dict[str, Any], count: int
) -> None:
    team_channel(store, URL, **values)
    open_item(order)
    open_item(order, kind=ActionKind.PROVIDE_EXHIBIT, subject="dispute:1:photo")
    assert len(told("03-12 00:00")) == count


def test_another_stores_channel_hears_nothing(order: Order) -> None:
    team_channel(alices_store("second"), URL)
    open_item(order)
    assert told("03-12 00:00") == []


# --- disputes ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def dispute(order: Order) -> Dispute:
    happens(order, fact(OPENED, "dispute_opened", reason="in_transit", amount="24.00"), now=OPENED)
    row: Dispute = order.disputes.get()
    ActionItem.objects.exclude(kind=ActionKind.ANSWER_DISPUTE).update(state=ActionState.DONE)
    return row


def test_an_owners_channel_hears_what_nobody_closed_before_the_margin_is_gone(store: Store, dispute: Dispute) -> None:
    team_channel(store, URL, name="Owners", audience="role", role="owner")
    assert told("03-24 21:59") == []
    assert told("03-24 22:00") == ["Owners: escalated"]
    assert told("03-25 09:00") == []


def test_owners_are_written_to_when_no_channel_reaches_one(store: Store, dispute: Dispute) -> None:
    member(store, "bob@example.com", "agent")
    team_channel(store, URL, name="Agents", audience="role", role="agent")
    assert told("03-24 22:00") == ["Agents: due 0", "alice@example.com: escalated"]


def test_an_answered_dispute_is_escalated_to_nobody(store: Store, dispute: Dispute) -> None:
    happens(dispute.order, fact("03-21 10:00", "counter_offer", amount="5.00"), now="03-21 10:00")
    assert told("03-24 22:00") == []


def test_who_left_after_a_notice_was_queued_is_not_told(store: Store, dispute: Dispute) -> None:
    told("03-24 22:00")
    assert TeamNotice.objects.exclude(person=None).exists()
    Membership.objects.all().delete()
    assert set(notice_obstacles(TeamNotice.objects.all(), now=at("03-24 22:01")).values()) == {"left"}


def test_an_owner_is_not_flooded_with_what_is_long_gone(store: Store, dispute: Dispute) -> None:
    assert told("03-27 10:00") == []


# --- words ------------------------------------------------------------------------------------------------------------
def test_a_notice_names_order_work_amount_and_deadline_and_nothing_of_the_buyer(
    order: Order, channel: TeamChannel, dispute: Dispute
) -> None:
    told("03-24 22:00")
    rows = list(TeamNotice.objects.all())
    bulletin = TeamDesk().compose(channel, rows, now=at("03-24 22:00"))
    assert bulletin is not None
    (line,) = bulletin.lines
    assert line.head == order.order_number
    assert line.text.startswith("Answer the dispute · ")
    assert "25 Mar 06:00 Asia/Shanghai" in line.text
    assert "platform: 25 Mar 18:00" in line.text
    assert line.url.endswith(f"/disputes/{dispute.pk}/")
    assert line.data["platform_due_at"] == "2026-03-25T10:00:00Z"
    assert "owner" in bulletin.title
    for secret in ("Maria", "maria@example.com", "529"):
        assert secret not in repr(bulletin)


def test_a_notice_names_the_exhibit_that_is_missing(order: Order, channel: TeamChannel) -> None:
    open_item(
        order, kind=ActionKind.PROVIDE_EXHIBIT, subject="dispute:1:delivery_proof", data={"slot": "delivery_proof"}
    )
    told("03-12 00:00")
    bulletin = TeamDesk().compose(channel, list(TeamNotice.objects.all()), now=at("03-12 00:00"))
    assert bulletin is not None
    assert bulletin.lines[0].text.startswith(f"Provide an exhibit: {exhibit_name('delivery_proof')} · ")


def test_a_notice_speaks_its_channels_language(order: Order, store: Store) -> None:
    channel = team_channel(store, URL, language="zh-hans")
    open_item(order, kind=ActionKind.SHIP)
    told("03-12 00:00")
    bulletin = TeamDesk().compose(channel, list(TeamNotice.objects.all()), now=at("03-12 00:00"))
    assert bulletin is not None
    assert "Ship the parcel" not in bulletin.lines[0].text


def test_an_order_number_that_is_markup_is_told_as_plain_signs(store: Store, channel: TeamChannel) -> None:
    open_item(placed_order(store, number="[x](http://evil)<!all>"))
    told("03-12 00:00")
    bulletin = TeamDesk().compose(channel, list(TeamNotice.objects.all()), now=at("03-12 00:00"))
    assert bulletin is not None
    assert not set("[]()<>!") & set(bulletin.lines[0].head)


# --- quiet hours ------------------------------------------------------------------------------------------------------
def test_quiet_hours_hold_a_notice_back_but_not_one_that_would_be_too_late(order: Order, store: Store) -> None:
    """23:00 to 07:00 in Shanghai is 15:00 to 23:00 UTC."""
    team_channel(store, URL, quiet_from="23:00", quiet_until="07:00")
    open_item(order, "03-13 16:00")
    open_item(order, "03-12 18:00")
    told("03-12 16:00")
    rows = dict(TeamNotice.objects.values_list("rung", "next_attempt_at"))
    assert rows == {"before 24 h": at("03-12 23:00"), "before 2 h": at("03-12 16:00")}


# --- what has stopped -------------------------------------------------------------------------------------------------
def stuck_message(order: Order) -> Message:
    message: Message = Message.objects.create(
        order=order, purpose="shipped", sequence=99, rule="S7", channel="email", language="pt-br", subject="a",
        body="b", queued_at=at(RAISED), send_after=at(RAISED), next_attempt_at=at(RAISED), last_error="timed out",
    )  # fmt: skip
    return message


def test_a_mail_server_that_is_away_is_told_once_a_day_while_it_lasts(order: Order, channel: TeamChannel) -> None:
    message = stuck_message(order)
    for now in ("03-10 02:00", "03-10 03:00", after("03-10 02:00", days=1)):
        plan_alarms(at(now))
    assert list(TeamNotice.objects.order_by("pk").values_list("key", flat=True)) == [
        "mail 2026-03-10",
        "mail 2026-03-11",
    ]
    rows = list(TeamNotice.objects.all())
    assert TeamDesk().obstacles(rows, now=at("03-11 03:00")) == {}
    message.delete()
    assert set(TeamDesk().obstacles(rows, now=at("03-11 03:00")).values()) == {"over"}


def test_alarms_are_for_those_who_asked_for_them(order: Order, store: Store) -> None:
    stuck_message(order)
    team_channel(store, URL, audience="role", role="agent")
    team_channel(store, URL, tells_alarms=False)
    plan_alarms(at("03-10 02:00"))
    assert not TeamNotice.objects.exists()


# --- one look a minute ------------------------------------------------------------------------------------------------
def test_one_worker_looks_a_minute(order: Order, channel: TeamChannel) -> None:
    assert plan_when_due(at(RAISED))
    assert not plan_when_due(at(RAISED) + timedelta(seconds=59))
    assert plan_when_due(at(RAISED) + timedelta(seconds=60))


@pytest.mark.slow
def test_nine_hundred_open_items_are_looked_at_in_one_go(
    order: Order, channel: TeamChannel, django_assert_max_num_queries: Any
) -> None:
    template = open_item(order)
    rows = [
        ActionItem(order=order, store=order.store, kind=template.kind, rule="T4", raised_at=at(RAISED), due_at=at(DUE))
        for _n in range(900)
    ]
    ActionItem.objects.bulk_create(rows)
    with django_assert_max_num_queries(30):
        assert plan_deadlines(at("03-12 00:00")) == 901
