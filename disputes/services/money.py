"""The ledger of goodwill and compensation: what money or money's worth went to a buyer beside his refund.

A line is booked, paid or voided, never changed. Instants are UTC; amounts are in the line's own currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from disputes.arithmetic import CENT, rate_between
from disputes.case_refusals import CaseRefused
from disputes.case_terms import MoneyKind
from disputes.models import AfterSaleCase, MoneyEntry
from disputes.services.after_sale_following import follow_case
from disputes.services.after_sale_rows import open_cases
from orders.models import Order, Store
from orders.models.timeline import EventKind
from orders.planning import promise_end
from orders.policies import Policy
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

RULE = "R9"
# The rule that explains a line, where whoever books it names none.
RULES: dict[MoneyKind, str] = {
    MoneyKind.GOODWILL: "R7",
    MoneyKind.RETENTION: "R2",
    MoneyKind.DELAY: "R9",
    MoneyKind.FEE: "R8",
    MoneyKind.RETURN_POSTAGE: "R8",
    MoneyKind.RESHIP: "R7",
}


# --- computing --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DelaySum:
    """What a delay is worth (R9): days late times the daily amount, up to the cap; in the rule's currency."""

    days: int
    daily: Decimal
    cap: Decimal | None
    amount: Decimal
    currency: str

    def as_json(self) -> dict[str, Any]:
        """How it was computed, for the line of the ledger."""
        return {"days": self.days, "daily": str(self.daily), "cap": None if self.cap is None else str(self.cap)}


