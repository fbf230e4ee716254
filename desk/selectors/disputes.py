"""The list of disputes: by deadline, those that wait for us first, with what is still missing to prove our side."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.access import Reader
from desk.dispute_words import TURN_WORDS, Turn, turn_of
from desk.row_ids import read_id
from disputes.checklists import ChecklistSlot, checklist, is_proof
from disputes.deadlines import work_deadline
from disputes.lifecycle import DisputeState
from disputes.models import Dispute
from disputes.models.disputes import running_deadline
from disputes.reasons import Reason
from orders.events import EventType
from orders.models import Order, TimelineEvent
from orders.models.orders import OrderPart
from orders.models.timeline import EventKind

SHOWN = 25  # rows of a section, while all sections are shown
PAGE = 50  # rows of a section alone

SECTIONS: dict[str, str | Promise] = {
    "ours": _("Waiting for you"),
    "theirs": _("Waiting for the buyer or the platform"),
    "closed": _("Closed"),
}
STATES: dict[str, set[str]] = {
    "ours": {DisputeState.OPENED, DisputeState.EVIDENCE_DUE, DisputeState.EVIDENCE_MISSED},
    "theirs": {DisputeState.NEGOTIATING, DisputeState.EVIDENCE_SUBMITTED},
}
STATES["closed"] = set(DisputeState.values) - STATES["ours"] - STATES["theirs"]


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; `after` is the id of the last dispute of the page before."""

    state: str = ""
    reason: str = ""
    store: str = ""
    section: str = ""
    after: str = ""

    def __bool__(self) -> bool:
        return bool(self.state or self.reason or self.store)


@dataclass(frozen=True)
class Row:
    """A dispute in the list; `work_by` is the platform's deadline less our margin (D7), both UTC."""

    dispute: Dispute
    slots: list[ChecklistSlot]
    work_by: datetime | None
    platform_by: datetime | None

    @property
    def order(self) -> Order:
        """The order that it is about."""
        order: Order = self.dispute.order
        return order

    @property
    def turn(self) -> str | Promise:
        """Who has to act."""
        return TURN_WORDS[turn_of(self.dispute.state)]

    @property
    def is_ours(self) -> bool:
        """Whether that is us."""
        return turn_of(self.dispute.state) is Turn.OURS

    @property
    def missing(self) -> int:
        """How many exhibits of the checklist are not there yet."""
        return sum(not slot.is_filled for slot in self.slots)

    @property
    def filled(self) -> int:
        """How many are."""
        return len(self.slots) - self.missing

    @property
    def is_silent(self) -> bool:
        """Whether a deadline passed while nobody answered (D1, D8)."""
        return missed_answer(self.dispute) or self.dispute.state == DisputeState.EVIDENCE_MISSED


@dataclass(frozen=True)
class Section:
    """A part of the list; `more` is where its next page begins."""

    name: str
    label: str | Promise
    rows: list[Row] = field(default_factory=list)
    more: str = ""


def missed_answer(dispute: Dispute) -> bool:
    """Whether the answer is still owed though its deadline has passed (D1)."""
    return dispute.state == DisputeState.OPENED and dispute.response_missed_at is not None


def list_disputes(reader: Reader, filters: Filters) -> list[Section]:
    """The sections that hold anything; of one section alone, a page from the key on."""
    names = [filters.section] if filters.section in SECTIONS else list(SECTIONS)
    size = PAGE if filters.section in SECTIONS else SHOWN
    # The pages' ids first: with their orders and buyers beside them, all that are open would be sorted.
    ids = {name: _page(reader, filters, name, size) for name in names}
    rows = Dispute.objects.select_related("order__buyer", "order__store").in_bulk(chain.from_iterable(ids.values()))
    found = {name: [rows[pk] for pk in pks if pk in rows] for name, pks in ids.items()}
    given = exhibits_given([dispute.order_id for disputes in found.values() for dispute in disputes])
    return [
        Section(name, SECTIONS[name], _rows(disputes[:size], given), _more(disputes, size))
        for name, disputes in found.items()
        if disputes
    ]


def _page(reader: Reader, filters: Filters, section: str, size: int) -> list[int]:
    rows = _filtered(reader, filters).filter(state__in=STATES[section]).annotate(due=_due(section))
    falling = section == "closed"
    if filters.after and (last := _last(reader, filters.after, section)):
        beyond = "lt" if falling else "gt"
        rows = rows.filter(Q(**{f"due__{beyond}": last.due}) | Q(due=last.due, **{f"pk__{beyond}": last.pk}))
    order = ("-due", "-pk") if falling else ("due", "pk")
    return list(rows.order_by(*order).values_list("pk", flat=True)[: size + 1])


def _due(section: str) -> Any:
    """What a section is sorted by: the platform's deadline, or when the dispute closed."""
    return F("closed_at") if section == "closed" else running_deadline()


def _last(reader: Reader, pk: str, section: str) -> Any:
    return Dispute.objects.for_member(reader.user).annotate(due=_due(section)).filter(pk=read_id(pk)).first()


def _more(disputes: Sequence[Dispute], size: int) -> str:
    return str(disputes[size - 1].pk) if len(disputes) > size else ""


def _filtered(reader: Reader, filters: Filters) -> OrderPart:
    stores = [store.pk for store in reader.stores if filters.store in ("", store.slug)]
    disputes: OrderPart = Dispute.objects.filter(order__store__in=stores)
    if filters.state in DisputeState.values:
        disputes = disputes.filter(state=filters.state)
    if filters.reason in set(Reason):
        disputes = disputes.filter(reason=filters.reason)
    return disputes


def exhibits_given(orders: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Of each order the (kind, source) of what has been added to it."""
    given: dict[int, list[tuple[str, str]]] = defaultdict(list)
    events = TimelineEvent.objects.filter(
        order__in=set(orders), type=EventType.EVIDENCE_ADDED, kind__in=[EventKind.FACT, EventKind.COMMAND]
    )
    for order_id, data in events.values_list("order_id", "data"):
        if is_proof(data):
            given[order_id].append((data.get("kind", ""), data.get("source", "")))
    return given


def _rows(disputes: Iterable[Dispute], given: dict[int, list[tuple[str, str]]]) -> list[Row]:
    """The rows of a page by our own dates: stores with other margins may swap places with their neighbours (D7)."""
    rows = [_row(dispute, given[dispute.order_id]) for dispute in disputes]
    return sorted(rows, key=lambda row: row.work_by.timestamp() if row.work_by else 0.0)


def _row(dispute: Dispute, given: list[tuple[str, str]]) -> Row:
    order: Order = dispute.order
    is_ours = dispute.state in STATES["ours"]
    return Row(
        dispute,
        checklist(dispute.reason, given, is_delivered=order.delivered_at is not None),
        work_deadline(dispute, order.policy) if is_ours else None,
        dispute.deadline if is_ours else None,
    )
