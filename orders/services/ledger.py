"""One order under its lock, with every row that a fact adds, until all is written at once.

The same code serves one event from a page and ten thousand rows of a file: only the number of ledgers that
`save_ledgers` writes together differs.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django_fsm import can_proceed

from orders.models import Buyer, Milestone, Order, PrivateData, Shipment, Store, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind, chain_name, private_digest
from orders.policies import Policy
from orders.services.inserting import insert_rows
from orders.services.rewriting import rewrite, stored_values
from orders.triage import triage

Row = TypeVar("Row", bound=models.Model)
CONSEQUENCES = {EventKind.ACTION, EventKind.MESSAGE, EventKind.NOTE}
OPEN_STATES = {MilestoneState.PENDING, MilestoneState.CLAIMED}
ENDED_STATES = {MilestoneState.FIRED, MilestoneState.CANCELLED}


@dataclass
class OrderLedger:
    """What is known of one order, and what has been added to it since it was opened.

    `now` is the instant of the work (UTC), `actor` who does it: a user's id or the name of a door.
    """

    order: Order
    now: datetime
    actor: str
    milestones: list[Milestone]
    shipments: list[Shipment]
    rows: list[models.Model] = field(default_factory=list)
    changed: list[Milestone] = field(default_factory=list)
    cause: TimelineEvent | None = None  # the event whose consequences are being written
    is_new: bool = False
    is_refiled: bool = False  # the parcel stands in another queue than before
    is_history: bool = False  # what is recorded now is told to nobody, whatever its date
    is_complete: bool = False  # it began with the order: what it does not know of is not there
    read: dict[str, list[Any]] = field(default_factory=dict)
    stored: dict[str, Any] = field(default_factory=dict)  # the order's columns, as the database has them
    together: list["OrderLedger"] = field(default_factory=list, repr=False, compare=False)  # opened at once
    shared: dict[str, list[Any]] = field(default_factory=dict)  # read once for all that were opened at once

    @property
    def policy(self) -> Policy:
        """The rules' values for this order."""
        return self.order.policy

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
        salt = secrets.token_hex(16)
        self.order.timeline_length += 1
        event = TimelineEvent(
            order=self.order,
            sequence=self.order.timeline_length,
            at=at,
            recorded_at=self.now,
            kind=kind,
            type=type_,
            rule=rule,
            actor=self.actor,
            data=data or {},
            private_digest=private_digest(salt, private) if private else "",
        )
        self.add(event)
        if kind not in CONSEQUENCES:
            self.cause = event
        if private:
            self.add(PrivateData(event=event, salt=salt, data=private))
        return event

    def file_parcel(self) -> None:
        """Bring the order into the queue of the tracking desk where it stands now, or out of it (T1)."""
        finding = triage(self.order, self.policy, now=self.now)
        queue = finding.queue if finding else ""
        if queue != self.order.tracking_queue:
            self.order.tracking_queue, self.order.queued_at = queue, finding.since if finding else None
            self.is_refiled = True

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
            if other.stored.get("state") == self.stored.get("state") and model.__name__ not in other.read
        }
        found: dict[int, list[Any]] = {pk: [] for pk in alike}
        rows: Iterable[Any] = model._default_manager.filter(order__in=alike)
        for row in rows:
            found[row.order_id].append(row)
        for pk, other in alike.items():
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
    """Lock several orders, always by rising id so that two batches cannot wait for each other."""
    together = _lock(orders, now=now, actor=actor)
    ledgers = {ledger.order.pk: ledger for ledger in together}
    for milestone in Milestone.objects.filter(order__in=ledgers).order_by("due_at", "id"):
        ledgers[milestone.order_id].milestones.append(milestone)
    for shipment in Shipment.objects.filter(order__in=ledgers):
        ledgers[shipment.order_id].shipments.append(shipment)
    return together


def open_timeline(order_id: int, *, now: datetime, actor: str) -> OrderLedger:
    """Lock the order for a line on its timeline and nothing else: neither its dates nor its parcels are read.

    Must run in a transaction. Raises Order.DoesNotExist.
    """
    for ledger in _lock(Order.objects.filter(pk=order_id), now=now, actor=actor):
        return ledger
    raise Order.DoesNotExist(f"there is no order {order_id}")


def _lock(orders: models.QuerySet[Order], *, now: datetime, actor: str) -> list[OrderLedger]:
    locked = orders.select_for_update(of=("self",)).select_related("buyer", "store").order_by("pk")
    shared: dict[str, list[Any]] = {}
    stores: dict[int, Store] = {}
    together: list[OrderLedger] = []
    for order in locked:
        order.store = stores.setdefault(order.store_id, order.store)
        ledger = OrderLedger(order=order, now=now, actor=actor, milestones=[], shipments=[])
        ledger.stored, ledger.together, ledger.shared = stored_values(order), together, shared
        together.append(ledger)
    return together


def new_ledger(order: Order, *, now: datetime, actor: str) -> OrderLedger:
    """The ledger of an order that is not stored yet."""
    return OrderLedger(order=order, now=now, actor=actor, milestones=[], shipments=[], is_new=True, is_complete=True)


def save_ledgers(ledgers: Sequence[OrderLedger]) -> None:
    """Write everything that was added, in one transaction."""
    for ledger in ledgers:
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
    for ledger in ledgers:
        ledger.stored = stored_values(ledger.order)
        ledger.rows, ledger.changed, ledger.is_new, ledger.is_refiled, ledger.cause = [], [], False, False, None


def _write_rows(rows: Iterable[models.Model]) -> None:
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    # What others point at comes first.
    first: list[type[models.Model]] = [Shipment, TimelineEvent]
    for model in [*(m for m in first if m in by_model), *(m for m in by_model if m not in first)]:
        insert_rows(model, by_model[model])


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
