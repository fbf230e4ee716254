"""The ledger of goodwill and compensation: what is owed to buyers first, then what was paid or voided, and its sums."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from desk.access import Reader
from desk.case_words import MONEY_STATES, Words
from desk.row_ids import read_id
from disputes.models import MoneyEntry, MoneyKind
from disputes.spans import MONTH, MONTHS, months_back
from orders.models.orders import OrderPart

PAGE = 50
SHOWN = 25  # lines of a section, while both are shown
BATCH = 500
UNPAID, SETTLED = "unpaid", "settled"
IS_UNPAID = Q(paid_at=None, voided_at=None)


@dataclass(frozen=True)
class Filters:
    """What the reader asked for: a month as "2026-11" on his own clock; `after` is the last line of the page before."""

    store: str = ""
    kind: str = ""
    month: str = ""
    section: str = ""
    after: str = ""

    def __bool__(self) -> bool:
        return bool(self.store or self.kind or self.month)


@dataclass(frozen=True)
class Section:
    """A part of the ledger; `more` is where its next page begins."""

    name: str
    label: Words
    entries: list[MoneyEntry] = field(default_factory=list)
    more: str = ""


@dataclass(frozen=True)
class Booked:
    """What was booked of one kind in one store and currency; voided lines count for nothing."""

    store: str
    currency: str
    kind: str
    lines: int
    unpaid: Decimal
    paid: Decimal

    @property
    def label(self) -> Words:
        """What the kind is called."""
        return MoneyKind(self.kind).label if self.kind in MoneyKind.values else self.kind

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.unpaid + self.paid


def list_sections(reader: Reader, filters: Filters) -> list[Section]:
    """The sections that hold anything, what is not paid first; of one section alone, a page."""
    names = [filters.section] if filters.section in MONEY_STATES else list(MONEY_STATES)
    size = PAGE if filters.section in MONEY_STATES else SHOWN
    found = {name: _page(reader, filters, name, size) for name in names}
    return [
        Section(name, MONEY_STATES[name], rows[:size], str(rows[size - 1].pk) if len(rows) > size else "")
        for name, rows in found.items()
        if rows
    ]


def _page(reader: Reader, filters: Filters, section: str, size: int) -> list[MoneyEntry]:
    rows = _filtered(reader, filters).filter(IS_UNPAID if section == UNPAID else ~IS_UNPAID)
    is_falling = section == SETTLED
    if filters.after and (last := _last(reader, filters.after)):
        beyond, at = ("lt" if is_falling else "gt"), last.booked_at
        rows = rows.filter(Q(**{f"booked_at__{beyond}": at}) | Q(booked_at=at, **{f"pk__{beyond}": last.pk}))
    order = ("-booked_at", "-pk") if is_falling else ("booked_at", "pk")
    return list(rows.select_related("order__buyer", "order__store", "case").order_by(*order)[: size + 1])


def list_sums(reader: Reader, filters: Filters, *, now: datetime) -> list[tuple[datetime, list[Booked]]]:
    """Month by month on the reader's clock, the newest first: what was booked, by store, currency and kind."""
    rows = _filtered(reader, filters).filter(voided_at=None)
    if not filters.month:
        rows = rows.filter(booked_at__gte=_first_of_months(reader, now)[-1])
    grouped = rows.annotate(month=TruncMonth("booked_at", tzinfo=reader.zone)).order_by(
        "-month", "order__store__name", "currency", "kind"
    )
    sums: dict[datetime, list[Booked]] = {}
    for row in grouped.values("month", "order__store__name", "currency", "kind").annotate(
        lines=Count("pk"), total=Sum("amount"), paid=Sum("amount", filter=Q(paid_at__isnull=False))
    ):
        paid = row["paid"] or Decimal(0)
        names = (row["order__store__name"], row["currency"], row["kind"])
        sums.setdefault(row["month"], []).append(Booked(*names, row["lines"], row["total"] - paid, paid))
    return list(sums.items())


def months_offered(reader: Reader, now: datetime) -> list[tuple[str, datetime]]:
    """The months that can be chosen, by their name in an address and their first instant."""
    return [(f"{first:%Y-%m}", first) for first in _first_of_months(reader, now)]


def list_entries(reader: Reader, filters: Filters) -> Iterator[MoneyEntry]:
    """Every line that matches, the oldest first, batch by batch."""
    rows = _filtered(reader, filters).select_related("order__store", "case").order_by("booked_at", "pk")
    batch = list(rows[:BATCH])
    while batch:
        yield from batch
        last = batch[-1]
        later = Q(booked_at__gt=last.booked_at) | Q(booked_at=last.booked_at, pk__gt=last.pk)
        batch = list(rows.filter(later)[:BATCH])


def _first_of_months(reader: Reader, now: datetime) -> list[datetime]:
    days = months_back(now.astimezone(reader.zone).date(), MONTHS)
    return [datetime(day.year, day.month, 1, tzinfo=reader.zone) for day in days]


def _filtered(reader: Reader, filters: Filters) -> OrderPart:
    stores = [store.pk for store in reader.stores if filters.store in ("", store.slug)]
    rows: OrderPart = MoneyEntry.objects.filter(order__store__in=stores)
    if filters.kind in MoneyKind.values:
        rows = rows.filter(kind=filters.kind)
    span = _month(filters.month, reader)
    return rows.filter(booked_at__gte=span[0], booked_at__lt=span[1]) if span else rows


def _month(text: str, reader: Reader) -> tuple[datetime, datetime] | None:
    """From when until when a month lasts; None for what is no month."""
    if not (found := MONTH.fullmatch(text)):
        return None
    first = datetime(int(found[1]), int(found[2]), 1, tzinfo=reader.zone)
    return first, first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def _last(reader: Reader, pk: str) -> MoneyEntry | None:
    last: MoneyEntry | None = MoneyEntry.objects.for_member(reader.user).filter(pk=read_id(pk)).first()
    return last
