"""The team's list: what is due, by day of the reader's clock, with what each card needs to be done in place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.access import Reader
from desk.doing import ACTION_EVENTS, Attempt, offered_form
from desk.forms.events import EventForm
from desk.words import COMMANDS, WRITING_KINDS
from disputes.models import ActionItem, ActionKind, ActionState, Dispute
from messaging.models import Message, MessageState
from messaging.services.outbox import contact_window
from orders.models import Milestone, Order, Shipment
from orders.models.milestones import MilestoneState
from orders.models.orders import OrderPart
from orders.planning import MilestoneKind

SHOWN = 25  # cards of a section, while all sections are shown
PAGE = 50  # cards of a section alone
MOST_COUNTED = 999

SECTIONS: dict[str, str | Promise] = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "week": _("Next 7 days"),
    "later": _("Later"),
}
WITH_MESSAGE = {ActionKind.SEND_BY_HAND, ActionKind.CONTACT_BUYER}
FOR_A_PERSON = [MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD]


@dataclass
class Card:
    """One thing to do, with what is needed to do it, and what came of trying."""

    item: ActionItem
    message: Message | None = None
    shipment: Shipment | None = None
    dispute: Dispute | None = None
    is_workable: bool = False
    form: EventForm | None = None
    attempt: Attempt | None = None

    @property
    def order(self) -> Order:
        """The order that it is about."""
        order: Order = self.item.order
        return order

    @property
    def buyer_zone(self) -> ZoneInfo:
        """The buyer's clock."""
        return self.order.buyer.zone(self.order.policy)

    @property
    def speaks(self) -> bool:
        """Whether doing it means talking to the buyer, whose hour then counts."""
        return self.message is not None or self.item.kind in {ActionKind.CONTACT_BUYER, ActionKind.ASK_REPAYMENT}

    @property
    def tracks(self) -> bool:
        """Whether it is about where the parcel is, which the order's page shows."""
        return self.item.subject.startswith("tracking:") or self.item.kind == ActionKind.VERIFY_TRACKING

    @property
    def command(self) -> str | Promise:
        """What the button of its command says."""
        return COMMANDS[ACTION_EVENTS[self.item.kind]]

    @property
    def is_short(self) -> bool:
        """Whether its form has one field, which then stands beside the button."""
        return self.form is not None and len(self.form.fields) == 1

    @property
    def whatsapp(self) -> str:
        """A prepared chat, where the buyer's number is an international one."""
        phone = self.order.buyer.phone.strip()
        digits = "".join(filter(str.isdigit, phone)).removeprefix("00")
        if self.message is None or len(digits) < 8 or not phone.startswith(("+", "00")):
            return ""
        return f"https://wa.me/{digits}?text={quote(self.message.body)}"

    def is_open_hour(self, now: datetime) -> bool:
        """Whether the buyer may be written to at this moment (rule C)."""
        return contact_window(self.order, now) <= now


@dataclass(frozen=True)
class Section:
    """A part of the list."""

    name: str
    label: str | Promise
    count: int
    cards: list[Card] = field(default_factory=list)
    more: str = ""  # where the next page of this section begins

    @property
    def is_capped(self) -> bool:
        """Whether there are more than we count."""
        return self.count > MOST_COUNTED


@dataclass(frozen=True)
class Filters:
    """What the reader wants to see."""

    store: str = ""
    kind: str = ""
    section: str = ""
    after: str = ""


