"""One order under its lock, with every row that a fact adds, until all is written at once.

The same code serves one event from a page and ten thousand rows of a file: only the number of ledgers that
`save_ledgers` writes together differs.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from django.db import models, transaction
from django_fsm import can_proceed

from orders.models import Buyer, Milestone, Order, OrderItem, PrivateData, SearchText, Shipment, Store, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind, chain_name, private_digest
from orders.policies import Policy
from orders.services.asking import Blank, ReadyQuery, make_partial, names_among
from orders.services.inserting import insert_rows
from orders.services.rewriting import rewrite, stored_values
from orders.services.searching import index_buyers, index_orders, new_search_text
from orders.services.webhooks import queue_deliveries
from orders.triage import read_facts, triage

Row = TypeVar("Row", bound=models.Model)
CONSEQUENCES = {EventKind.ACTION, EventKind.MESSAGE, EventKind.NOTE}
OPEN_STATES = {MilestoneState.PENDING, MilestoneState.CLAIMED}
LINE = names_among(Order, {"id", "state", "store_id", "order_number", "timeline_length", "timeline_head"})
PARTS = (Milestone, Shipment)  # nearly everybody asks for them
REHEARSAL = "replay"  # who acts on the virtual clock of a rehearsal
ENDED_STATES = {MilestoneState.FIRED, MilestoneState.CANCELLED}


@dataclass
class OrderLedger:
    """What is known of one order, and what has been added to it since it was opened.

    `now` is the instant of the work (UTC), `actor` who does it: a user's id or the name of a door.
    """

    order: Order
    now: datetime
    actor: str
    rows: list[models.Model] = field(default_factory=list)
    changed: list[Milestone] = field(default_factory=list)
    cause: TimelineEvent | None = None  # the event whose consequences are being written
    is_new: bool = False
    filed: tuple[Any, ...] = ()  # what its parcel was filed by last
    is_refiled: bool = False  # the parcel stands in another queue than before
    written_at: datetime | None = None  # where `now` is an instant of the past: when it is really written down (UTC)
    is_history: bool = False  # what is recorded now is told to nobody, whatever its date
    is_complete: bool = False  # it began with the order: what it does not know of is not there
    is_line_only: bool = False  # opened for a line on the timeline: of the order nothing else was read
    is_adopting: bool = False  # its dates are being brought under changed rules: what that puts into the past is stale
    told: list[TimelineEvent] = field(default_factory=list)  # what webhooks are to hear of
    read: dict[str, list[Any]] = field(default_factory=dict)
    stored: dict[str, Any] = field(default_factory=dict)  # the order's columns, as the database has them
    numbers: list[str] = field(default_factory=list)  # of its parcels, as the database has them, once they are read
    held: dict[int, Milestone] = field(default_factory=dict)  # dates at hand before the others are read, by their id
    together: list["OrderLedger"] = field(default_factory=list, repr=False, compare=False)  # opened at once
    shared: dict[str, list[Any]] = field(default_factory=dict)  # read once for all that were opened at once

    @property
    def policy(self) -> Policy:
        """The rules' values for this order."""
        return self.order.policy

    @property
    def milestones(self) -> list[Milestone]:
        """The order's dates, the earliest first and those just added last."""
        return self.rows_of(Milestone)

    @property
    def shipments(self) -> list[Shipment]:
        """The order's parcels, as they left."""
        return self.rows_of(Shipment)

    @property
    def is_behind(self) -> bool:
        """Whether the store has changed its rules since the order's dates were planned."""
        return not self.is_new and self.order.rules_revision < self.order.store.rules_revision

    def is_news(self, at: datetime) -> bool:
        """Whether something that happened at `at` is still news to the buyer and the team, or history by now (S7)."""
        span = self.policy.value("S7", "news_for") or timedelta(0)
        return not self.is_history and (self.now - at < span or at == self.now)

    def move(self, change: Callable[[datetime], None], at: datetime, *, of: str = "order") -> bool:
        """Take a transition of a machine if it allows it from here; say whether it did.

        `change` is a bound transition: of the order, or of what stands in `of`, such as its dispute.
        """
        machine: Any = getattr(change, "__self__")  # noqa: B009  a method's type does not promise it
        before = machine.state
        if not can_proceed(change):
            return False
        change(at)
        self.note_move(of, before, machine.state)
        return True

    def note_move(self, of: str, before: str, after: str) -> None:
        """Keep a move with the event that caused it: the one written last that is no mere consequence."""
        if self.cause is not None:
            self.cause.data.setdefault("transitions", []).append({"of": of, "from": str(before), "to": str(after)})

    def write(
        self,
        kind: str,
        type_: str,
        *,
        at: datetime,
        rule: str = "",
        data: dict[str, Any] | None = None,
        private: dict[str, Any] | None = None,
    ) -> TimelineEvent:
        """Append an event to the order's timeline; it is sealed into the chain when the ledger is saved."""
        salt = secrets.token_hex(16) if private else ""
        self.order.timeline_length += 1
        event = TimelineEvent(
            order=self.order,
            sequence=self.order.timeline_length,
            at=at,
            recorded_at=self.written_at or self.now,
            kind=kind,
            type=type_,
            rule=rule,
            actor=self.actor,
            data=data or {},
            private_digest=private_digest(salt, private) if private else "",
        )
        self.add(event)
        # Of an order that comes in with its past only what is news is told; of one that is here, all but history.
        if self.order.store.has_webhooks and not self.is_history and (not self.is_new or self.is_news(at)):
            self.told.append(event)
        if kind not in CONSEQUENCES:
            self.cause = event
        if private:
            self.add(PrivateData(event=event, salt=salt, data=private))
        return event

    def file_parcel(self) -> None:
        """Bring the order into the queue of the tracking desk where it stands now, or out of it (T1)."""
        facts = (read_facts(self.order), self.policy, self.now)
        if facts == self.filed:
            return
        self.filed = facts
        finding = triage(self.order, self.policy, now=self.now)
        queue = finding.queue if finding else ""
        if queue != self.order.tracking_queue:
            self.order.tracking_queue, self.order.queued_at = queue, finding.since if finding else None
            self.is_refiled = True

    @property
    def is_renamed(self) -> bool:
        """Whether the order is to be found by other parcels or items than before; its buyer's names are his own."""
        parcels = self.read.get(Shipment.__name__, [])  # whoever changes one has read them
        return self.numbers != _numbers(parcels) or any(isinstance(row, (OrderItem, Shipment)) for row in self.rows)

    def seal(self) -> None:
        """Chain the events written since the last saving to those before them."""
        for event in self.rows:
            if isinstance(event, TimelineEvent):
                event.previous_hash = self.order.timeline_head
                event.hash = self.order.timeline_head = event.compute_hash(chain_name(self.order))

    def add(self, row: models.Model) -> None:
        """Keep a new row until the ledger is saved."""
        self.rows.append(row)
        if self.is_complete or type(row).__name__ in self.read:
            self.read.setdefault(type(row).__name__, []).append(row)

    def rows_of(self, model: type[Row]) -> list[Row]:
        """The order's rows of a model, those just added included; read once, for the order is locked."""
        if self.is_complete:
            return self.read.setdefault(model.__name__, [])
        if model.__name__ not in self.read:
            self._read_rows(model)
        return self.read[model.__name__]

    def _read_rows(self, model: type[Row]) -> None:
        """Read them for this order, and for those opened with it that stand alike: they will be asked for the same."""
        alike = {
            other.order.pk: other
            for other in self.together or [self]
            if (model in PARTS or other.stored.get("state") == self.stored.get("state"))
            and model.__name__ not in other.read
        }
        found: dict[int, list[Any]] = {pk: [] for pk in alike}
        rows: Iterable[Any] = model._default_manager.filter(order__in=alike)
        for row in rows:
            held = alike[row.order_id].held if model is Milestone else {}
            found[row.order_id].append(held.get(row.pk, row))
        for pk, other in alike.items():
            if model is Shipment:
                other.numbers = _numbers(found[pk])
            other.read[model.__name__] = [*found[pk], *(row for row in other.rows if isinstance(row, model))]

    def remember(self, name: str, read: Callable[[], list[Any]]) -> list[Any]:
        """Something read once while the ledger is open."""
        if name not in self.read:
            self.read[name] = read()
        return self.read[name]

    def remember_of_store(self, name: str, read: Callable[[], list[Any]]) -> list[Any]:
        """Something of the order's store, read once for all ledgers that were opened together."""
        key = f"{name} of store {self.order.store_id}"
        if key not in self.shared:
            self.shared[key] = read()
        return self.shared[key]


