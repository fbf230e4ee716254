"""A change of the rules: what is foretold is what happens, and nothing that it puts into the past fires."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st

from disputes.adopting import Fate
from disputes.change_reports import missed_dates
from disputes.firing import fire_due
from disputes.models import ActionKind, ActionState, PolicyChange, PolicyChangeState
from disputes.policy_changes import (
    ChangeNotPossible,
    cancel_change,
    draft_change,
    draft_undoing,
    start_applying,
    waiting_changes,
    work_on_change,
)
from disputes.reconciling import reconcile_orders
from disputes.services.actions import complete_action
from messaging.models import Message
from orders.models import AuditEntry, AuditKind, Order, Store, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.planning import REPEATING, MilestoneKind, plan
from orders.policies import UnusablePolicy
from orders.services.auditing import Doer
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, clock_at, due_milestones, fact, happens, paid, placed_order, shipped, tracking

pytestmark = pytest.mark.django_db

NOW = "03-30 12:00"
LOOK = Q(kind=ActionKind.VERIFY_TRACKING, state=ActionState.OPEN)
Overrides = dict[str, dict[str, Any]]


@pytest.fixture
def store() -> Store:
    return alices_store()


def fresh(store: Store) -> Store:
    found: Store = Store.objects.get(pk=store.pk)
    return found


def look(store: Store, overrides: Overrides, now: str = NOW) -> PolicyChange:
    """A change, looked at."""
    change = draft_change(fresh(store), None, version=store.policy_version, overrides=overrides, now=at(now))
    return work(change, now)


def work(change: PolicyChange, now: str = NOW) -> PolicyChange:
    work_on_change(change.pk, clock_at(now), until=at("12-31 00:00"))
    return PolicyChange.objects.select_related("store").get(pk=change.pk)


def apply(change: PolicyChange, now: str = NOW) -> PolicyChange:
    start_applying(change.pk, Doer(), now=at(now))
    return work(change, now)


def change_rules(store: Store, overrides: Overrides, now: str = NOW) -> PolicyChange:
    return apply(look(store, overrides, now), now)


def pending(order: Order) -> set[tuple[str, str]]:
    rows = order.milestones.filter(state=MilestoneState.PENDING).exclude(kind="tracking_follow_up")
    return {(row.kind, row.due_at.isoformat()) for row in rows}


def underway(store: Store, number: str = "1", **values: Any) -> Order:
    return placed_order(store, paid(), shipped(), number=number, **values)


def test_a_change_is_looked_at_without_anything_being_written(store: Store) -> None:
    order = underway(store)
    before, events = pending(order), order.timeline.count()
    change = look(store, {"C1": {"after": "40 days"}})
    assert change.state == PolicyChangeState.PREVIEWED
    assert change.preview["kinds"]["contact_30"][Fate.LATER] == 1
    assert (pending(order), order.timeline.count()) == (before, events)
    assert fresh(store).policy_overrides == {}


def test_an_applied_change_moves_the_dates_and_says_so_on_the_timeline(store: Store) -> None:
    order = underway(store)
    change = change_rules(store, {"C1": {"after": "40 days"}})
    assert change.state == PolicyChangeState.APPLIED
    assert [row.due_at for row in due_milestones(order, "contact_30")] == [at("04-14 10:00")]
    event = order.timeline.get(type="rules_changed")
    date = {"kind": "contact_30", "rule": "C1", "fate": "later"}
    was, becomes = "2026-04-04T10:00:00+00:00", "2026-04-14T10:00:00+00:00"
    assert event.data["dates"] == [date | {"was": was, "becomes": becomes}]
    assert AuditEntry.objects.latest("id").kind == AuditKind.RULES_CHANGED
    assert verify_timeline(Order.objects.get(pk=order.pk)) == ""


def test_a_date_that_the_change_puts_into_the_past_never_fires(store: Store) -> None:
    order = underway(store)
    change = look(store, {"C1": {"after": "20 days"}})
    assert missed_dates(change.preview) == 1
    apply(change)
    (row,) = due_milestones(order, "contact_30")
    assert (row.state, row.reason) == (MilestoneState.STALE, "rules_changed")
    fire_due(clock_at(NOW), until=at("12-31 00:00"))
    assert not Message.objects.filter(purpose="contact_30").exists()
    assert Order.objects.get(pk=order.pk).state == "contact_30"  # its day has come, as an imported order's would


def test_a_fact_before_the_worker_fires_nothing_that_the_change_put_into_the_past(store: Store) -> None:
    order = underway(store)
    start_applying(look(store, {"C1": {"after": "20 days"}}).pk, Doer(), now=at(NOW))
    happens(order, tracking(NOW), now=NOW)
    fire_due(clock_at(NOW), until=at("12-31 00:00"))
    assert not Message.objects.filter(purpose="contact_30").exists()
    assert order.timeline.filter(type="rules_changed").count() == 1


def test_a_look_that_was_taken_is_not_asked_for_again_when_its_date_would_now_have_been_earlier(store: Store) -> None:
    order = underway(store)
    fire_due(clock_at(NOW), until=at("12-31 00:00"))
    complete_action(order.actions.get(LOOK).pk, now=at(NOW), actor="test")
    change = look(store, {"T2": {"after": "8 days"}})
    apply(change)
    assert (missed_dates(change.preview), order.actions.filter(LOOK).exists()) == (0, False)


def test_the_hourly_look_fires_nothing_that_the_change_put_into_the_past(store: Store) -> None:
    order = underway(store)
    start_applying(look(store, {"C1": {"after": "20 days"}}).pk, Doer(), now=at(NOW))
    reconcile_orders(at(NOW))
    assert due_milestones(order, "contact_30")[0].state == MilestoneState.STALE


def test_what_a_fact_moved_before_the_worker_came_is_counted_all_the_same(store: Store) -> None:
    order = underway(store)
    change = look(store, {"C1": {"after": "40 days"}})
    start_applying(change.pk, Doer(), now=at(NOW))
    happens(order, tracking(NOW), now=NOW)
    assert work(change).result["kinds"] == change.preview["kinds"]


def test_a_date_that_is_put_off_does_not_fire_before_the_worker_comes(store: Store) -> None:
    order = underway(store)
    start_applying(look(store, {"C1": {"after": "40 days"}}).pk, Doer(), now=at(NOW))
    fire_due(clock_at("04-05 12:00"), until=at("12-31 00:00"))
    assert due_milestones(order, "contact_30")[0].state == MilestoneState.PENDING


def test_a_new_order_has_the_new_values_at_once(store: Store) -> None:
    start_applying(look(store, {"P3": {"after": "1 day"}}).pk, Doer(), now=at(NOW))
    order = placed_order(fresh(store), placed_at=at(NOW), now=NOW)
    assert [row.due_at for row in due_milestones(order, "payment_reminder")] == [at("03-31 12:00")]
    assert Order.objects.get(pk=order.pk).rules_revision == 1


def test_a_change_goes_on_where_its_worker_died(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [underway(store, str(number)) for number in range(5)]
    monkeypatch.setattr("disputes.policy_changes.CHUNK", 2)
    change = look(store, {"C1": {"after": "40 days"}})
    start_applying(change.pk, Doer(), now=at(NOW))
    work_on_change(change.pk, clock_ahead(NOW, 3), until=at(NOW))
    assert PolicyChange.objects.get(pk=change.pk).orders_done == 2
    assert waiting_changes(at(NOW)) == [change.pk]
    done = work(change)
    assert (done.state, done.result["touched"]) == ("applied", 5)
    assert all(order.timeline.filter(type="rules_changed").count() == 1 for order in orders)


def clock_ahead(short: str, looks: int) -> Callable[[], datetime]:
    """A clock that stands just before an instant, and is past it after so many looks."""
    left = iter([at(short) - timedelta(seconds=1)] * (looks - 1))
    return lambda: next(left, at(short) + timedelta(seconds=1))


def test_undoing_brings_the_dates_and_values_back(store: Store) -> None:
    order = underway(store)
    before = pending(order)
    change = change_rules(store, {"C1": {"after": "40 days"}, "D6": {"before": ["12 hours"]}})
    apply(work(draft_undoing(change, None, now=at(NOW))))
    assert pending(order) == before
    assert fresh(store).policy_overrides == {}


def test_only_the_latest_change_is_undone(store: Store) -> None:
    first = change_rules(store, {"C1": {"after": "40 days"}})
    change_rules(store, {"C1": {"after": "41 days"}})
    with pytest.raises(ChangeNotPossible, match="only the latest"):
        draft_undoing(PolicyChange.objects.select_related("store").get(pk=first.pk), None, now=at(NOW))


def test_a_change_stands_on_the_rules_that_it_was_looked_at_with(store: Store) -> None:
    change = look(store, {"C1": {"after": "40 days"}})
    Store.objects.filter(pk=store.pk).update(rules_revision=7)
    with pytest.raises(ChangeNotPossible, match="changed meanwhile"):
        apply(change)


def test_a_new_draft_calls_off_the_one_before(store: Store) -> None:
    first = look(store, {"C1": {"after": "40 days"}})
    second = look(store, {"C1": {"after": "41 days"}})
    assert PolicyChange.objects.get(pk=first.pk).state == PolicyChangeState.CANCELLED
    cancel_change(second.pk)
    with pytest.raises(ChangeNotPossible, match="not ready"):
        start_applying(second.pk, Doer(), now=at(NOW))


@pytest.mark.parametrize("overrides", [{"C1": {"after": "soon"}}, {"X9": {}}, {"C1": {"when": "1 day"}}])
def test_values_that_the_pack_does_not_take_make_no_change(store: Store, overrides: Overrides) -> None:
    with pytest.raises(UnusablePolicy):
        look(store, overrides)


def test_a_change_of_nothing_is_none(store: Store) -> None:
    with pytest.raises(ChangeNotPossible, match="nothing was changed"):
        look(store, {})


def test_an_order_that_cannot_be_brought_along_keeps_no_other_waiting(store: Store) -> None:
    sick, well = underway(store, "1"), underway(store, "2")
    change = look(store, {"C1": {"after": "40 days"}})
    TimelineEvent.objects.create(**in_the_way(sick))
    done = apply(change)
    assert (done.state, [row["order"] for row in done.result["failed"]]) == (PolicyChangeState.APPLIED, [sick.pk])
    assert [row.due_at for row in due_milestones(well, "contact_30")] == [at("04-14 10:00")]


def in_the_way(order: Order) -> dict[str, Any]:
    """An event where the order's next one will want to stand."""
    said = {"at": at(NOW), "recorded_at": at(NOW), "kind": "note", "type": "note", "hash": "0"}
    return said | {"order": order, "sequence": order.timeline.count() + 1}


