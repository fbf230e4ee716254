"""From an order's facts to its milestones: which dates are owed, and what ends or hinders them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning import (
    DEFINITIONS,
    MilestoneKind,
    Planned,
    ending,
    first_scan_due,
    handling_end,
    obstacle,
    plan,
    promise_end,
    protection_end,
)
from orders.policies import Policy, load_policy, override_policy
from orders.rules import printed_position

ALIEXPRESS = load_policy("aliexpress-br", 2)
TAOBAO = load_policy("taobao-cn", 2)
PLACED = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
PAID = PLACED + timedelta(hours=3)
SHIPPED = PLACED + timedelta(days=1)
DELIVERED = SHIPPED + timedelta(days=20)
Kind = MilestoneKind


@dataclass(frozen=True, slots=True)
class Facts:
    """An order as planning sees it; nothing has happened but that it was placed."""

    placed_at: datetime = PLACED
    payment_checking_since: datetime | None = None
    cancellation_asked_at: datetime | None = None
    cancellation_refused_at: datetime | None = None
    paid_at: datetime | None = None
    ship_by: datetime | None = None
    shipped_at: datetime | None = None
    promised_days: int | None = None
    promised_at: datetime | None = None
    protection_ends_at: datetime | None = None
    protection_extended_at: datetime | None = None
    first_scan_at: datetime | None = None
    arrived_at: datetime | None = None
    last_tracking_at: datetime | None = None
    delivered_at: datetime | None = None
    disputed_at: datetime | None = None
    refunded_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    reviewed_at: datetime | None = None
    review_answered_at: datetime | None = None


PAID_ORDER = Facts(paid_at=PAID)
ASKED_TO_CANCEL = Facts(paid_at=PAID, cancellation_asked_at=PAID)
ON_ITS_WAY = Facts(paid_at=PAID, shipped_at=SHIPPED)
ARRIVED_AT_BUYER = Facts(paid_at=PAID, shipped_at=SHIPPED, delivered_at=DELIVERED)


def due(kind: MilestoneKind, facts: Facts, policy: Policy = ALIEXPRESS) -> list[datetime]:
    return [planned.due_at for planned in plan(facts, policy) if planned.kind is kind]


def planned_kinds(facts: Facts, policy: Policy = ALIEXPRESS) -> set[MilestoneKind]:
    return {planned.kind for planned in plan(facts, policy)}


# Kind, rule, facts, the instant that it counts from, and how long in aliexpress-br, taobao-cn (None: never).
DATES = [
    (Kind.PAYMENT_REMINDER, "P3", Facts(), PLACED, timedelta(days=2), timedelta(days=1)),
    (Kind.PAYMENT_EXPIRY, "P4", Facts(), PLACED, timedelta(days=7), timedelta(days=3)),
    (Kind.CANCELLATION_DUE, "P8", ASKED_TO_CANCEL, PAID, timedelta(hours=48), None),
    (Kind.SHIP_WARNING, "S4", PAID_ORDER, PAID, timedelta(days=3.5), timedelta(hours=24)),
    (Kind.SHIP_OVERDUE, "S4", PAID_ORDER, PAID, timedelta(days=7), timedelta(hours=48)),
    (Kind.PROMISE_END, "S6", ON_ITS_WAY, SHIPPED, timedelta(days=60), timedelta(days=7)),
    (Kind.CONTACT_30, "C1", ON_ITS_WAY, SHIPPED, timedelta(days=30), timedelta(days=3)),
    (Kind.CONTACT_45, "C2", ON_ITS_WAY, SHIPPED, timedelta(days=45), None),
    (Kind.CONTACT_60, "C3", ON_ITS_WAY, SHIPPED, timedelta(days=60), None),
    (Kind.TRACKING_STALLED, "T2", ON_ITS_WAY, SHIPPED, timedelta(days=10), timedelta(days=3)),
    (Kind.NOT_IN_DESTINATION, "T3", ON_ITS_WAY, SHIPPED, timedelta(days=30), timedelta(days=7)),
    (Kind.PROTECTION_CHECK, "G1", ON_ITS_WAY, SHIPPED, timedelta(days=55), timedelta(days=15)),
    (Kind.REVIEW_REQUEST, "G3", ARRIVED_AT_BUYER, DELIVERED, timedelta(days=3), timedelta(days=3)),
    (Kind.COMPLETION, "G4", ARRIVED_AT_BUYER, DELIVERED, timedelta(days=15), timedelta(days=15)),
    (
        Kind.REVIEW_REPLY_DUE,
        "R10",
        replace(ARRIVED_AT_BUYER, reviewed_at=DELIVERED),
        DELIVERED,
        timedelta(hours=24),
        timedelta(hours=24),
    ),
]


@pytest.mark.parametrize(("kind", "rule", "facts", "start", "br", "cn"), DATES, ids=[row[0] for row in DATES])
def test_a_kind_falls_due_when_its_rule_says(
    kind: MilestoneKind, rule: str, facts: Facts, start: datetime, br: timedelta, cn: timedelta | None
) -> None:
    assert [entry for entry in plan(facts, ALIEXPRESS) if entry.kind is kind] == [Planned(kind, rule, start + br)]
    expected = [] if cn is None else [Planned(kind, rule, start + cn)]
    assert [entry for entry in plan(facts, TAOBAO) if entry.kind is kind] == expected


def test_every_kind_has_a_date_in_the_table_or_a_test_of_its_own() -> None:
    assert (
        {row[0] for row in DATES} | {Kind.FIRST_SCAN, Kind.CANCELLATION_REMINDER}
        == set(MilestoneKind)
        == set(DEFINITIONS)
    )


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (Facts(), {Kind.PAYMENT_REMINDER, Kind.PAYMENT_EXPIRY}),
        (PAID_ORDER, {Kind.SHIP_WARNING, Kind.SHIP_OVERDUE}),
        (
            ASKED_TO_CANCEL,
            {Kind.SHIP_WARNING, Kind.SHIP_OVERDUE, Kind.CANCELLATION_REMINDER, Kind.CANCELLATION_DUE},
        ),
        (replace(ASKED_TO_CANCEL, cancellation_refused_at=PAID), {Kind.SHIP_WARNING, Kind.SHIP_OVERDUE}),
        (
            ON_ITS_WAY,
            {
                Kind.FIRST_SCAN,
                Kind.PROMISE_END,
                Kind.CONTACT_30,
                Kind.CONTACT_45,
                Kind.CONTACT_60,
                Kind.TRACKING_STALLED,
                Kind.NOT_IN_DESTINATION,
                Kind.PROTECTION_CHECK,
            },
        ),
        (ARRIVED_AT_BUYER, {Kind.REVIEW_REQUEST, Kind.COMPLETION}),
        (replace(ARRIVED_AT_BUYER, refunded_at=DELIVERED), set()),
        (replace(ARRIVED_AT_BUYER, completed_at=DELIVERED), {Kind.REVIEW_REQUEST}),
        (Facts(cancelled_at=PAID), set()),
    ],
)
def test_the_facts_call_for_these_kinds_and_no_others(facts: Facts, kinds: set[MilestoneKind]) -> None:
    assert planned_kinds(facts) == kinds


def test_payment_expiry_moves_to_the_next_banking_day_when_it_falls_on_none() -> None:
    placed = datetime(2026, 2, 9, 15, tzinfo=UTC)  # seven days on is Carnival Monday
    assert due(Kind.PAYMENT_EXPIRY, Facts(placed_at=placed)) == [datetime(2026, 2, 18, 15, tzinfo=UTC)]
    assert due(Kind.PAYMENT_EXPIRY, Facts(placed_at=placed), TAOBAO) == [placed + timedelta(days=3)]


def test_an_unpaid_parcel_that_left_calls_for_no_payment_and_no_handling_time() -> None:
    unpaid = Facts(shipped_at=SHIPPED)
    assert planned_kinds(unpaid) == planned_kinds(ON_ITS_WAY)
    assert Kind.FIRST_SCAN not in planned_kinds(unpaid, TAOBAO)


def test_the_orders_own_handling_time_wins_and_the_warning_comes_half_way() -> None:
    facts = replace(PAID_ORDER, ship_by=PAID + timedelta(days=3))
    assert due(Kind.SHIP_WARNING, facts) == [PAID + timedelta(hours=36)]
    assert due(Kind.SHIP_OVERDUE, facts) == [PAID + timedelta(days=3)]
    assert handling_end(facts, ALIEXPRESS) == PAID + timedelta(days=3)


def test_an_unpaid_order_calls_for_no_shipping_even_when_it_names_a_day() -> None:
    facts = Facts(ship_by=PLACED + timedelta(days=3))
    assert planned_kinds(facts) == {Kind.PAYMENT_REMINDER, Kind.PAYMENT_EXPIRY}


def test_the_first_scan_is_due_five_chinese_working_days_after_the_day_of_shipping() -> None:
    shipped = datetime(2026, 2, 13, 4, tzinfo=UTC)  # Friday noon in Shanghai, before Spring Festival
    facts = Facts(paid_at=shipped, shipped_at=shipped)
    assert due(Kind.FIRST_SCAN, facts) == [datetime(2026, 2, 27, 4, tzinfo=UTC)]
    assert first_scan_due(facts, ALIEXPRESS) == datetime(2026, 2, 27, 4, tzinfo=UTC)


def test_the_first_scan_in_china_is_due_a_day_after_payment_though_nothing_was_declared() -> None:
    assert due(Kind.FIRST_SCAN, PAID_ORDER, TAOBAO) == [PAID + timedelta(hours=24)]
    assert due(Kind.FIRST_SCAN, PAID_ORDER, ALIEXPRESS) == []
    assert due(Kind.FIRST_SCAN, ON_ITS_WAY, TAOBAO) == [PAID + timedelta(hours=24)]


def test_a_scan_ends_the_wait_for_the_first_one() -> None:
    assert due(Kind.FIRST_SCAN, replace(ON_ITS_WAY, first_scan_at=SHIPPED)) == []


def test_the_promise_is_the_orders_own_instant_then_its_days_then_the_packs() -> None:
    own = SHIPPED + timedelta(days=9)
    assert promise_end(replace(ON_ITS_WAY, promised_at=own, promised_days=40), ALIEXPRESS) == own
    assert promise_end(replace(ON_ITS_WAY, promised_days=40), ALIEXPRESS) == SHIPPED + timedelta(days=40)
    assert promise_end(ON_ITS_WAY, ALIEXPRESS) == SHIPPED + timedelta(days=60)
    assert promise_end(Facts(promised_days=40), ALIEXPRESS) is None


def test_protection_ends_fifteen_days_after_the_promise_unless_the_order_says_when() -> None:
    own = SHIPPED + timedelta(days=80)
    assert protection_end(ON_ITS_WAY, ALIEXPRESS) == SHIPPED + timedelta(days=75)
    assert protection_end(replace(ON_ITS_WAY, promised_days=20), ALIEXPRESS) == SHIPPED + timedelta(days=35)
    assert protection_end(replace(ON_ITS_WAY, protection_ends_at=own), ALIEXPRESS) == own
    assert protection_end(Facts(), ALIEXPRESS) is None


@pytest.mark.parametrize(
    ("end", "check"),
    [(90, 55), (75, 55), (63, 55), (62, 55), (61, 54), (40, 33)],
)
def test_protection_is_looked_at_on_day_55_or_seven_days_before_its_end(end: int, check: int) -> None:
    facts = replace(ON_ITS_WAY, protection_ends_at=SHIPPED + timedelta(days=end))
    assert due(Kind.PROTECTION_CHECK, facts) == [SHIPPED + timedelta(days=check)]


def test_protection_is_looked_at_again_before_a_later_end() -> None:
    facts = replace(
        ON_ITS_WAY,
        protection_ends_at=SHIPPED + timedelta(days=105),
        protection_extended_at=SHIPPED + timedelta(days=56),
    )
    assert due(Kind.PROTECTION_CHECK, facts) == [SHIPPED + timedelta(days=55), SHIPPED + timedelta(days=98)]


def test_an_extension_before_the_first_look_asks_for_one_date_once() -> None:
    facts = replace(
        ON_ITS_WAY,
        protection_ends_at=SHIPPED + timedelta(days=60),
        protection_extended_at=SHIPPED + timedelta(days=5),
    )
    assert due(Kind.PROTECTION_CHECK, facts) == [SHIPPED + timedelta(days=53)]


def test_protection_counts_only_once_the_parcel_is_shipped() -> None:
    facts = replace(PAID_ORDER, protection_ends_at=PAID + timedelta(days=60))
    assert due(Kind.PROTECTION_CHECK, facts) == []


def test_news_of_the_carrier_moves_the_wait_for_news() -> None:
    news = SHIPPED + timedelta(days=4)
    assert due(Kind.TRACKING_STALLED, replace(ON_ITS_WAY, last_tracking_at=news)) == [news + timedelta(days=10)]


def test_news_from_before_shipping_does_not_shorten_the_wait() -> None:
    facts = replace(ON_ITS_WAY, last_tracking_at=PAID)
    assert due(Kind.TRACKING_STALLED, facts) == [SHIPPED + timedelta(days=10)]


def test_a_parcel_that_reached_the_country_is_not_awaited_there() -> None:
    assert due(Kind.NOT_IN_DESTINATION, replace(ON_ITS_WAY, arrived_at=SHIPPED + timedelta(days=9))) == []


def test_what_follows_delivery_counts_from_it_though_the_rest_is_recorded_later() -> None:
    late = Facts(
        delivered_at=DELIVERED,
        paid_at=DELIVERED + timedelta(days=1),
        shipped_at=DELIVERED + timedelta(days=2),
    )
    assert planned_kinds(late) == {Kind.REVIEW_REQUEST, Kind.COMPLETION}
    assert due(Kind.REVIEW_REQUEST, late) == [DELIVERED + timedelta(days=3)]


def test_a_parcel_that_arrives_after_the_refund_calls_for_nothing() -> None:
    assert planned_kinds(replace(ON_ITS_WAY, refunded_at=SHIPPED, delivered_at=DELIVERED)) == set()


def test_the_team_is_reminded_of_a_request_to_cancel_before_its_end() -> None:
    spans = (timedelta(hours=24), timedelta(hours=6))
    assert due(Kind.CANCELLATION_REMINDER, ASKED_TO_CANCEL) == [PAID + timedelta(hours=48) - span for span in spans]


def test_an_answered_review_is_due_no_reply() -> None:
    facts = replace(ARRIVED_AT_BUYER, reviewed_at=DELIVERED, review_answered_at=DELIVERED)
    assert due(Kind.REVIEW_REPLY_DUE, facts) == []


def test_a_stores_own_value_moves_the_date() -> None:
    policy = override_policy(ALIEXPRESS, {"C1": {"after": "25 days"}, "S4": {"warn_share": 0.25}})
    assert due(Kind.CONTACT_30, ON_ITS_WAY, policy) == [SHIPPED + timedelta(days=25)]
    assert due(Kind.SHIP_WARNING, PAID_ORDER, policy) == [PAID + timedelta(days=1.75)]


PAYMENT = {Kind.PAYMENT_REMINDER, Kind.PAYMENT_EXPIRY}
CANCELLING = {Kind.CANCELLATION_REMINDER, Kind.CANCELLATION_DUE}
SHIPPING = {Kind.SHIP_WARNING, Kind.SHIP_OVERDUE}
AFTER_DELIVERY = {Kind.REVIEW_REQUEST, Kind.COMPLETION}
REVIEW = {Kind.REVIEW_REPLY_DUE}
UNTIL_DELIVERY = set(MilestoneKind) - AFTER_DELIVERY - REVIEW
ENDED = {
    "paid": PAYMENT,
    "cancellation_refused": CANCELLING,
    "shipped": PAYMENT | CANCELLING | SHIPPING,
    "first_scan": {Kind.FIRST_SCAN},
    "arrived": {Kind.NOT_IN_DESTINATION},
    "delivered": UNTIL_DELIVERY,
    "refunded": UNTIL_DELIVERY | AFTER_DELIVERY,
    "cancelled": UNTIL_DELIVERY | AFTER_DELIVERY,
    "completed": UNTIL_DELIVERY | {Kind.COMPLETION},
    "review_answered": REVIEW,
}


@pytest.mark.parametrize(("fact", "kinds"), ENDED.items())
def test_a_fact_ends_these_kinds_and_no_others(fact: str, kinds: set[MilestoneKind]) -> None:
    facts = replace(Facts(), **{f"{fact}_at": DELIVERED})
    assert {kind for kind in MilestoneKind if ending(kind, facts) == fact} == kinds
    assert {kind for kind in MilestoneKind if obstacle(kind, facts) == fact} == kinds
    assert {kind for kind in MilestoneKind if ending(kind, facts)} == kinds


IN_DISPUTE = {Kind.PROMISE_END, Kind.REVIEW_REPLY_DUE}


@pytest.mark.parametrize("kind", MilestoneKind)
def test_an_open_dispute_hinders_a_kind_unless_it_concerns_the_dispute(kind: MilestoneKind) -> None:
    assert obstacle(kind, Facts(disputed_at=PAID)) == ("" if kind in IN_DISPUTE else "dispute_open")


@pytest.mark.parametrize("kind", MilestoneKind)
def test_a_payment_that_the_platform_checks_hinders_only_what_asks_for_it(kind: MilestoneKind) -> None:
    expected = "payment_checking" if kind in PAYMENT else ""
    assert obstacle(kind, Facts(payment_checking_since=PAID)) == expected


def test_a_dispute_and_a_check_of_the_payment_do_not_unplan_a_date() -> None:
    facts = Facts(payment_checking_since=PAID, disputed_at=PAID)
    assert planned_kinds(facts) == PAYMENT


def test_nothing_hinders_what_is_owed() -> None:
    assert [obstacle(entry.kind, ON_ITS_WAY) for entry in plan(ON_ITS_WAY, ALIEXPRESS)] == [""] * 8


def test_a_fact_that_ended_a_kind_is_named_before_a_dispute() -> None:
    assert obstacle(Kind.CONTACT_30, replace(ARRIVED_AT_BUYER, disputed_at=DELIVERED)) == "delivered"


instants = st.datetimes(datetime(2015, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
maybe = st.none() | instants
OWN_INSTANTS = {"ship_by", "promised_at", "protection_ends_at", "protection_extended_at"}
FIELDS = dict.fromkeys(Facts.__dataclass_fields__, maybe) | {
    "placed_at": instants,
    "promised_days": st.none() | st.integers(0, 400),
}
any_facts = st.builds(Facts, **FIELDS)
facts_without_own_instants = st.builds(
    Facts, **{name: values for name, values in FIELDS.items() if name not in OWN_INSTANTS}
)
packs = st.sampled_from([ALIEXPRESS, TAOBAO])


@given(any_facts, packs)
def test_the_same_facts_give_the_same_plan_in_firing_order(facts: Facts, policy: Policy) -> None:
    planned = list(plan(facts, policy))
    assert planned == list(plan(facts, policy))
    assert all(printed_position(one.rule) <= printed_position(next_one.rule) for one, next_one in pairwise(planned))


@given(any_facts, packs)
def test_a_kind_that_a_fact_ended_is_never_planned(facts: Facts, policy: Policy) -> None:
    planned = list(plan(facts, policy))
    assert not [entry for entry in planned if ending(entry.kind, facts)]
    assert {entry.rule for entry in planned} <= set(policy.rules)


@given(any_facts, packs)
def test_every_date_is_an_instant_in_utc(facts: Facts, policy: Policy) -> None:
    assert all(entry.due_at.utcoffset() == timedelta(0) for entry in plan(facts, policy))


@given(facts_without_own_instants, packs)
def test_a_date_comes_after_the_fact_that_starts_it(facts: Facts, policy: Policy) -> None:
    starts = {
        **dict.fromkeys(PAYMENT, facts.placed_at),
        **dict.fromkeys(CANCELLING, facts.cancellation_asked_at),
        **dict.fromkeys(SHIPPING, facts.paid_at),
        **dict.fromkeys(AFTER_DELIVERY, facts.delivered_at),
        **dict.fromkeys(REVIEW, facts.reviewed_at),
        Kind.FIRST_SCAN: facts.shipped_at if policy is ALIEXPRESS else facts.paid_at,
    }
    for entry in plan(facts, policy):
        start = starts.get(entry.kind, facts.shipped_at)
        assert start is not None
        assert entry.due_at > start or (entry.kind is Kind.PROMISE_END and facts.promised_days == 0)