def open_ledger(order_id: int, *, now: datetime, actor: str) -> OrderLedger:
    """Lock the order and read what is known of it. Must run in a transaction. Raises Order.DoesNotExist."""
    ledgers = open_ledgers(Order.objects.filter(pk=order_id), now=now, actor=actor)
    if not ledgers:
        raise Order.DoesNotExist(f"there is no order {order_id}")
    return ledgers[0]


def open_ledgers(orders: models.QuerySet[Order], *, now: datetime, actor: str) -> list[OrderLedger]:
    """Lock several orders, always by rising id so that two batches cannot wait for each other.

    Orders of one buyer share his row, so that what is said of him with one of them is known with the next.
    """
    locked = list(orders.select_for_update(of=("self",)).order_by("pk"))
    # Only now: while we waited for the locks the rules may have been changed, or a buyer forgotten.
    stores: dict[int, Store] = Store.objects.in_bulk({order.store_id for order in locked})
    buyers: dict[int, Buyer] = Buyer.objects.in_bulk({order.buyer_id for order in locked})
    shared: dict[str, list[Any]] = {}
    together: list[OrderLedger] = []
    for order in locked:
        order.store, order.buyer = stores[order.store_id], buyers[order.buyer_id]
        ledger = OrderLedger(order=order, now=now, actor=actor)
        ledger.stored, ledger.together, ledger.shared = stored_values(order), together, shared
        together.append(ledger)
    return together