def test_a_dispute_keeps_its_deadline_and_moves_its_reminders(store: Store) -> None:
    order = underway(store)
    happens(order, fact("03-29 12:00", "dispute_opened", reason="in_transit"), now="03-29 12:00")
    change_rules(store, {"D1": {"after": "3 days"}, "D6": {"before": ["12 hours"]}})
    assert [row.due_at for row in due_milestones(order, "dispute_response_due")] == [at("04-03 12:00")]
    reminders = order.milestones.filter(kind="dispute_response_reminder", state=MilestoneState.PENDING)
    assert [row.due_at for row in reminders] == [at("04-03 00:00")]


# --- property: what is foretold is what happens -----------------------------------------------------------------------
DAYS = st.integers(1, 80).map(lambda days: f"{days} days")
VALUES: dict[str, Any] = {
    **{rule: st.fixed_dictionaries({"after": DAYS}) for rule in ("P3", "P4", "C1", "C2", "C3", "T2", "T3", "G3", "G4")},
    "G1": st.fixed_dictionaries({"after": DAYS, "before_end": DAYS}),
    "S4": st.fixed_dictionaries({"handling": DAYS, "warn_share": st.sampled_from([0, 0.3, 1])}),
    "S5": st.fixed_dictionaries({"working_days": st.integers(1, 30)}),
    "S6": st.fixed_dictionaries({"promise": DAYS}),
    "D3": st.fixed_dictionaries({"after": DAYS}),
    "D6": st.fixed_dictionaries({"before": st.lists(DAYS, min_size=1, max_size=3, unique=True)}),
    "R10": st.fixed_dictionaries({"after": DAYS}),
}
CHANGES = st.fixed_dictionaries({}, optional=VALUES).filter(bool)
LIVES: list[list[dict[str, Any]]] = [
    [],
    [fact("03-03 12:00", "payment_checking")],
    [paid()],
    [paid(), shipped()],
    [paid(), shipped(), tracking("03-12 10:00")],
    [paid(), shipped(), fact("03-20 10:00", "receipt_extended", protection_ends_at="2026-07-01T00:00:00Z")],
    [paid(), shipped(), fact("03-25 10:00", "delivered")],
    [paid(), shipped(), fact("03-25 10:00", "delivered"), fact("03-29 13:00", "review_received", stars=2)],
    [paid(), shipped(), fact("03-28 10:00", "dispute_opened", reason="in_transit")],
]


