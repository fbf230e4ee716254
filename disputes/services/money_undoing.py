"""A line of the ledger that was marked by mistake: the word is taken back while nobody has gone on from it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from disputes.case_facts import RECONSIDERED
from disputes.case_lifecycle import AfterSaleState
from disputes.case_refusals import CaseRefused
from disputes.models import AfterSaleCase, CaseStep, MoneyEntry
from orders.models import TimelineEvent
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

TAKE_BACK_WITHIN = timedelta(minutes=15)  # later, others have acted on it
GONE_ON = {AfterSaleState.SETTLED, AfterSaleState.CLOSED}


def unpay(entry_id: int, *, now: datetime, actor: str) -> MoneyEntry:
    """The line was not paid after all. `now` is UTC; only who said so just now takes it back. Raises CaseRefused."""
    with transaction.atomic():
        ledger, entry = _open(entry_id, now=now, actor=actor)
        _refuse(ledger, entry, "money_paid", is_marked=entry.paid_at is not None)
        entry.paid_at = None
        entry.save(update_fields=["paid_at"])
        _note(ledger, entry, "money_unpaid")
        save_ledgers([ledger])
    return entry


def unvoid(entry_id: int, *, now: datetime, actor: str) -> MoneyEntry:
    """The line was right after all. `now` is UTC; only who struck it out just now takes it back. Raises CaseRefused."""
    with transaction.atomic():
        ledger, entry = _open(entry_id, now=now, actor=actor)
        _refuse(ledger, entry, "money_voided", is_marked=entry.voided_at is not None)
        _refuse_reconsidered(ledger, entry)
        entry.voided_at, entry.reason = None, ""  # it said why the line was wrong
        entry.save(update_fields=["voided_at", "reason"])
        _note(ledger, entry, "money_unvoided")
        save_ledgers([ledger])
    return entry


def may_take_back(entry: MoneyEntry) -> bool:
    """Whether nothing has followed from the line yet: its case has neither ended nor given the buyer all."""
    return entry.case is None or entry.case.state not in GONE_ON


def _open(entry_id: int, *, now: datetime, actor: str) -> tuple[OrderLedger, MoneyEntry]:
    order_id = MoneyEntry.objects.values_list("order_id", flat=True).get(pk=entry_id)
    ledger = open_ledger(order_id, now=now, actor=actor)
    return ledger, next(row for row in ledger.rows_of(MoneyEntry) if row.pk == entry_id)


def _refuse(ledger: OrderLedger, entry: MoneyEntry, event: str, *, is_marked: bool) -> None:
    mine = (row for row in ledger.rows_of(TimelineEvent) if row.type == event and row.actor == ledger.actor)
    is_fresh = any(ledger.now - row.recorded_at <= TAKE_BACK_WITHIN and _is_about(row, entry) for row in mine)
    if not is_marked or not is_fresh:
        raise CaseRefused(entry.rule, _("this cannot be taken back any more"))
    case = next((row for row in ledger.rows_of(AfterSaleCase) if row.pk == entry.case_id), None)
    if case is not None and case.state in GONE_ON:
        raise CaseRefused(entry.rule, _("the case has gone on from it: book a new line instead"))


def _refuse_reconsidered(ledger: OrderLedger, entry: MoneyEntry) -> None:
    """What was struck out with the decision behind it stands again by a new decision alone: else it is paid twice."""
    anew = [row for row in ledger.rows_of(CaseStep) if row.case_id == entry.case_id and row.name == RECONSIDERED]
    if entry.case_id and entry.voided_at and any(row.taken_at >= entry.voided_at for row in anew):
        raise CaseRefused(entry.rule, _("the decision was taken back with it: approve it anew"))


def _is_about(event: TimelineEvent, entry: MoneyEntry) -> bool:
    said = (event.data.get("kind"), event.data.get("amount"), event.data.get("currency"))
    return said == (entry.kind, str(entry.amount), entry.currency)


def _note(ledger: OrderLedger, entry: MoneyEntry, event: str) -> None:
    data = {"kind": entry.kind, "amount": str(entry.amount), "currency": entry.currency}
    ledger.write(EventKind.NOTE, event, at=ledger.now, rule=entry.rule, data=data)