def bounds(name: str, now: datetime, zone: ZoneInfo) -> Q:
    """The instants that belong to a section, by the days of the reader's clock."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today, tomorrow, week = (midnight + timedelta(days=days) for days in (1, 2, 8))
    spans = {
        "overdue": Q(due_at__lt=now),
        "today": Q(due_at__gte=now, due_at__lt=today),
        "tomorrow": Q(due_at__gte=today, due_at__lt=tomorrow),
        "week": Q(due_at__gte=tomorrow, due_at__lt=week),
        "later": Q(due_at__gte=week),
    }
    return spans[name]


def open_items(reader: Reader, filters: Filters) -> OrderPart:
    """The open items that the reader may see, the most urgent first."""
    items: OrderPart = ActionItem.objects.for_member(reader.user).filter(state=ActionState.OPEN)
    if filters.store:
        items = items.filter(order__store__slug=filters.store)
    if filters.kind in ActionKind.values:
        items = items.filter(kind=filters.kind)
    return items.order_by("due_at", "id")


def list_sections(reader: Reader, filters: Filters, *, now: datetime) -> list[Section]:
    """The sections that hold anything, with their first cards; of one section alone, a page."""
    names = [filters.section] if filters.section in SECTIONS else list(SECTIONS)
    size = PAGE if filters.section in SECTIONS else SHOWN
    found: dict[str, list[tuple[int, datetime]]] = {}
    for name in names:
        rows = open_items(reader, filters).filter(bounds(name, now, reader.zone))
        if filters.after.isdecimal() and (last := _last(reader, filters.after)):
            rows = rows.filter(Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk))
        found[name] = list(rows.values_list("pk", "due_at")[: MOST_COUNTED + 1])
    cards = load_cards(reader, [pk for rows in found.values() for pk, _due in rows[:size]], now=now)
    return [
        Section(
            name,
            SECTIONS[name],
            len(rows),
            [cards[pk] for pk, _due in rows[:size] if pk in cards],
            str(rows[size - 1][0]) if len(rows) > size else "",
        )
        for name, rows in found.items()
        if rows
    ]


def _last(reader: Reader, pk: str) -> ActionItem | None:
    """The last item of the page before, though it may be done by now."""
    item: ActionItem | None = ActionItem.objects.for_member(reader.user).filter(pk=int(pk)).first()
    return item


def load_cards(reader: Reader, ids: Sequence[int], *, now: datetime) -> dict[int, Card]:
    """The cards of these items, with the messages and parcels that they are about, and forms where he may act."""
    items = ActionItem.objects.for_member(reader.user).filter(pk__in=ids)
    rows = list(items.select_related("order__buyer", "order__store"))
    messages = _messages(rows)
    parcels = _parcels(rows)
    cards = [Card(row, messages.get((row.order_id, row.subject)), parcels.get(row.order_id)) for row in rows]
    disputes = _disputes(rows)
    for card in cards:
        card.dispute = disputes.get((card.order.pk, _dispute_of(card.item)))
        card.is_workable = reader.works_in(card.order.store_id)
        card.form = offered_form(card.item, now=now) if card.is_workable else None
    return {card.item.pk: card for card in cards}


def _messages(items: Iterable[ActionItem]) -> dict[tuple[int, str], Message]:
    orders = [item.order_id for item in items if item.kind in WITH_MESSAGE]
    rows = Message.objects.filter(order__in=orders, state__in=FOR_A_PERSON).order_by("queued_at") if orders else []
    return {(row.order_id, row.purpose): row for row in rows}


def _parcels(items: Iterable[ActionItem]) -> dict[int, Shipment]:
    orders = {item.order_id for item in items}
    return {row.order_id: row for row in Shipment.objects.filter(order__in=orders)} if orders else {}


def _disputes(items: Iterable[ActionItem]) -> dict[tuple[int, str], Dispute]:
    """The disputes that the items are about, by order and subject."""
    orders = {item.order_id for item in items if _dispute_of(item)}
    return {(row.order_id, row.subject): row for row in Dispute.objects.filter(order__in=orders)} if orders else {}


def _dispute_of(item: ActionItem) -> str:
    """The dispute's own subject: that of a missing exhibit names the exhibit, too."""
    return ":".join(item.subject.split(":")[:2]) if item.subject.startswith("dispute:") else ""


@dataclass(frozen=True)
class Outlook:
    """What happens by itself within a day."""

    writes: int = 0
    expires: int = 0
    completes: int = 0


def look_ahead(reader: Reader, *, now: datetime) -> Outlook:
    """Count the dates that fall due in the next 24 hours."""
    pending = Milestone.objects.for_member(reader.user).filter(state=MilestoneState.PENDING)
    soon = pending.filter(next_attempt_at__gte=now, next_attempt_at__lt=now + timedelta(days=1))
    counts = soon.aggregate(
        writes=Count("pk", filter=Q(kind__in=WRITING_KINDS)),
        expires=Count("pk", filter=Q(kind=MilestoneKind.PAYMENT_EXPIRY)),
        completes=Count("pk", filter=Q(kind=MilestoneKind.COMPLETION)),
    )
    return Outlook(**counts)