@pytest.mark.slow
@settings(max_examples=25)
@given(changes=st.lists(CHANGES, min_size=1, max_size=3), lives=st.sets(st.integers(0, len(LIVES) - 1), min_size=1))
def test_what_is_foretold_is_what_happens_whatever_is_changed(changes: list[Overrides], lives: set[int]) -> None:
    with transaction.atomic():
        store = alices_store()
        orders = [placed_order(store, *LIVES[life], number=str(life), promised_days=None) for life in lives]
        fire_due(clock_at(NOW), until=at("12-31 00:00"))
        for overrides in changes:
            if overrides == fresh(store).policy_overrides:
                continue
            change = look(store, overrides)
            done = apply(change)
            assert (done.result, done.result["failed"]) == (change.preview, [])
            for order in orders:
                assert_planned_from_scratch(order.pk)
            assert fire_due(clock_at(NOW), until=at("12-31 00:00")) == 0
        transaction.set_rollback(True)


def assert_planned_from_scratch(pk: int) -> None:
    """The dates to come are those that the facts and the rules call for, less those that had their turn."""
    order = Order.objects.select_related("store").get(pk=pk)
    assert order.policy == order.store.current_policy
    rows = order.milestones.filter(kind__in=[*MilestoneKind])
    over = {row.kind for row in rows if row.state in {"fired", "stale"} and row.kind not in REPEATING}
    wanted = {(row.kind, row.due_at) for row in plan(order, order.policy) if row.kind not in over}
    waiting = {(row.kind, row.due_at) for row in rows if row.state == MilestoneState.PENDING}
    assert waiting == {(kind, due) for kind, due in wanted if due > at(NOW)}
