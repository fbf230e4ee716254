"""Taking order and tracking files in: rows in batches, each batch one transaction, through the door for facts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from disputes.recording import take_in
from disputes.services.tracking_cases import follow_parcel
from orders.events import Event, EventType
from orders.importing.columns import Mapping
from orders.importing.orders_file import read_orders
from orders.importing.tracking_file import read_tracking
from orders.models import Buyer, Milestone, Order, Shipment, Store
from orders.models.milestones import MilestoneState
from orders.records import OrderRecord, RowError, TrackingRecord
from orders.services.arrivals import learn_arrivals
from orders.services.facts import Outcome
from orders.services.intake import buyer_key, correct_order, dated_facts, digest_of, start_order, status_fact
from orders.services.ledger import OrderLedger, lock_store, open_ledgers, save_ledgers
from orders.services.objections import Broken, odd_number
from orders.tax_ids import is_tax_id

BATCH = 200  # orders, or lines of tracking, to a transaction

Progress = Callable[[int], None]
Record = TypeVar("Record", OrderRecord, TrackingRecord)


@dataclass
class Report:
    """What became of a file, row by row; the contract's answer."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[RowError] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    scheduled: int = 0
    stale: int = 0
    odd_numbers: set[str] = field(default_factory=set)  # that the warnings name already

    def as_json(self) -> dict[str, Any]:
        """The contract's form."""
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [error.as_json() for error in self.rejected],
            "warnings": self.warnings,
            "milestones": {"scheduled": self.scheduled, "stale": self.stale},
        }

    def warn(self, row: int | None, outcomes: Iterable[Outcome]) -> None:
        """Keep what the rules had to say about a row."""
        for outcome in outcomes:
            for broken in (*outcome.violations, *outcome.warnings):
                self._note(row, broken)

    def warn_of_number(self, record: TrackingRecord) -> None:
        """Keep that a number looks odd, at the first row that has it: a parcel has many lines of news."""
        odd = odd_number(record.tracking_number)
        if odd and record.tracking_number not in self.odd_numbers:
            self.odd_numbers.add(record.tracking_number)
            self._note(record.row, odd)

    def _note(self, row: int | None, broken: Broken) -> None:
        self.warnings.append({"row": row, "rule": broken.rule, "message": broken.message})

    def count_milestones(self, ledger: OrderLedger) -> None:
        """Count the timers that a ledger is about to add."""
        states = [row.state for row in ledger.rows if isinstance(row, Milestone)]
        self.scheduled += states.count(MilestoneState.PENDING)
        self.stale += states.count(MilestoneState.STALE)