def days_late(order: Order, policy: Policy, *, now: datetime) -> int:
    """Begun days between the promised instant (S6) and the arrival, or now while it has not arrived; 0 when in time."""
    promised = promise_end(order, policy)
    late = (order.delivered_at or now) - promised if promised else timedelta(0)
    return max(0, -(-late // timedelta(days=1)))


def delay_sum(order: Order, policy: Policy, *, now: datetime, days: int | None = None) -> DelaySum | None:
    """The compensation that R9 gives for so many days, by default those it is late; None where the rule is off."""
    daily, cap = policy.value(RULE, "daily"), policy.value(RULE, "cap")
    if daily is None:
        return None
    count = days_late(order, policy, now=now) if days is None else days
    amount = Decimal(str(daily)) * count
    limit = None if cap is None else Decimal(str(cap))
    capped = amount if limit is None else min(amount, limit)
    return DelaySum(count, Decimal(str(daily)), limit, capped.quantize(CENT), policy.value(RULE, "currency"))


def delay_due(computed: DelaySum, lines: Iterable[MoneyEntry]) -> Decimal:
    """What of it stands in none of the order's lines yet: a delay that grew is compensated for the days since."""
    standing = [row for row in lines if row.kind == MoneyKind.DELAY and row.voided_at is None]
    booked = sum((row.amount for row in standing if row.currency == computed.currency), Decimal(0))
    return max(Decimal(0), computed.amount - booked)


# --- booking ----------------------------------------------------------------------------------------------------------
def book(
    order_id: int,
    kind: MoneyKind,
    amount: Decimal,
    currency: str,
    *,
    now: datetime,
    actor: str,
    rule: str = "",
    reason: str = "",
    case_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> MoneyEntry:
    """Book a line on an order, and on one of its cases. Raises CaseRefused, Order.DoesNotExist."""
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        case = next((row for row in ledger.rows_of(AfterSaleCase) if case_id and row.pk == case_id), None)
        if case_id and case is None:
            raise CaseRefused(RULE, _("the case is not one of this order"))
        entry = book_in(ledger, kind, amount, currency, rule=rule, reason=reason, case=case, data=data)
        if case:
            follow_case(ledger, case)
        save_ledgers([ledger])
    return entry


def book_in(
    ledger: OrderLedger,
    kind: MoneyKind,
    amount: Decimal,
    currency: str,
    *,
    rule: str = "",
    reason: str = "",
    case: AfterSaleCase | None = None,
    data: Mapping[str, Any] | None = None,
) -> MoneyEntry:
    """The same on an open ledger."""
    if amount <= 0:
        raise CaseRefused(rule or RULES[kind], _("an amount above 0 is needed"))
    if len(currency) != 3:
        raise CaseRefused(rule or RULES[kind], _("the currency is not known: name one, such as USD"))
    entry = MoneyEntry(
        order=ledger.order,
        case=case,
        kind=kind,
        rule=rule or RULES[kind],
        amount=amount.quantize(CENT),
        currency=currency.upper(),
        data=dict(data or {}),
        booked_at=ledger.now,
        booked_by=ledger.actor,
        reason=reason[:200],
    )
    ledger.add(entry)
    _note(ledger, entry, "booked", text=reason)
    return entry


def pay(entry_id: int, *, now: datetime, actor: str, paid_at: datetime | None = None) -> MoneyEntry:
    """Note that a line was paid, at `paid_at` (UTC) or now; its case goes on. Raises CaseRefused."""
    with transaction.atomic():
        ledger, entry = _open(entry_id, now=now, actor=actor)
        if entry.voided_at or entry.paid_at:
            raise CaseRefused(entry.rule, _("this line is voided") if entry.voided_at else _("this line is paid"))
        if paid_at is not None and paid_at > now:
            raise CaseRefused(entry.rule, _("the day of payment lies in the future"))
        entry.paid_at = paid_at or now
        entry.save(update_fields=["paid_at"])
        _note(ledger, entry, "paid")
        _go_on(ledger, entry)
        save_ledgers([ledger])
    return entry


def void(entry_id: int, reason: str, *, now: datetime, actor: str) -> MoneyEntry:
    """Strike a wrong line out, and say why; one that was paid is paid. Raises CaseRefused."""
    with transaction.atomic():
        ledger, entry = _open(entry_id, now=now, actor=actor)
        if entry.voided_at or entry.paid_at:
            raise CaseRefused(
                entry.rule,
                _("this line is voided") if entry.voided_at else _("this line is paid: book what comes back"),
            )
        if not reason.strip():
            raise CaseRefused(entry.rule, _("say why the line is wrong"))
        strike_out(ledger, entry, reason)
        _go_on(ledger, entry)
        save_ledgers([ledger])
    return entry


def strike_out(ledger: OrderLedger, entry: MoneyEntry, reason: str) -> None:
    """The same on an open ledger, of a line that stands and is not paid."""
    entry.voided_at, entry.reason = ledger.now, reason.strip()[:200]
    entry.save(update_fields=["voided_at", "reason"])
    _note(ledger, entry, "voided", text=reason.strip())


def _open(entry_id: int, *, now: datetime, actor: str) -> tuple[OrderLedger, MoneyEntry]:
    """The line as it stands once its order is locked. Raises MoneyEntry.DoesNotExist."""
    order_id = MoneyEntry.objects.values_list("order_id", flat=True).get(pk=entry_id)
    ledger = open_ledger(order_id, now=now, actor=actor)
    return ledger, next(row for row in ledger.rows_of(MoneyEntry) if row.pk == entry_id)


def _go_on(ledger: OrderLedger, entry: MoneyEntry) -> None:
    for case in open_cases(ledger):
        if case.pk == entry.case_id:
            follow_case(ledger, case)


def _note(ledger: OrderLedger, entry: MoneyEntry, what: str, *, text: str = "") -> None:
    data = {"kind": entry.kind, "amount": str(entry.amount), "currency": entry.currency, **entry.data}
    private = {"text": text} if text else None
    ledger.write(EventKind.NOTE, f"money_{what}", at=ledger.now, rule=entry.rule, data=data, private=private)


# --- sums -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Total:
    """A sum of lines that stand, by kind and currency, and what of it is paid."""

    kind: MoneyKind
    currency: str
    booked: Decimal
    paid: Decimal


def order_totals(order: Order) -> list[Total]:
    """What an order has cost beside its refunds, voided lines left out."""
    return add_up(order.money_entries.filter(voided_at=None))


def add_up(entries: Iterable[MoneyEntry]) -> list[Total]:
    """Sums of the lines, by kind and currency, in the order of the kinds."""
    booked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        key = (entry.kind, entry.currency)
        booked[key] += entry.amount
        paid[key] += entry.amount if entry.paid_at else 0
    kinds = list(MoneyKind)
    keys = sorted(booked, key=lambda key: (kinds.index(MoneyKind(key[0])), key[1]))
    return [Total(MoneyKind(kind), currency, booked[kind, currency], paid[kind, currency]) for kind, currency in keys]


def store_totals(store: Store, since: datetime, until: datetime) -> list[Total]:
    """The same for all lines that a store booked from `since` to before `until` (UTC), added up by the database."""
    standing = MoneyEntry.objects.filter(order__store=store, booked_at__gte=since, booked_at__lt=until, voided_at=None)
    by_kind = standing.values("kind", "currency").order_by("kind", "currency")
    paid = {
        (row["kind"], row["currency"]): row["total"]
        for row in by_kind.filter(paid_at__isnull=False).annotate(total=Sum("amount"))
    }
    return [
        Total(
            MoneyKind(row["kind"]), row["currency"], row["total"], paid.get((row["kind"], row["currency"]), Decimal(0))
        )
        for row in by_kind.annotate(total=Sum("amount"))
    ]


def in_store_currency(totals: Iterable[Total], store: Store) -> Decimal | None:
    """All of it in the store's currency; None where it has no rate for one of the currencies."""
    whole = Decimal(0)
    for total in totals:
        rate = rate_between(total.currency, store.currency, store.exchange_rates)
        if rate is None:
            return None
        whole += total.booked * rate
    return whole.quantize(CENT)
