"""Taking files in: rows in batches, each batch one transaction, through the door for facts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction

from disputes.adopting import catch_up
from disputes.case_parcels import case_parcels
from disputes.models import CaseParcel, ReviewSource
from disputes.recording import act_on_past, take_facts
from disputes.reviewing import Receipt, join_reviews, receive_reviews
from disputes.services.tracking_cases import follow_parcel
from orders.events import Event, EventType
from orders.importing.columns import Mapping
from orders.importing.contacts_file import read_contacts
from orders.importing.orders_file import read_orders
from orders.importing.reviews_file import read_reviews
from orders.importing.tracking_file import read_tracking
from orders.models import Buyer, Milestone, Order, Shipment, Store
from orders.models.milestones import MilestoneState
from orders.records import ContactRecord, OrderRecord, ReviewRecord, RowError, TrackingRecord
from orders.services.arrivals import learn_arrivals
from orders.services.contacts import ForgottenBuyer, add_contact
from orders.services.facts import Outcome
from orders.services.intake import DATED, buyer_key, correct_order, dated_facts, digest_of, start_order, status_fact
from orders.services.ledger import OrderLedger, lock_store, open_ledgers, save_ledgers
from orders.services.objections import Broken, odd_number
from orders.tax_ids import is_tax_id

BATCH = 200  # orders, or lines of tracking, to a transaction

HAPPENED = ("placed_at", *DATED)  # dates of a row by which something has happened
FUTURE_FROM = timedelta(days=1)  # ahead of now
CORRECT_IT = "correct it in the file, and import it again"

Progress = Callable[[int], None]
AnyParcel = Shipment | CaseParcel
Record = TypeVar("Record", OrderRecord, TrackingRecord, ContactRecord, ReviewRecord)


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

    def warn_of_future(self, record: OrderRecord, now: datetime) -> None:
        """Keep that a row tells of what has not happened: it is stored as the file has it, and a new file corrects it.

        A day is allowed for: a file's zone may be a wrong one, and clocks differ.
        """
        for name in HAPPENED:
            at = getattr(record, name)
            if at is not None and at > now + FUTURE_FROM:
                self._note(record.row, Broken("", f"{name} is '{at:%Y-%m-%d}', in the future: {CORRECT_IT}"))

    def _note(self, row: int | None, broken: Broken) -> None:
        self.warnings.append({"row": row, "rule": broken.rule, "message": broken.message})

    def count_milestones(self, ledger: OrderLedger) -> None:
        """Count the timers that a ledger is about to add."""
        states = [row.state for row in ledger.rows if isinstance(row, Milestone)]
        self.scheduled += states.count(MilestoneState.PENDING)
        self.stale += states.count(MilestoneState.STALE)


@dataclass(frozen=True)
class Intake:
    """A file's way into a store: whose it is, who brings it, and when (UTC).

    With a `clock` each batch has the instant of its turn: what is written late in a long file is recorded late, too.
    """

    store: Store
    now: datetime
    actor: str
    on_progress: Progress = lambda _rows: None
    clock: Callable[[], datetime] | None = None

    def import_orders(self, path: Path, *, timezone: str, mapping: Mapping | None) -> Report:
        """Take an order file in. Idempotent: the same file again is all unchanged.

        Raises UnusableFile when nothing of it can be read; a bad row alone is rejected, and the others land.
        """
        rows = read_orders(path, timezone=timezone, mapping=mapping, max_bytes=settings.IMPORT_MAX_BYTES)
        report = Report()
        for batch in _batches(iter(rows), report):
            self._store(batch, report, Intake._take_orders)
            self.on_progress(rows.rows_read)
        report.read = rows.rows_read
        _analyze(report)
        if report.created or report.updated:
            learn_arrivals(self.store, now=self.now)  # a store's past comes in by file: what it teaches need not wait
        return report

    def import_records(self, records: Iterable[OrderRecord]) -> Report:
        """Take in orders that come from elsewhere than a file, in the same way: the same again is all unchanged."""
        report = Report()
        for batch in _batches(iter(records), report):
            self._store(batch, report, Intake._take_orders)
            report.read += len(batch)
        return report

    def import_tracking(self, path: Path, *, timezone: str, mapping: Mapping | None = None) -> Report:
        """Take a tracking file in; news that is known already is unchanged. Raises UnusableFile."""
        rows = read_tracking(path, timezone=timezone, mapping=mapping, max_bytes=settings.IMPORT_MAX_BYTES)
        report = Report()
        for batch in _batches(iter(rows), report):
            self._store(batch, report, Intake._take_tracking)
            self.on_progress(rows.rows_read)
        report.read = rows.rows_read
        return report

    def import_contacts(self, path: Path, *, mapping: Mapping | None = None) -> Report:
        """Take over how buyers are reached; the same file again is all unchanged. Raises UnusableFile.

        Nothing leaves by it: what waits to be sent by hand goes on waiting until a person says otherwise.
        """
        rows = read_contacts(path, mapping=mapping, max_bytes=settings.IMPORT_MAX_BYTES)
        report = Report()
        for batch in _batches(iter(rows), report):
            self._store(batch, report, Intake._take_contacts)
            self.on_progress(rows.rows_read)
        report.read = rows.rows_read
        return report

    def import_reviews(self, path: Path, *, timezone: str, mapping: Mapping | None = None) -> Report:
        """Take a review file in; a review that is known and says the same is unchanged. Raises UnusableFile."""
        rows = read_reviews(path, timezone=timezone, mapping=mapping, max_bytes=settings.IMPORT_MAX_BYTES)
        report = Report()
        for batch in _batches(iter(rows), report):
            self._store(batch, report, Intake._take_reviews)
            self.on_progress(rows.rows_read)
        report.read = rows.rows_read
        return report

    def _store(
        self, batch: list[Record], report: Report, take: Callable[["Intake", list[Record], Report], None]
    ) -> None:
        """One transaction for the batch; when the database refuses it, one for each row, so that one row is lost.

        Raises OperationalError where it is not the row that is to blame: whoever brings the rows brings them again.
        """
        trial = Report(odd_numbers=set(report.odd_numbers))
        try:
            with transaction.atomic():
                take(self._in_turn(), batch, trial)
        except (DatabaseError, ValueError, OverflowError) as error:
            if len(batch) == 1:
                if isinstance(error, OperationalError):
                    raise
                message = f"could not be stored: {error}"
                report.rejected.append(RowError(batch[0].row or 0, "", _name(batch[0]), message))
                return
            for record in batch:
                self._store([record], report, take)
            return
        _merge(report, trial)

    def _in_turn(self) -> "Intake":
        """This, as it is once no other file of the store is written to the database."""
        store = lock_store(self.store.pk)
        return replace(self, store=store, now=self.clock() if self.clock else self.now)

    # --- orders -------------------------------------------------------------------------------------------------------
    def _take_orders(self, batch: list[OrderRecord], report: Report) -> None:
        known = {ledger.order.order_number: ledger for ledger in self._known(batch)}
        buyers = self._buyers(batch, known.values())
        ledgers = []
        for record in batch:
            ledger = known.get(record.order_number)
            if ledger is None:
                ledgers.append(self._create(record, buyers, report))
            elif ledger.order.record_digest == digest_of(record):
                report.unchanged += 1
            else:
                ledgers.append(self._update(ledger, record, report))
        save_ledgers(ledgers)
        if join_reviews(ledgers):
            save_ledgers(ledgers)

    def _known(self, batch: list[OrderRecord]) -> list[OrderLedger]:
        numbers = [record.order_number for record in batch]
        orders = Order.objects.filter(store=self.store, order_number__in=numbers).prefetch_related("items")
        return open_ledgers(orders, now=self.now, actor=self.actor)

    def _buyers(self, batch: list[OrderRecord], known: Iterable[OrderLedger]) -> dict[str, Buyer]:
        """The buyers whom the store knows by their keys, held: one who is being forgotten is not filled in again."""
        at_hand = {ledger.order.buyer_id: ledger.order.buyer for ledger in known}
        found = self.store.buyers.filter(key__in=map(buyer_key, batch)).select_for_update().order_by("pk")
        return {buyer.key: at_hand.get(buyer.pk, buyer) for buyer in found}

    def _create(self, record: OrderRecord, buyers: dict[str, Buyer], report: Report) -> OrderLedger:
        ledger = start_order(record, self.store, now=self.now, actor=self.actor, buyer=buyers.get(buyer_key(record)))
        buyers[ledger.order.buyer.key] = ledger.order.buyer
        self._record_facts(ledger, record, report)
        follow_parcel(ledger)
        report.created += 1
        return ledger

    def _update(self, ledger: OrderLedger, record: OrderRecord, report: Report) -> OrderLedger:
        catch_up(ledger)
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
        outcomes = take_facts(ledger, dated_facts(record, ledger.order))
        ledger.is_history = was_new
        if fact := status_fact(record, ledger):
            outcomes += take_facts(ledger, [Event(fact, self.now, data={"status": record.status})])
        ledger.is_history = False
        act_on_past(ledger)
        if record.buyer.tax_id and not is_tax_id(record.buyer.tax_id) and ledger.policy.has("S1"):
            message = "the tax number is no valid CPF or CNPJ: ask the buyer for it"
            report.warnings.append({"row": record.row, "rule": "S1", "message": message})
        report.warn_of_future(record, self.now)
        report.warn(record.row, outcomes)
        report.count_milestones(ledger)
        return outcomes

    # --- reviews ------------------------------------------------------------------------------------------------------
    def _take_reviews(self, batch: list[ReviewRecord], report: Report) -> None:
        received = receive_reviews(self.store, batch, source=ReviewSource.FILE, now=self.now, actor=self.actor)
        for one in received:
            report.created += one.receipt is Receipt.CREATED
            report.updated += one.receipt is Receipt.UPDATED
            report.unchanged += one.receipt is Receipt.UNCHANGED

    # --- contacts -----------------------------------------------------------------------------------------------------
    def _take_contacts(self, batch: list[ContactRecord], report: Report) -> None:
        numbers = [record.order_number for record in batch]
        orders = Order.objects.filter(store=self.store, order_number__in=numbers)
        known = {ledger.order.order_number: ledger for ledger in open_ledgers(orders, now=self.now, actor=self.actor)}
        for record in batch:
            if error := _take_contact(known.get(record.order_number), record, report):
                report.rejected.append(RowError(record.row or 0, "order_number", record.order_number, error))
        save_ledgers(list(known.values()))

    # --- tracking -----------------------------------------------------------------------------------------------------
    def _take_tracking(self, batch: list[TrackingRecord], report: Report) -> None:
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
            outcomes = take_facts(ledgers[shipment.order_id], [_tracking_event(record)])
            report.warn(record.row, outcomes)
            report.created += sum(outcome.is_new for outcome in outcomes)
            report.unchanged += sum(not outcome.is_new for outcome in outcomes)
        for ledger in ledgers.values():
            act_on_past(ledger)
            report.count_milestones(ledger)
        save_ledgers(list(ledgers.values()))

    def _parcels(self, batch: list[TrackingRecord]) -> dict[str, list[AnyParcel]]:
        """By their numbers: the orders' own, and those of after-sale cases whose number is none of an order's own."""
        numbers = {record.tracking_number for record in batch}
        found: dict[str, list[AnyParcel]] = {}
        for shipment in Shipment.objects.filter(order__store=self.store, tracking_number__in=numbers):
            found.setdefault(shipment.tracking_number, []).append(shipment)
        for number, parcels in case_parcels(self.store, numbers - set(found)).items():
            found[number] = [*parcels]
        return found


def _take_contact(ledger: OrderLedger | None, record: ContactRecord, report: Report) -> str:
    """Why a line cannot be used, or an empty string once it is taken over."""
    if ledger is None:
        return "no order of this store has this number: import the order first"
    try:
        if add_contact(ledger, record):
            report.updated += 1
        else:
            report.unchanged += 1
    except ForgottenBuyer as error:
        return str(error)
    return ""


def _parcel_of(record: TrackingRecord, parcels: dict[str, list[AnyParcel]]) -> AnyParcel | None:
    """Numbers come back after a year or two: the youngest parcel that had left by then, else the first of all."""
    found = sorted(parcels.get(record.tracking_number, []), key=_left_at)
    return next((parcel for parcel in reversed(found) if _left_at(parcel) <= record.at), found[0] if found else None)


def _left_at(parcel: AnyParcel) -> datetime:
    left_at: datetime = parcel.shipped_at if isinstance(parcel, Shipment) else parcel.sent_at or parcel.case.opened_at
    return left_at


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


def _name(record: OrderRecord | TrackingRecord | ContactRecord | ReviewRecord) -> str:
    return record.tracking_number if isinstance(record, TrackingRecord) else record.order_number


def _analyze(report: Report) -> None:
    """After a large import PostgreSQL's planner must not go by what the tables held before it."""
    if connection.vendor == "postgresql" and report.created > 1000:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE orders_order, orders_milestone, orders_searchtext")
