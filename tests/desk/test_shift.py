"""The shift card: what expires before the reader is back, whose it is, and what passes by itself."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from desk.selectors.shift import draw_up_shift, look_ahead, next_opening
from desk.selectors.today import Filters
from disputes.models import ActionItem, ActionKind, Heartbeat, Review
from disputes.services.handing import assign_action, snooze_action
from orders.models import Milestone, Order, Store, User
from orders.models.milestones import MilestoneState
from tests.cast import happens
from tests.desk.conftest import open_item
from tests.desk.reviewing import reviewed
from tests.disputes.claims import opened

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "off", "back"),
    [
        (FRIDAY, [], datetime(2026, 11, 21, 9, tzinfo=SHANGHAI)),
        (FRIDAY, [6, 7], datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)),
        (FRIDAY.replace(hour=8), [6, 7], datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)),
        (FRIDAY, [1, 2, 3, 4, 5, 6, 7], datetime(2026, 11, 21, 9, tzinfo=SHANGHAI)),
    ],
)
def test_the_next_morning_is_on_no_day_off(now: datetime, off: list[int], back: datetime) -> None:
    assert next_opening(now, SHANGHAI, days_off=off) == back


def test_nine_stays_nine_when_the_clocks_change() -> None:
    new_york = ZoneInfo("America/New_York")
    evening = datetime(2026, 10, 31, 22, tzinfo=new_york)
    assert next_opening(evening, new_york).astimezone(UTC) == datetime(2026, 11, 1, 14, tzinfo=UTC)


def due(order: Order, kind: str, stake: str, **span: float) -> ActionItem:
    item = open_item(order, kind, stake=Decimal(stake))
    item.due_at = timezone.now() + timedelta(**span)
    item.save()
    return item


def within(days: float) -> str:
    return f"/shift/?back={(timezone.now() + timedelta(days=days)).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def test_the_card_has_each_persons_pile_and_says_what_is_at_stake(alice: Client, placed: Order) -> None:
    mine, bobs = due(placed, ActionKind.SHIP, "24", days=1), due(placed, ActionKind.REFUND, "24", hours=-5)
    due(placed, ActionKind.RESHIP, "24", days=2), due(placed, ActionKind.REVIEW_MANUALLY, "24", days=9)
    for item, name in ((mine, "alice"), (bobs, "bob")):
        assign_action(item.pk, User.objects.get(email=f"{name}@example.com").pk, now=timezone.now(), actor="1")
    shift = alice.get(within(3)).context["shift"]
    assert [(pile.name, len(pile.lines)) for pile in shift.piles] == [("alice", 1), ("bob", 1), ("", 1)]
    assert (shift.outlook.due, shift.outlook.mine, shift.outlook.unclaimed, shift.late) == (2, 1, 1, 1)
    (stake,) = shift.outlook.stakes
    assert (stake.currency, stake.amount, stake.unclaimed) == ("USD", 24, 0)  # one order, and Alice has to do with it


def test_what_is_put_aside_is_on_the_card_with_its_reason(alice: Client, placed: Order) -> None:
    item = due(placed, ActionKind.VERIFY_TRACKING, "24", days=2)
    until = timezone.now() + timedelta(days=1)
    snooze_action(item.pk, until=until, reason="Maria is asked", now=timezone.now(), actor="1")
    assert "Maria is asked" in alice.get(within(3)).content.decode()


def test_a_dispute_shows_the_platforms_end_and_the_margin(alice: Client, underway: Order) -> None:
    happens(underway, opened(f"{timezone.now() - timedelta(days=3):%Y-%m-%d %H:%M}"))
    page = alice.get(within(3))
    line = next(line for pile in page.context["shift"].piles for line in pile.lines if line.hard_at)
    assert line.margin == underway.policy.duration("D7", "margin")
    assert "12 hours after the team's date" in page.content.decode()
    assert [row.kind for row in page.context["shift"].passes] == ["dispute_response_due"]


def test_what_fires_by_itself_is_counted_by_kind(alice: Client, charlie: Client, underway: Order) -> None:
    soon = Milestone.objects.filter(order=underway, kind__in=["contact_30", "contact_45"])
    soon.update(state=MilestoneState.PENDING, next_attempt_at=timezone.now() + timedelta(days=1))
    outlook = alice.get(within(2)).context["shift"].outlook
    assert (outlook.writes, dict(outlook.fires)) == (2, {"contact_30": 1, "contact_45": 1})
    assert not charlie.get(within(2)).context["shift"].outlook.fires


def test_days_off_are_said_once(alice: Client, placed: Order) -> None:
    off = "&".join(f"off={day}" for day in (1, 2, 3, 4, 5))
    alice.get(f"/shift/?chosen=1&back=&{off}")
    back_at = alice.get("/").context["outlook"].back_at
    assert back_at.isoweekday() in {6, 7}


def test_a_moment_that_has_passed_is_no_return(alice: Client, placed: Order) -> None:
    answer = alice.get("/shift/?back=2020-01-01T09:00")
    assert answer.status_code == 422
    assert 'value="2020-01-01T09:00"' in answer.content.decode()


def test_every_page_says_that_the_sweep_has_stopped(alice: Client, placed: Order) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now() - timedelta(minutes=20))
    for path, times in (("/", 1), ("/shift/", 1), ("/orders/", 1), (f"/orders/{placed.pk}/", 1), ("/rules/", 1)):
        assert alice.get(path).content.decode().count("The sweep has stopped") == times, path
    Heartbeat.objects.update(at=timezone.now())
    assert "The sweep has stopped" not in alice.get("/orders/").content.decode()


def test_a_long_card_costs_no_more_looks_at_the_database(
    alice: Client, placed: Order, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        due(placed, ActionKind.SHIP, "24", days=1, minutes=number)
    alice.get(within(3))
    with django_assert_max_num_queries(21):  # type: ignore[operator]
        assert alice.get(within(3)).status_code == 200


def test_only_what_nobody_has_to_do_fires_by_itself_and_what_is_late_is_at_stake(alice: Client, placed: Order) -> None:
    due(placed, ActionKind.SHIP, "24", hours=-5)
    kinds = ["review_request", "case_step_due", "review_follow_up", "call_back", "tracking_stalled"]
    for kind in kinds:
        at = timezone.now() + timedelta(hours=20)
        Milestone.objects.create(order=placed, kind=kind, sequence=9, rule="R12", due_at=at, next_attempt_at=at)
    shift = alice.get(within(3)).context["shift"]
    assert [kind for kind, _count in shift.fires] == ["review_request"]
    assert [kind for kind, _count in shift.asks] == ["tracking_stalled"]
    assert [(stake.currency, stake.amount) for stake in shift.stakes] == [("USD", 24)]


def test_reviews_of_orders_that_are_not_here_yet_are_counted_beside_the_cards(alice: Client, store: Store) -> None:
    lone = reviewed(store, None, hours=1)
    Review.objects.filter(pk=lone.pk).update(next_at=timezone.now() + timedelta(hours=1))
    assert alice.get(within(3)).context["shift"].outlook.reviews == 1
    assert "/reviews/" in alice.get(within(3)).content.decode()


def test_lone_reviews_are_counted_only_where_the_list_is_of_their_store_and_of_all_its_work(
    alice: Client, store: Store
) -> None:
    lone = reviewed(store, None, hours=1)
    Review.objects.filter(pk=lone.pk).update(next_at=timezone.now() + timedelta(hours=1))
    reader, now = alice.get("/").wsgi_request.reader, timezone.now()  # type: ignore[attr-defined]

    def counted(**chosen: str) -> int:
        return look_ahead(reader, Filters(**chosen), now=now, back_at=now + timedelta(days=3)).reviews

    assert (counted(), counted(store=store.slug)) == (1, 1)
    assert (counted(store="other"), counted(who="mine"), counted(kind=ActionKind.SHIP)) == (0, 0, 0)


def test_dates_of_another_store_are_not_counted_where_the_list_is_of_one(alice: Client, placed: Order) -> None:
    at = timezone.now() + timedelta(hours=20)
    for kind in ("review_request", "ship_overdue"):
        Milestone.objects.create(order=placed, kind=kind, sequence=9, rule="R12", due_at=at, next_attempt_at=at)
    reader, now = alice.get("/").wsgi_request.reader, timezone.now()  # type: ignore[attr-defined]
    for slug, count in ((placed.store.slug, 1), ("other", 0)):
        shift = draw_up_shift(reader, Filters(store=slug), now=now, back_at=now + timedelta(days=3))
        assert (len(shift.fires), len(shift.passes)) == (count, count)