def open_timeline(order_id: int, store: Store, *, now: datetime, actor: str) -> OrderLedger:
    """Lock an order for a line on its timeline and nothing else: only what a line needs is read of it.

    `store` is the order's, read a moment ago. Must run in a transaction. Raises Order.DoesNotExist.
    """
    for values in _line_question().ask(order=order_id):
        order = make_partial(Order, LINE, values)
        order.store = store
        return OrderLedger(order=order, now=now, actor=actor, stored=stored_values(order), is_line_only=True)
    raise Order.DoesNotExist(f"there is no order {order_id}")


@cache
def _line_question() -> ReadyQuery:
    locked = Order.objects.select_for_update().filter(pk=Blank("order", models.BigAutoField())).order_by()
    return ReadyQuery(locked.values_list(*LINE))


def _numbers(shipments: Iterable[Shipment]) -> list[str]:
    return [shipment.tracking_number for shipment in shipments]


def view_ledger(
    order: Order,
    *,
    now: datetime,
    actor: str = "",
    milestones: Iterable[Milestone] | None = None,
    shipments: Iterable[Shipment] | None = None,
) -> OrderLedger:
    """The ledger of an order that nobody has locked, to be looked at and never saved, with what is at hand of it."""
    ledger = OrderLedger(order=order, now=now, actor=actor)
    at_hand: dict[type[models.Model], Iterable[Any] | None] = {Milestone: milestones, Shipment: shipments}
    ledger.read = {model.__name__: list(rows) for model, rows in at_hand.items() if rows is not None}
    return ledger


def new_ledger(order: Order, *, now: datetime, actor: str) -> OrderLedger:
    """The ledger of an order that is not stored yet."""
    return OrderLedger(order=order, now=now, actor=actor, is_new=True, is_complete=True)


def save_ledgers(ledgers: Sequence[OrderLedger]) -> None:
    """Write everything that was added, in one transaction."""
    for ledger in ledgers:
        if not ledger.is_line_only:
            ledger.file_parcel()
        ledger.seal()
    with transaction.atomic(savepoint=False):
        new = [ledger.order for ledger in ledgers if ledger.is_new]
        # Two new orders of one batch may share a new buyer.
        insert_rows(Buyer, list({id(order.buyer): order.buyer for order in new if order.buyer.pk is None}.values()))
        insert_rows(Order, new)
        known = [ledger for ledger in ledgers if not ledger.is_new]
        touched = [ledger for ledger in known if ledger.rows or ledger.changed or ledger.is_refiled]
        rewrite(((ledger.order, ledger.stored) for ledger in touched), guard="state")
        _write_rows(row for ledger in ledgers for row in ledger.rows)
        _write_changed(milestone for ledger in ledgers for milestone in ledger.changed)
        _write_search_texts(ledgers)
        if told := [event for ledger in ledgers for event in ledger.told]:
            queue_deliveries(told, now=max(ledger.now for ledger in ledgers))
    for ledger in ledgers:
        ledger.stored, ledger.numbers = stored_values(ledger.order), _numbers(ledger.read.get(Shipment.__name__, []))
        ledger.rows, ledger.changed, ledger.told, ledger.is_new, ledger.is_refiled, ledger.cause = (
            [],
            [],
            [],
            False,
            False,
            None,
        )


def _write_rows(rows: Iterable[models.Model]) -> None:
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    # What others point at comes first.
    first: list[type[models.Model]] = [Shipment, TimelineEvent]
    for model in [*(m for m in first if m in by_model), *(m for m in by_model if m not in first)]:
        insert_rows(model, by_model[model])


def _write_search_texts(ledgers: Sequence[OrderLedger]) -> None:
    """What new orders are found by is at hand; of the others it is read anew, where a name has changed."""
    new = [ledger for ledger in ledgers if ledger.is_new]
    insert_rows(SearchText, [new_search_text(row.order, row.shipments, row.rows_of(OrderItem)) for row in new])
    index_orders(ledger.order.pk for ledger in ledgers if ledger.is_renamed and not ledger.is_new)
    known = [ledger.order for ledger in ledgers if not ledger.is_line_only]
    index_buyers({order.buyer_id for order in known if order.buyer.is_renamed})


def _write_changed(changed: Iterable[Milestone]) -> None:
    """Those that only ended, and ended alike, are one statement; one whose date moved is one by itself."""
    ended: dict[tuple[str, datetime | None, str, str], list[int]] = defaultdict(list)
    stored = [milestone for milestone in changed if milestone.pk]
    times = Counter(milestone.pk for milestone in stored)
    for milestone in {milestone.pk: milestone for milestone in stored}.values():
        if milestone.state in ENDED_STATES and times[milestone.pk] == 1:
            ended[milestone.state, milestone.outcome_at, milestone.reason, milestone.last_error].append(milestone.pk)
        else:
            milestone.save()
    for (state, outcome_at, reason, last_error), ids in ended.items():
        Milestone.objects.filter(pk__in=ids).update(
            state=state,
            outcome_at=outcome_at,
            reason=reason,
            last_error=last_error,
            claim_token=None,
            lease_until=None,
        )


def lock_store(store_id: int) -> Store:
    """Hold the store's row, so that two files of one store are taken in one after the other."""
    store: Store = Store.objects.select_for_update().get(pk=store_id)
    return store
