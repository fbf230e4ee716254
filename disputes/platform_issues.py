"""Taking a dispute of the platform in: which order and item it is about, and what of it is no news any more.

Whatever was entered by hand or came by file is the same dispute: it is joined, and told no second time.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from disputes.lifecycle import DisputeState
from disputes.models import Dispute, Offer
from disputes.platform_orders import DOOR, fetch_order
from disputes.recording import take_in
from disputes.services.dispute_rows import is_same_item
from orders.events import Event, EventType
from orders.models import Order, OrderItem, PlatformAccount, PlatformIssue, PlatformLine
from orders.platform.gateway import Gateway
from orders.platform.issue_facts import END, NOTICE, OPENED, Fact, facts_of
from orders.platform.issue_forms import ISSUE_DETAIL, Issue, Solution, detail_question, read_issue
from orders.platform.terms import issue_terms
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

OURS = {EventType.COUNTER_OFFER, EventType.DISPUTE_ACCEPTED}
NO_ORDER, END_UNKNOWN = "no_order", "end_unknown"


def fetch_issue(gateway: Gateway, number: str, buyer_login: str) -> Issue:
    """A dispute with its steps and plans. Raises PlatformError."""
    return read_issue(gateway.ask(ISSUE_DETAIL, detail_question(number, buyer_login)))


def take_issue(
    account: PlatformAccount, gateway: Gateway, issue: Issue, *, now: datetime, modified: str = "", ours: str = DOOR
) -> PlatformIssue:
    """Record what the dispute tells that is not on its order's timeline yet. Raises PlatformError.

    `modified` is the platform's word for when it changed, `ours` who did the steps of our side, where that is known.
    An order that we do not know is asked for first.
    """
    order = _order_of(account, issue) or fetch_order(account, gateway, issue.parent, now=now)
    row = _row_of(account, issue, order)
    if order is not None:
        with transaction.atomic():
            ledger = open_ledger(order.pk, now=now, actor=DOOR)
            row = PlatformIssue.objects.select_for_update(of=("self",)).get(pk=row.pk)
            _Joining(ledger, row, issue, ours).take()
            save_ledgers([ledger])
            _note(row, issue, now=now, modified=modified)
            _link(row, ledger)
            row.save()
    else:
        row.problem = NO_ORDER
        _note(row, issue, now=now, modified=modified)
        row.save()
    return row


def _order_of(account: PlatformAccount, issue: Issue) -> Order | None:
    """By the number of the whole order, else by that of its line: the platform's lists name the line."""
    mine = Order.objects.filter(store=account.store_id)
    order: Order | None = mine.filter(order_number=issue.parent).first()
    line = PlatformLine.objects.filter(account=account, child_number=issue.child).select_related("order").first()
    return order or (line.order if line else None)


def _row_of(account: PlatformAccount, issue: Issue, order: Order | None) -> PlatformIssue:
    about = {"child_number": issue.child, "order": order}
    row, is_new = PlatformIssue.objects.get_or_create(account=account, issue_number=issue.number, defaults=about)
    if not is_new and row.order_id is None and order is not None:
        row.order, row.problem = order, ""
        row.save(update_fields=["order", "problem"])
    return row


def _note(row: PlatformIssue, issue: Issue, *, now: datetime, modified: str) -> None:
    row.status, row.modified, row.read_at = issue.status[:40], modified[:64], now
    row.solutions = [_told(plan) for plan in issue.solutions]
    row.buyer_login = issue.buyer_login or row.buyer_login
    if issue.is_over:
        row.closed_at, row.buyer_login = row.closed_at or now, ""


def _told(plan: Solution) -> dict[str, object]:
    """A plan as the workbench shows it."""
    return {
        "number": plan.number,
        "owner": plan.owner,
        "kind": plan.kind,
        "status": plan.status,
        "amounts": {currency: str(amount) for currency, amount in plan.amounts.items()},
        "made_at": plan.made_at.isoformat() if plan.made_at else "",
    }


def _link(row: PlatformIssue, ledger: OrderLedger) -> None:
    """Whether it is over and we cannot tell how: then a person has to say it."""
    dispute = _linked(row, ledger)
    if row.closed_at and dispute is not None and dispute.is_open:
        row.problem = END_UNKNOWN
    elif row.problem in {END_UNKNOWN, NO_ORDER}:
        row.problem = ""


