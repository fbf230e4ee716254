"""The team's list: what is due, by day of the reader's clock; what is put aside; whose it is, and what it is worth."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.access import Reader
from desk.row_ids import read_id
from desk.selectors.cards import Card, load_cards
from disputes.models import ActionItem, ActionKind, ActionState
from disputes.models.actions import WORTH
from orders.models.orders import OrderPart

# A card is a form and a dozen sentences: a few of them are a page at once, the next come when they are asked for.
SHOWN = 8  # cards of the most urgent sections together, while all are shown
FEW = 1  # of each section after those
FEW_TODAY = 4  # of what is still due on this day
PAGE = 15  # cards of a section alone
MOST_COUNTED = 999  # of a section alone
FEW_COUNTED = 199  # of each beside the others

SECTIONS: dict[str, str | Promise] = {
    "upset": _("First: upset buyers"),
    "overdue": _("Overdue"),
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "week": _("Next 7 days"),
    "later": _("Later"),
    "snoozed": _("Put aside for now"),
}
ORDERS: dict[str, str | Promise] = {"": _("the date"), "amount": _("the amount at stake")}
MINE, NOBODYS = "mine", "nobody"


@dataclass(frozen=True)
class Section:
    """A part of the list."""

    name: str
    label: str | Promise
    count: int
    cards: list[Card] = field(default_factory=list)
    more: str = ""  # where the next page of this section begins
    most: int = MOST_COUNTED  # that are counted

    @property
    def is_capped(self) -> bool:
        """Whether there are more than we count."""
        return self.count > self.most


@dataclass(frozen=True)
class Filters:
    """What the reader wants to see: whose (`who`: his own, nobody's, or a user's id), and sorted by what."""

    store: str = ""
    kind: str = ""
    who: str = ""
    by: str = ""
    section: str = ""
    after: str = ""

    @property
    def is_any(self) -> bool:
        """Whether anything is left out."""
        return bool(self.store or self.kind or self.who or self.section)


def bounds(name: str, now: datetime, zone: ZoneInfo) -> Q:
    """The items that belong to a section, by the days of the reader's clock."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today, tomorrow, week = (midnight + timedelta(days=days) for days in (1, 2, 8))
    spans = {
        "overdue": Q(due_at__lt=now),
        "today": Q(due_at__gte=now, due_at__lt=today),
        "tomorrow": Q(due_at__gte=today, due_at__lt=tomorrow),
        "week": Q(due_at__gte=tomorrow, due_at__lt=week),
        "later": Q(due_at__gte=week),
    }
    is_aside = Q(snoozed_until__gt=now)
    is_first = Q(urgency__gt=0, due_at__lt=tomorrow)  # what an upset buyer waits for comes before what is late
    if name == "snoozed":
        return is_aside
    if name == "upset":
        return is_first & ~is_aside
    return (spans[name] if name in {"week", "later"} else spans[name] & Q(urgency=0)) & ~is_aside


def open_items(reader: Reader, filters: Filters) -> OrderPart:
    """The open items that the reader may see.

    By the item's own store, so that PostgreSQL reads the index of open items of these stores and nobody else's.
    """
    stores = [store.pk for store in reader.stores if filters.store in ("", store.slug)]
    items: OrderPart = ActionItem.objects.filter(state=ActionState.OPEN)
    items = items.filter(store=stores[0]) if len(stores) == 1 else items.filter(store__in=stores)
    if filters.kind in ActionKind.values:
        items = items.filter(kind=filters.kind)
    if filters.who == NOBODYS:
        return items.filter(assignee=None)
    who = reader.user.pk if filters.who == MINE else read_id(filters.who)
    return items.filter(assignee=who) if who else items


def list_sections(reader: Reader, filters: Filters, *, now: datetime) -> list[Section]:
    """The sections that hold anything, with their first cards; of one section alone, a page."""
    is_alone = filters.section in SECTIONS
    found: dict[str, list[int]] = {}
    items, most = open_items(reader, filters), MOST_COUNTED if is_alone else FEW_COUNTED
    for name in [filters.section] if is_alone else SECTIONS:
        rows = _sorted(items.filter(bounds(name, now, reader.zone)), filters, name)
        if filters.after:
            rows = _after(rows, reader, filters, name)
        found[name] = list(rows.values_list("pk", flat=True)[: most + 1])
    shown = {name: pks[:PAGE] for name, pks in found.items()} if is_alone else _shared_out(found)
    cards = load_cards(reader, [pk for pks in shown.values() for pk in pks], now=now)
    return [
        Section(
            name,
            SECTIONS[name],
            len(pks),
            [cards[pk] for pk in shown[name] if pk in cards],
            str(shown[name][-1]) if len(pks) > len(shown[name]) else "",
            most,
        )
        for name, pks in found.items()
        if pks
    ]


def _shared_out(found: dict[str, list[int]]) -> dict[str, list[int]]:
    """What of each section is shown beside the others: the urgent ones take the room, and none is left without.

    A list that is short enough to be one page stands there whole.
    """
    in_sight = {name: pks for name, pks in found.items() if name != "snoozed"}
    room, shown = SHOWN, {}
    if sum(map(len, in_sight.values())) <= PAGE:
        room = PAGE
    for name, pks in found.items():
        shown[name] = pks[: max(room, FEW_TODAY if name == "today" else FEW)]
        room -= len(shown[name])
    return shown


def _sorted(rows: OrderPart, filters: Filters, name: str) -> OrderPart:
    order: tuple[Any, ...] = ("snoozed_until" if name == "snoozed" else "due_at", "id")
    if filters.by == "amount":
        rows, order = rows.annotate(worth=WORTH), (WORTH.desc(), *order)
    return rows.order_by(*order)


def _after(rows: OrderPart, reader: Reader, filters: Filters, name: str) -> OrderPart:
    """What comes after the last item of the page before, though that may be done by now."""
    seen = ActionItem.objects.for_member(reader.user).filter(pk=read_id(filters.after))
    last: Any = seen.annotate(worth=WORTH).first()
    first = "snoozed_until" if name == "snoozed" else "due_at"
    instant = getattr(last, first, None)
    if instant is None:
        return rows
    later = Q(**{f"{first}__gt": instant}) | Q(**{first: instant}, pk__gt=last.pk)
    if filters.by != "amount":
        return rows.filter(later)
    return rows.filter(Q(worth__lt=last.worth) | Q(worth=last.worth) & later)
