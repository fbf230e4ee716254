"""Each pack rehearsed over an order's life: the dates that it knows, those that the platform names, and no others."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from disputes.models import ActionItem, ActionKind, Dispute
from orders.policies import UnusablePolicy, load_policy, override_policy, policy_names
from orders.sourcing import Confidence, source_of
from tests.cast import (
    actions,
    after,
    alices_store,
    fact,
    happens,
    milestones,
    of,
    paid,
    placed_order,
    replay,
    shipped,
    z,
)

OPENED = "03-20 10:00"  # a Friday, 02:00 or 03:00 on the Pacific coast
NOTICED = "03-24 10:00"
NAMED = "03-31 12:00"


@dataclass(frozen=True)
class Life:
    """What a pack makes of a dispute: after how long the answer, the evidence and an appeal are due, if it knows."""

    answer: dict[str, float] = field(default_factory=dict)
    evidence: dict[str, float] = field(default_factory=dict)
    escalation: dict[str, float] = field(default_factory=dict)
    appeal: dict[str, float] = field(default_factory=dict)


LIVES = {
    # Friday 03:00 in California, and three weekdays on: Wednesday, the same hour there.
    "ebay": Life(answer={"days": 5}, appeal={"days": 30}),
    "amazon": Life(answer={"hours": 72}, evidence={"hours": 72}, appeal={"days": 30}),
    "paypal": Life(escalation={"days": 20}),
    "stripe": Life(),
    "shopify": Life(),
    "dhgate": Life(answer={"days": 5}, escalation={"days": 5}, evidence={"days": 3}),
    "shopee-br": Life(evidence={"days": 2}),
}


def live(pack: str, *events: dict[str, Any], **said: Any) -> dict[str, Any]:
    """An order of the pack that is paid, shipped and disputed, and what happens then."""
    opened = fact(OPENED, "dispute_opened", reason="in_transit", amount="20.00")
    return replay(paid(), shipped(), opened, *events, policy=pack, **said)


def due(start: str, span: dict[str, float]) -> str | None:
    return z(after(start, **span)) if span else None


@pytest.mark.django_db
@pytest.mark.parametrize("pack", LIVES)
def test_a_pack_dates_what_it_knows_of_an_orders_whole_life_and_invents_nothing(pack: str) -> None:
    life = LIVES[pack]
    noticed, lost = fact(NOTICED, "platform_notice"), fact("04-20 10:00", "verdict", outcome="lost")
    early = live(pack, until=OPENED)
    late = live(pack, noticed, until=NOTICED)
    over = live(pack, noticed, lost, fact("04-21 10:00", "refund_issued"), until="06-30 10:00")
    dates = [early["dispute"]["respond_by"], late["dispute"]["evidence_by"]]
    assert dates == [due(OPENED, life.answer), due(NOTICED, life.evidence)]
    assert [row[0] for row in milestones(early, "escalation")] == [due(OPENED, life.escalation)] * bool(life.escalation)
    appeals = [z(after("04-20 10:00", **life.appeal))] if life.appeal else []
    assert [row[0] for row in milestones(over, "appeal_due")] == appeals  # D13
    assert (over["order"]["state"], over["dispute"]["state"], over["violations"]) == ("refunded", "lost", [])


@pytest.mark.django_db
@pytest.mark.parametrize("pack", LIVES)
def test_a_date_that_the_platform_names_for_the_case_wins(pack: str) -> None:
    changed = fact(OPENED, "dispute_changed", respond_by=z(NAMED))
    answer = live(pack, changed, until=OPENED)
    assert answer["dispute"]["respond_by"] == z(NAMED)
    assert [row[0] for row in milestones(answer, "dispute_response_due")][-1] == z(NAMED)
    noticed = fact(NOTICED, "platform_notice", evidence_by=z(NAMED))
    assert live(pack, noticed, until=NOTICED)["dispute"]["evidence_by"] == z(NAMED)


@pytest.mark.django_db
def test_a_dispute_without_a_known_date_still_asks_the_team_within_a_day() -> None:
    answer = live("stripe", until=OPENED)
    assert [row["due_at"] for row in of(answer["actions"], kind="answer_dispute")] == [z(after(OPENED, hours=24))]
    assert answer["dispute"]["work_by"] is None
    assert milestones(answer, "dispute_response_due") == milestones(answer, "dispute_response_reminder") == []


@pytest.mark.django_db
def test_a_date_that_waits_for_the_return_alarms_nobody_before_it_has_arrived() -> None:
    waits = fact(OPENED, "dispute_changed", respond_when="return_arrived", respond_by=z("03-22 10:00"))
    before = live("shopee-br", waits, until="03-25 10:00")
    assert before["dispute"]["respond_by"] is None
    assert milestones(before, "dispute_response_due") == []
    arrived = fact("03-25 10:00", "return_arrived")
    plain = fact(OPENED, "dispute_changed", respond_when="return_arrived")
    after_it = live("shopee-br", plain, arrived, until="03-25 10:00")
    assert after_it["dispute"]["respond_by"] == z(after("03-25 10:00", days=3))  # D12
    assert actions(after_it, "answer_dispute")[-1][0] == z("03-25 10:00")


@pytest.mark.django_db
def test_an_order_names_the_dates_that_its_pack_does_not_know() -> None:
    unknown = replay(paid(), shipped(), policy="stripe", until="03-05 10:00", promised_days=None)
    assert milestones(unknown, "promise_end") == milestones(unknown, "ship_overdue") == []
    named = replay(paid(), shipped(), policy="stripe", until="03-05 10:00", promised_days=12)
    assert [row[0] for row in milestones(named, "promise_end")] == [z(after("03-05 10:00", days=12))]


@pytest.mark.django_db
def test_naming_a_date_leaves_the_claim_and_its_state_alone() -> None:
    store = alices_store(policy="stripe")
    order = placed_order(store, paid(), shipped(), fact(OPENED, "dispute_opened", reason="lost", amount="20.00"))
    happens(order, fact("03-21 10:00", "counter_offer", amount="5.00"), now="03-21 10:00")
    happens(order, fact("03-22 10:00", "dispute_changed", respond_by=z(NAMED)), now="03-22 10:00")
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.changed_at) == ("negotiating", dispute.opened_at)
    assert not ActionItem.objects.filter(kind=ActionKind.ANSWER_DISPUTE, state="open").exists()


@pytest.mark.parametrize("pack", policy_names())
def test_every_value_of_a_packs_newest_version_is_sourced_or_marked_unknown(pack: str) -> None:
    policy = load_policy(pack)
    for rule, values in policy.rules.items():
        sources = [source_of(policy.sources, rule, key) for key in [*values, *policy.lacks(rule)]]
        assert all(sources), rule
        unknown = [source for source in sources if source and source.confidence is Confidence.UNKNOWN]
        assert len(unknown) == len(policy.lacks(rule)), rule


def test_days_that_count_need_a_calendar() -> None:
    with pytest.raises(UnusablePolicy, match=r"\[D1\] working_days needs a value 'calendar'"):
        override_policy(load_policy("aliexpress-br"), {"D1": {"working_days": 3}})


def test_a_store_fills_in_what_its_pack_does_not_know() -> None:
    pack = load_policy("stripe")
    own = override_policy(pack, {"D1": {"after": "9 days"}})
    assert (pack.has("D1"), pack.lacks("D1"), own.has("D1"), own.lacks("D1")) == (False, ["after"], True, [])
    days = override_policy(load_policy("ebay"), {"D1": {"after": "4 days"}})
    assert days.rules["D1"].keys() == {"after", "calendar"}  # a span of the store's own is not added to the pack's
