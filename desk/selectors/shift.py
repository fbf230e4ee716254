"""What expires before somebody is back at work: by person, on three clocks, with what fires by itself meanwhile."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Value
from django.utils.functional import Promise

from desk.access import Reader
from desk.addresses import address_of
from desk.review_words import words_of_review
from desk.selectors.cards import TITLES, Said
from desk.selectors.case_cards import words_of_step
from desk.selectors.team import short_name
from desk.selectors.today import Filters, open_items
from desk.words import WRITING_KINDS
from disputes.deadlines import DEADLINES, DisputeMilestone
from disputes.models import ActionItem, ActionKind, Dispute, Review
from disputes.services.after_sale_dates import AfterSaleMilestone
from disputes.services.calling import CallMilestone
from disputes.services.chasing import ChaseMilestone
from disputes.services.reviews import ReviewMilestone
from messaging.models.promises import PromiseMilestone
from orders.models import Milestone, Order
from orders.models.milestones import MilestoneState
from orders.planning import MilestoneKind
from orders.uniting import ask_together

OPENING = 9  # o'clock, where the reader has not said when he is back
MOST_SHOWN = 200  # rows of a card: more is no shift, but a backlog
MOST_COUNTED = 1000
LONE_REVIEW = "lone review"  # beside the kinds of dates
COUNTED = "assignee_id", "order_id", "store_id", "stake"
WEEK = 7
# What the program does on a date without anybody; what the ship-by date writes to the buyer is no end of the work.
BY_ITSELF = {*WRITING_KINDS, MilestoneKind.COMPLETION, MilestoneKind.PROMISE_END} - {MilestoneKind.SHIP_OVERDUE}
# Dates of work that is on the list with the same date already.
ON_THE_LIST: set[str] = {
    MilestoneKind.CANCELLATION_REMINDER,
    MilestoneKind.CANCELLATION_DUE,
    MilestoneKind.REVIEW_REPLY_DUE,
    DisputeMilestone.RESPONSE_REMINDER,
    DisputeMilestone.EVIDENCE_REMINDER,
    AfterSaleMilestone.STEP_DUE,
    ReviewMilestone.FOLLOW_UP,
    ChaseMilestone.CHECK,
    CallMilestone.CALL_BACK,
    *PromiseMilestone,
}
PASSING = {*DEADLINES, MilestoneKind.PAYMENT_EXPIRY, MilestoneKind.SHIP_OVERDUE}  # ends, rather than beginnings


def next_opening(now: datetime, zone: ZoneInfo, *, days_off: Iterable[int] = (), hour: int = OPENING) -> datetime:
    """The next such hour on the zone's clock that is on none of the days off (1 for Monday to 7 for Sunday)."""
    off = set(days_off)
    local = now.astimezone(zone)
    for days in range(WEEK + 1):
        opening = (local + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
        if opening > now and (opening.isoweekday() not in off or len(off) == WEEK):
            return opening
    return local + timedelta(days=WEEK)


@dataclass(frozen=True)
class Stake:
    """Money at stake in one currency, and how much of it nobody has; an order counts once, whatever it asks for."""

    currency: str
    amount: Decimal
    unclaimed: Decimal


@dataclass(frozen=True)
class Outlook:
    """What is due between now and an instant, and how many dates of each kind fire by themselves until then.

    Past `MOST_COUNTED` nothing is counted: the numbers are then too small, and `is_capped` or `is_busy` says so.
    """

    back_at: datetime
    due: int
    reviews: int  # of orders that are not here yet: they have a date in the inbox, and no card
    mine: int
    unclaimed: int
    stakes: Sequence[Stake]
    fires: Counter[str]

    @property
    def is_capped(self) -> bool:
        """Whether there is more due than we count."""
        return self.due > MOST_COUNTED

    @property
    def is_busy(self) -> bool:
        """Whether more fires by itself than we count."""
        return self.fires.total() > MOST_COUNTED

    @property
    def writes(self) -> int:
        """How many buyers are written to."""
        return sum(self.fires[kind] for kind in WRITING_KINDS)

    @property
    def expires(self) -> int:
        """How many payments expire."""
        return self.fires[MilestoneKind.PAYMENT_EXPIRY]

    @property
    def completes(self) -> int:
        """How many orders complete."""
        return self.fires[MilestoneKind.COMPLETION]


def look_ahead(reader: Reader, filters: Filters, *, now: datetime, back_at: datetime) -> Outlook:
    """Count what is due before the reader is back, and what fires by itself; two looks, each at so many rows at most.

    What is put aside counts: its date does not move.
    """
    due = open_items(reader, filters).filter(due_at__gte=now, due_at__lt=back_at).order_by("due_at")
    rows = list(due.values_list(*COUNTED)[: MOST_COUNTED + 1])
    comes = _count_coming(reader, filters, now=now, back_at=back_at)
    holders = Counter(assignee for assignee, *_rest in rows)
    return Outlook(
        back_at=back_at,
        due=len(rows),
        reviews=comes.pop(LONE_REVIEW, 0),
        mine=holders[reader.user.pk],
        unclaimed=holders[None],
        stakes=_add_up(rows, _currencies(reader)),
        fires=comes,
    )


def _count_coming(reader: Reader, filters: Filters, *, now: datetime, back_at: datetime) -> Counter[str]:
    """How many dates of each kind fire by themselves until then, and how many lone reviews are due; in one look.

    Of each, `MOST_COUNTED` and one more at most. No review where the list is somebody's or of one kind: a lone one is
    nobody's, and no item.
    """
    stores = _stores(reader, filters)
    pending = Milestone.objects.filter(state=MilestoneState.PENDING, order__store__in=stores)
    soon = pending.filter(next_attempt_at__gte=now, next_attempt_at__lt=back_at).order_by()
    questions = [soon.values_list("kind")[: MOST_COUNTED + 1]]
    if not (filters.who or filters.kind):
        alone = Review.objects.filter(store__in=stores, order=None, closed_at=None, next_at__lt=back_at).order_by()
        questions.append(alone.values_list(Value(LONE_REVIEW))[:MOST_COUNTED])
    return Counter(kind for (kind,) in ask_together(questions))


def _stores(reader: Reader, filters: Filters) -> list[int]:
    return [store.pk for store in reader.stores if filters.store in ("", store.slug)]


def _currencies(reader: Reader) -> dict[int, str]:
    return {store.pk: store.currency for store in reader.stores}


def _add_up(rows: Iterable[Sequence[Any]], currencies: Mapping[int, str]) -> list[Stake]:
    """The stakes by currency, of rows as `COUNTED`; of an order the highest, held where one of its items is."""
    stakes: dict[int, tuple[str, Decimal]] = {}
    held: set[int] = set()
    for assignee, order, store, stake in rows:
        if stake is not None:
            stakes[order] = currencies[store], max(stake, stakes.get(order, ("", stake))[1])
        if assignee is not None:
            held.add(order)
    sums: dict[str, list[Decimal]] = {currency: [Decimal(0), Decimal(0)] for currency, _stake in stakes.values()}
    for order, (currency, stake) in stakes.items():
        sums[currency][0] += stake
        sums[currency][1] += stake if order not in held else 0
    return [Stake(currency, *amounts) for currency, amounts in sorted(sums.items())]


# --- the card ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """One thing that expires; `hard_at` is the platform's own end behind the team's date, where there is one."""

    item: ActionItem
    title: str | Promise
    said: Said
    step: str  # of its case or review, in their own words
    address: str
    buyer_zone: ZoneInfo
    platform_zone: ZoneInfo
    hard_at: datetime | None = None

    @property
    def order(self) -> Order:
        """The order that it is about."""
        order: Order = self.item.order
        return order

    @property
    def margin(self) -> timedelta | None:
        """How much the platform's end leaves after the team's date (D7), from two days on in whole days."""
        left = self.hard_at - self.item.due_at if self.hard_at else None
        return timedelta(days=left.days) if left and left.days > 1 else left


@dataclass(frozen=True)
class Pile:
    """What one person has; without a name, nobody."""

    name: str
    lines: Sequence[Line]
    is_mine: bool = False


@dataclass(frozen=True)
class Shift:
    """The whole card: the piles, his own first and nobody's last, and the ends that pass while he is away."""

    outlook: Outlook
    piles: Sequence[Pile]
    passes: Sequence[Milestone]
    stakes: Sequence[Stake]  # what is late is at stake as well
    late: int = 0
    is_cut: bool = False

    @property
    def fires(self) -> list[tuple[str, int]]:
        """How many dates of each kind fire of which nobody has to do anything, the most first."""
        return [(kind, count) for kind, count in self.outlook.fires.most_common() if kind in BY_ITSELF]

    @property
    def asks(self) -> list[tuple[str, int]]:
        """How many dates of each kind will ask a person for something that is not on the list yet, the most first."""
        told = BY_ITSELF | ON_THE_LIST | PASSING
        return [(kind, count) for kind, count in self.outlook.fires.most_common() if kind not in told]


def draw_up_shift(reader: Reader, filters: Filters, *, now: datetime, back_at: datetime) -> Shift:
    """What expires before `back_at`, overdue work included: it is not better off for being late."""
    due = open_items(reader, filters).filter(due_at__lt=back_at).order_by("due_at", "id")
    # The ids first: with orders and buyers beside them, all that is due would be sorted.
    counted = list(due.values_list("pk", *COUNTED)[: MOST_COUNTED + 1])
    ids = [pk for pk, *_rest in counted[: MOST_SHOWN + 1]]
    rows = ActionItem.objects.select_related("order__buyer", "assignee").in_bulk(ids)
    items = [rows[pk] for pk in ids[:MOST_SHOWN] if pk in rows]
    stores = {store.pk: store for store in reader.stores}
    for item in items:
        item.order.store = stores[item.order.store_id]  # one object of each store: its rules are read once
    return Shift(
        outlook=look_ahead(reader, filters, now=now, back_at=back_at),
        piles=_piles(reader, _lines(items)),
        passes=_passing(reader, filters, now=now, back_at=back_at),
        stakes=_add_up([rest for _pk, *rest in counted], _currencies(reader)),
        late=sum(item.due_at < now for item in items),
        is_cut=len(ids) > MOST_SHOWN,
    )


def _lines(items: Sequence[ActionItem]) -> list[Line]:
    ends, reviews = _platform_ends(items), _reviews(items)
    return [
        Line(
            item,
            TITLES.get(item.kind, item.kind),
            Said(item.data),
            _step(item, reviews),
            address_of("desk:order", item.order_id),
            item.order.buyer.zone(item.order.policy),
            ZoneInfo(item.order.policy.platform_zone),
            ends.get((item.order_id, item.case)),
        )
        for item in items
    ]


def _step(item: ActionItem, reviews: Mapping[tuple[int, str], Review]) -> str:
    """The step of a case or a review that an item asks for; empty for other work."""
    if item.kind == ActionKind.CASE_STEP:
        return words_of_step(item.data.get("kind", ""), item.data.get("step", ""), item.data.get("state", ""))
    review = reviews.get((item.order_id, item.data.get("review", "")))
    return words_of_review(review, item) if review else ""


def _reviews(items: Iterable[ActionItem]) -> Mapping[tuple[int, str], Review]:
    orders = [item.order_id for item in items if item.kind == ActionKind.REPLY_REVIEW]
    rows = Review.objects.filter(order__in=orders) if orders else []
    return {(row.order_id, row.subject): row for row in rows if row.order_id}


def _platform_ends(items: Iterable[ActionItem]) -> Mapping[tuple[int, str], datetime]:
    orders = [item.order_id for item in items if item.case]
    disputes = Dispute.objects.filter(order__in=orders)
    return {(row.order_id, row.subject): row.deadline for row in disputes if row.deadline}


def _piles(reader: Reader, lines: Iterable[Line]) -> list[Pile]:
    by_person: dict[int | None, list[Line]] = {}
    for line in lines:
        by_person.setdefault(line.item.assignee_id, []).append(line)
    piles = [
        Pile(short_name(held[0].item.assignee) if held[0].item.assignee else "", held, pk == reader.user.pk)
        for pk, held in by_person.items()
    ]
    return sorted(piles, key=lambda pile: (not pile.is_mine, not pile.name, pile.name.lower()))


def _passing(reader: Reader, filters: Filters, *, now: datetime, back_at: datetime) -> list[Milestone]:
    """The ends that pass while he is away."""
    pending = Milestone.objects.filter(state=MilestoneState.PENDING, kind__in=PASSING)
    soon = pending.filter(next_attempt_at__gte=now, next_attempt_at__lt=back_at)
    rows = soon.filter(order__store__in=_stores(reader, filters))
    return list(rows.select_related("order__store").order_by("next_attempt_at", "id")[:MOST_SHOWN])
