"""What a dispute that is over teaches: what was decided against what advice, what was shown, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk import clocks
from desk.access import Reader
from desk.dispute_words import RECOMMENDATIONS, exhibit_name
from disputes.checklists import is_proof
from disputes.lifecycle import DisputeState
from disputes.models import ActionItem, ActionState, AdviceEntry, Dispute, Offer
from disputes.services.lessons import Record, record_of_reason
from disputes.services.stakes import dispute_options
from evidence.models import Bundle, BundleState
from orders.events import EventType
from orders.models import TimelineEvent, User
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger

Words = str | Promise
BUYERS_OTHERS = 5


class Deed(StrEnum):
    """What the team did about the claim."""

    ACCEPTED = "accepted"
    CONTESTED = "contested"
    OFFERED = "offered"
    NOTHING = "nothing"


DEEDS: dict[Deed, Words] = {
    Deed.ACCEPTED: _("You accepted the claim."),
    Deed.CONTESTED: _("You contested it with evidence."),
    Deed.OFFERED: _("You made a counter-offer."),
    Deed.NOTHING: _("You did not answer."),
}
# The deeds that follow a recommendation; what is only to be found out first has none.
FITTING: dict[str, set[Deed]] = {
    "accept_refund": {Deed.ACCEPTED},
    "contest": {Deed.CONTESTED},
    "partial_refund": {Deed.OFFERED},
    "counter_offer": {Deed.OFFERED},
    "reship": {Deed.OFFERED},
}


@dataclass(frozen=True)
class Review:
    """A closed dispute looked back on. Amounts are written out; `is_followed` is None where the advice was to look."""

    deed: Words
    advice: Words
    rule: str
    is_followed: bool | None
    shown: list[str]
    version: int | None  # the bundle that was handed in
    missing: list[str]
    cost: str
    refund_at_once: str
    expected: str
    is_dearer: bool


@dataclass(frozen=True)
class Holding:
    """Who has the dispute: the people with its open items; nobody where none is given to anybody."""

    items: list[int]
    people: list[User]


def review_case(ledger: OrderLedger, dispute: Dispute) -> Review:
    """Look back on a dispute that is over."""
    deed = _deed(ledger, dispute)
    advice = _advice_then(dispute)
    handed_in = Bundle.objects.filter(dispute=dispute, state=BundleState.SUBMITTED).order_by("-number").first()
    cost, claimed = dispute.paid, dispute.claimed
    options = {option.name: option.cost for option in dispute_options(ledger, dispute)}
    return Review(
        deed=DEEDS[deed],
        advice=RECOMMENDATIONS.get(advice.recommendation, advice.recommendation) if advice else "",
        rule=advice.rule if advice else "",
        is_followed=_is_followed(deed, advice),
        shown=_shown(ledger, handed_in),
        version=handed_in.number if handed_in else None,
        missing=[exhibit_name(kind) for kind in advice.missing] if advice else [],
        cost=_money(cost, dispute),
        refund_at_once=_money(claimed, dispute),
        expected=_money(options.get("contest"), dispute),
        is_dearer=cost is not None and claimed is not None and cost > claimed,
    )


def _deed(ledger: OrderLedger, dispute: Dispute) -> Deed:
    if dispute.submitted_at:
        return Deed.CONTESTED
    accepted = [
        event
        for event in ledger.rows_of(TimelineEvent)
        if event.type == EventType.DISPUTE_ACCEPTED and event.kind == EventKind.COMMAND
    ]
    if dispute.state == DisputeState.ACCEPTED and any(event.at == dispute.closed_at for event in accepted):
        return Deed.ACCEPTED
    return Deed.OFFERED if Offer.objects.filter(dispute=dispute).exists() else Deed.NOTHING


def _advice_then(dispute: Dispute) -> AdviceEntry | None:
    """The advice when the team last acted: what came after could not be followed any more."""
    acted_at = dispute.submitted_at or dispute.answered_at or dispute.closed_at
    found: AdviceEntry | None = dispute.advice.filter(at__lte=acted_at).last() or dispute.advice.first()
    return found


def _is_followed(deed: Deed, advice: AdviceEntry | None) -> bool | None:
    if advice is None or advice.recommendation not in FITTING:
        return None
    return deed in FITTING[advice.recommendation]


def _shown(ledger: OrderLedger, bundle: Bundle | None) -> list[str]:
    """What was handed in, by kind; without a bundle, what the order's timeline knows of."""
    if bundle and (told := bundle.report.get("exhibits")):
        return [f"{row['mark']} · {exhibit_name(row['kind']) if row.get('kind') else row['title']}" for row in told]
    added = [event.data for event in ledger.rows_of(TimelineEvent) if event.type == EventType.EVIDENCE_ADDED]
    kinds = [str(data.get("kind", "")) for data in added if is_proof(data)]
    return [exhibit_name(kind) for kind in dict.fromkeys(kinds)]


def _money(amount: Decimal | None, dispute: Dispute) -> str:
    return "" if amount is None else clocks.format_money(amount, dispute.order.currency)


def told_record(dispute: Dispute) -> Record | None:
    """What such disputes came to so far; None where there was none."""
    record = record_of_reason(dispute) if dispute.reason else None
    return record if record and record.latest else None


def who_has(dispute: Dispute) -> Holding:
    """The people who have the dispute's open items."""
    open_items = ActionItem.objects.filter(order=dispute.order_id, state=ActionState.OPEN).select_related("assignee")
    items = [item for item in open_items if item.case == dispute.subject]
    return Holding([item.pk for item in items], list({item.assignee: None for item in items if item.assignee}))


def others_of_buyer(reader: Reader, dispute: Dispute) -> Sequence[Dispute]:
    """The latest disputes of the same buyer in the reader's stores, this one left out."""
    stores = [store.pk for store in reader.stores]
    buyer = dispute.order.buyer
    same = Dispute.objects.filter(order__buyer__store__in=stores, order__buyer__key=buyer.key)
    found: Sequence[Dispute] = same.exclude(pk=dispute.pk).select_related("order__store").order_by("-opened_at")
    return list(found[:BUYERS_OTHERS])