def _linked(row: PlatformIssue, ledger: OrderLedger) -> Dispute | None:
    number = row.dispute_number
    return next((dispute for dispute in ledger.rows_of(Dispute) if dispute.number == number), None)


# --- one dispute on one ledger ----------------------------------------------------------------------------------------
@dataclass
class _Joining:
    ledger: OrderLedger
    row: PlatformIssue
    issue: Issue
    ours: str

    def take(self) -> None:
        """Record the facts that are news, each under the same key once."""
        for fact in facts_of(self.issue, currency=self.ledger.order.currency):
            if fact.key in self.row.seen:
                continue
            if fact.key == OPENED:
                self._open(fact)
            elif not self._is_known(fact):
                self._record(fact.event)
            self.row.seen = [*self.row.seen, fact.key]

    def _open(self, fact: Fact) -> None:
        """Join the dispute that is there already, or open one."""
        joined = self._same_dispute(fact)
        item = joined.item if joined else self._item()
        if joined is None or (joined.state == DisputeState.OPENED and self._says_more(fact, joined)):
            self._record(fact.event, item=item)
        same = [dispute for dispute in self.ledger.rows_of(Dispute) if dispute.is_open and dispute.item == item]
        dispute = joined or max(same, key=lambda one: one.number, default=None)
        self.row.dispute_number = dispute.number if dispute else None

    def _same_dispute(self, fact: Fact) -> Dispute | None:
        """A dispute of this item, or of the whole order, that came in by hand or by file and is joined to none."""
        others = PlatformIssue.objects.filter(order=self.ledger.order).exclude(pk=self.row.pk)
        taken = set(others.values_list("dispute_number", flat=True))
        free = [dispute for dispute in self.ledger.rows_of(Dispute) if dispute.number not in taken]
        item = self._item()
        about = [one for one in free if not one.item or is_same_item(self.ledger, one.item, item)]
        near = issue_terms().same_offer
        fitting = [one for one in about if one.is_open or abs(one.opened_at - fact.event.at) <= near]
        return max(fitting, key=lambda one: (one.is_open, one.number), default=None)

    def _item(self) -> str:
        """The line that the dispute is about, by its SKU or its position; of an order with one line the whole order."""
        items = sorted(self.ledger.rows_of(OrderItem), key=lambda item: item.position)
        lines = PlatformLine.objects.filter(account=self.row.account_id, child_number=self.issue.child)
        position = lines.values_list("position", flat=True).first()
        item = next((item for item in items if item.position == position), None)
        if item is None or len(items) < 2:
            return ""
        return item.sku or str(item.position)

    def _says_more(self, fact: Fact, dispute: Dispute) -> bool:
        told = {"reason": dispute.reason, "amount": dispute.amount}
        return any(name in fact.event.data and fact.event.data[name] != value for name, value in told.items())

    def _record(self, event: Event, *, item: str | None = None) -> None:
        if item is None:
            dispute = _linked(self.row, self.ledger)
            item = dispute.item if dispute else ""
        self.ledger.actor = self.ours if event.type in OURS else DOOR
        named = Event(event.type, event.at, data={**event.data, **({"item": item} if item else {})})
        take_in(self.ledger, [named])

    def _is_known(self, fact: Fact) -> bool:
        """Whether a person or a file has told it already."""
        dispute = _linked(self.row, self.ledger)
        if dispute is None or not dispute.is_open:
            return True
        if fact.key == NOTICE:
            return dispute.noticed_at is not None
        if fact.event.type is EventType.COUNTER_OFFER:
            return self._is_offered(dispute, fact.event)
        is_change = fact.event.type is EventType.DISPUTE_CHANGED and fact.key != END
        return is_change and fact.event.data.get("amount") == dispute.amount and dispute.changed_at >= fact.event.at

    def _is_offered(self, dispute: Dispute, event: Event) -> bool:
        amount: Decimal = event.data["amount"]
        stored = Offer.objects.filter(dispute=dispute.pk) if dispute.pk else Offer.objects.none()
        near = issue_terms().same_offer
        return any(offer.amount == amount and abs(offer.at - event.at) <= near for offer in stored)
