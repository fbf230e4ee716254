"""The queue of after-sale cases: by next date, the late ones first, with the one next step of each."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from desk.access import Reader
from desk.case_words import kind_name, step_name
from desk.row_ids import read_id
from desk.selectors.today import MINE, NOBODYS
from disputes.case_lifecycle import AfterSaleState
from disputes.causes import CauseGroup
from disputes.models import AfterSaleCase
from disputes.playbooks import load_playbooks
from orders.models.orders import OrderPart

PAGE = 50
MOST_COUNTED = 999
AMOUNTS = ["20", "50", "100", "500", "1000"]  # in the order's own currency
# What a case is about in money: what was decided on, else what is asked for, else the whole order.
STAKE = Coalesce("granted", "amount", "order__total")


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; `after` is the id of the last case of the page before."""

    store: str = ""
    kind: str = ""
    cause: str = ""
    who: str = ""  # his own, nobody's, or a user's id
    state: str = ""
    stake: str = ""  # at least so much
    after: str = ""

    def __bool__(self) -> bool:
        return bool(self.store or self.kind or self.cause or self.who or self.state or self.stake)

    @property
    def is_closed(self) -> bool:
        """Whether closed cases are asked for: they stand by their opening, the newest first."""
        return self.state == AfterSaleState.CLOSED


@dataclass(frozen=True)
class Row:
    """A case in the queue; `stake` is in the order's currency."""

    case: AfterSaleCase
    stake: Decimal | None

    @property
    def step(self) -> str:
        """What comes next."""
        return step_name(self.case.kind, self.case.step) if self.case.step else ""


@dataclass(frozen=True)
class Chip:
    """A kind and how many cases of it stand in the queue."""

    kind: str
    label: str
    count: int


@dataclass(frozen=True)
class Page:
    """A page of the queue; `more` is where the next one begins."""

    rows: list[Row] = field(default_factory=list)
    more: str = ""


def list_cases(reader: Reader, filters: Filters) -> Page:
    """A page of the cases that match, who has waited longest first."""
    rows = _filtered(reader, filters).annotate(stake=STAKE)
    key, is_falling = ("opened_at", True) if filters.is_closed else ("next_at", False)
    if filters.after and (last := _last(reader, filters.after)):
        beyond, instant = "lt" if is_falling else "gt", getattr(last, key)
        rows = rows.filter(Q(**{f"{key}__{beyond}": instant}) | Q(**{key: instant, f"pk__{beyond}": last.pk}))
    order = (f"-{key}", "-pk") if is_falling else (key, "pk")
    found: list[Any] = list(
        rows.select_related("order__buyer", "order__store", "responsible").order_by(*order)[: PAGE + 1]
    )
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Page([Row(case, case.stake) for case in found[:PAGE]], more)


def count_kinds(reader: Reader, filters: Filters) -> tuple[list[Chip], bool]:
    """How many of each kind match, whatever kind is chosen, and whether there are more than we count."""
    asked = Filters(filters.store, "", filters.cause, filters.who, filters.state, filters.stake)
    kinds = list(_filtered(reader, asked).values_list("kind", flat=True).order_by()[: MOST_COUNTED + 1])
    counts = Counter(kinds[:MOST_COUNTED])
    known = [*load_playbooks(), *sorted(counts.keys() - load_playbooks().keys())]
    chips = [Chip(kind, kind_name(kind), counts[kind]) for kind in known if counts[kind]]
    return chips, len(kinds) > MOST_COUNTED


def _filtered(reader: Reader, filters: Filters) -> OrderPart:
    stores = [store.pk for store in reader.stores if filters.store in ("", store.slug)]
    cases: OrderPart = AfterSaleCase.objects.filter(order__store__in=stores)
    cases = cases.filter(closed_at__isnull=not filters.is_closed)
    if filters.kind:
        cases = cases.filter(kind=filters.kind)
    if filters.cause in CauseGroup.values:
        cases = cases.filter(cause=filters.cause)
    if filters.state in AfterSaleState.values:
        cases = cases.filter(state=filters.state)
    if filters.stake in AMOUNTS:
        cases = cases.annotate(at_stake=STAKE).filter(at_stake__gte=Decimal(filters.stake))
    if filters.who == NOBODYS:
        return cases.filter(responsible=None)
    who = reader.user.pk if filters.who == MINE else read_id(filters.who)
    return cases.filter(responsible=who) if who else cases


def _last(reader: Reader, pk: str) -> AfterSaleCase | None:
    last: AfterSaleCase | None = AfterSaleCase.objects.for_member(reader.user).filter(pk=read_id(pk)).first()
    return last