@dataclass(frozen=True)
class Intake:
    """A file's way into a store: whose it is, who brings it, and when (UTC)."""

    store: Store
    now: datetime
    actor: str
    on_progress: Progress = lambda _rows: None

    def import_orders(self, path: Path, *, timezone: str, mapping: Mapping | None) -> Report:
        """Take an order file in. Idempotent: the same file again is all unchanged.

        Raises UnusableFile when nothing of it can be read; a bad row alone is rejected, and the others land.
        """
        rows = read_orders(path, timezone=timezone, mapping=mapping, max_bytes=settings.IMPORT_MAX_BYTES)
        report = Report()
        for batch in _batches(iter(rows), report):
            self._store(batch, report, self._take_orders)
            self.on_progress(rows.rows_read)
        report.read = rows.rows_read
        _analyze(report)
        if report.created or report.updated:
            learn_arrivals(self.store, now=self.now)  # a store's past comes in by file: what it teaches need not wait
        return report

    def import_tracking(self, path: Path, *, timezone: str, mapping: Mapping | None = None) -> Report:
        """Take a tracking file in; news that is known already is unchanged. Raises UnusableFile."""
        rows = read_tracking(path, timezone=timezone, mapping=mapping, max_bytes=settings.IMPORT_MAX_BYTES)
        report = Report()
        for batch in _batches(iter(rows), report):
            self._store(batch, report, self._take_tracking)
            self.on_progress(rows.rows_read)
        report.read = rows.rows_read
        return report

    def _store(self, batch: list[Record], report: Report, take: Callable[[list[Record], Report], None]) -> None:
        """One transaction for the batch; when the database refuses it, one for each row, so that one row is lost."""
        trial = Report(odd_numbers=set(report.odd_numbers))
        try:
            with transaction.atomic():
                take(batch, trial)
        except (DatabaseError, ValueError, OverflowError) as error:
            if len(batch) == 1:
                message = f"could not be stored: {error}"
                report.rejected.append(RowError(batch[0].row or 0, "", _name(batch[0]), message))
                return
            for record in batch:
                self._store([record], report, take)
            return
        _merge(report, trial)

    # --- orders -------------------------------------------------------------------------------------------------------
    def _take_orders(self, batch: list[OrderRecord], report: Report) -> None:
        store = lock_store(self.store.pk)
        known = {ledger.order.order_number: ledger for ledger in self._known(store, batch)}
        buyers = {buyer.key: buyer for buyer in store.buyers.filter(key__in=[buyer_key(record) for record in batch])}
        ledgers = []
        for record in batch:
            ledger = known.get(record.order_number)
            if ledger is None:
                ledgers.append(self._create(store, record, buyers, report))
            elif ledger.order.record_digest == digest_of(record):
                report.unchanged += 1
            else:
                ledgers.append(self._update(ledger, record, report))
        save_ledgers(ledgers)

    def _known(self, store: Store, batch: list[OrderRecord]) -> list[OrderLedger]:
        numbers = [record.order_number for record in batch]
        orders = Order.objects.filter(store=store, order_number__in=numbers).prefetch_related("items")
        return open_ledgers(orders, now=self.now, actor=self.actor)

    def _create(self, store: Store, record: OrderRecord, buyers: dict[str, Buyer], report: Report) -> OrderLedger:
        ledger = start_order(record, store, now=self.now, actor=self.actor, buyer=buyers.get(buyer_key(record)))
        buyers[ledger.order.buyer.key] = ledger.order.buyer
        self._record_facts(ledger, record, report)
        follow_parcel(ledger)
        report.created += 1
        return ledger

    def _update(self, ledger: OrderLedger, record: OrderRecord, report: Report) -> OrderLedger:
        changed = correct_order(ledger, record)
        outcomes = self._record_facts(ledger, record, report)
        if changed:
            follow_parcel(ledger)
        if changed or any(outcome.is_new for outcome in outcomes):
            report.updated += 1
        else:
            report.unchanged += 1
        return ledger

    def _record_facts(self, ledger: OrderLedger, record: OrderRecord, report: Report) -> list[Outcome]:
        """The dated columns, then what only the status tells: of a new order that is history, for it has no date."""
        was_new = ledger.is_new
        outcomes = take_in(ledger, dated_facts(record, ledger.order))
        ledger.is_history = was_new
        if fact := status_fact(record, ledger.order):
            outcomes += take_in(ledger, [Event(fact, self.now, data={"status": record.status})])
        ledger.is_history = False
        if record.buyer.tax_id and not is_tax_id(record.buyer.tax_id) and ledger.policy.has("S1"):
            message = "the tax number is no valid CPF or CNPJ: ask the buyer for it"
            report.warnings.append({"row": record.row, "rule": "S1", "message": message})
        report.warn(record.row, outcomes)
        report.count_milestones(ledger)
        return outcomes

    # --- tracking -----------------------------------------------------------------------------------------------------
    def _take_tracking(self, batch: list[TrackingRecord], report: Report) -> None:
        lock_store(self.store.pk)
        parcels = self._parcels(batch)
        ids = {shipment.order_id for found in parcels.values() for shipment in found}
        ledgers = {
            ledger.order.pk: ledger
            for ledger in open_ledgers(Order.objects.filter(pk__in=ids), now=self.now, actor=self.actor)
        }
        for record in sorted(batch, key=lambda record: record.at):
            shipment = _parcel_of(record, parcels)
            report.warn_of_number(record)
            if shipment is None:
                error = "no order of this store has this parcel: import the order first"
                report.rejected.append(RowError(record.row or 0, "tracking_number", record.tracking_number, error))
                continue
            outcomes = take_in(ledgers[shipment.order_id], [_tracking_event(record)])
            report.warn(record.row, outcomes)
            report.created += sum(outcome.is_new for outcome in outcomes)
            report.unchanged += sum(not outcome.is_new for outcome in outcomes)
        for ledger in ledgers.values():
            report.count_milestones(ledger)
        save_ledgers(list(ledgers.values()))

    def _parcels(self, batch: list[TrackingRecord]) -> dict[str, list[Shipment]]:
        numbers = {record.tracking_number for record in batch}
        found: dict[str, list[Shipment]] = {}
        for shipment in Shipment.objects.filter(order__store=self.store, tracking_number__in=numbers):
            found.setdefault(shipment.tracking_number, []).append(shipment)
        return found


def _parcel_of(record: TrackingRecord, parcels: dict[str, list[Shipment]]) -> Shipment | None:
    """Numbers come back after a year or two: the youngest parcel that had left by then, else the first of all."""
    found = sorted(parcels.get(record.tracking_number, []), key=lambda shipment: shipment.shipped_at)
    return next((s for s in reversed(found) if s.shipped_at <= record.at), found[0] if found else None)


def _tracking_event(record: TrackingRecord) -> Event:
    names = ("tracking_number", "status", "description", "location", "source")
    return Event(EventType.TRACKING, record.at, data={name: getattr(record, name) for name in names})


def _batches(rows: Iterator[Record | RowError], report: Report) -> Iterator[list[Record]]:
    """The good records by the batch; the bad rows go to the report."""

    def good() -> Iterator[Record]:
        for row in rows:
            if isinstance(row, RowError):
                report.rejected.append(row)
            else:
                yield row

    records = good()
    while batch := list(islice(records, BATCH)):
        yield batch


def _merge(report: Report, trial: Report) -> None:
    for name in ("created", "updated", "unchanged", "scheduled", "stale"):
        setattr(report, name, getattr(report, name) + getattr(trial, name))
    report.rejected += trial.rejected
    report.warnings += trial.warnings
    report.odd_numbers |= trial.odd_numbers


def _name(record: OrderRecord | TrackingRecord) -> str:
    return record.order_number if isinstance(record, OrderRecord) else record.tracking_number


def _analyze(report: Report) -> None:
    """After a large import PostgreSQL's planner must not go by what the tables held before it."""
    if connection.vendor == "postgresql" and report.created > 1000:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE orders_order, orders_milestone")
