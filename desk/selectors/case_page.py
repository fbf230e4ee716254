"""One after-sale case on its page: what it is made of, its time against the target, and what is left to close it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from desk.access import DeskRequest, readable, workable
from desk.selectors import timeline
from desk.selectors.timeline import Entry
from disputes.case_facts import CaseFacts
from disputes.case_terms import ParcelWay
from disputes.models import AfterSaleCase, CaseStep, MoneyEntry
from disputes.playbooks import Since
from messaging.models import Message
from orders.models import Order, User

MOST_LETTERS = 20


@dataclass(frozen=True)
class Handling:
    """How long a case has taken until it was decided, against its rule's target; both are spans of time."""

    took: timedelta
    target: timedelta
    rule: str

    @property
    def is_over(self) -> bool:
        """Whether it took, or takes already, longer."""
        return self.took > self.target


def case_of(request: DeskRequest, pk: int, *, to_change: bool) -> AfterSaleCase:
    """The case with its order, buyer and store. Raises Http404."""
    rows = AfterSaleCase.objects.select_related("order__buyer", "order__store", "responsible")
    case: AfterSaleCase = (workable if to_change else readable)(rows, request, pk=pk)
    return case


def people_of(case: AfterSaleCase, steps: Iterable[CaseStep]) -> dict[str, User]:
    """Who took part in a case, by the name that its rows give them."""
    said = {case.decided_by, case.approved_by, *(row.taken_by for row in steps)}
    ids = {int(name) for name in said if name.isdigit()}
    return {str(pk): user for pk, user in User.objects.in_bulk(ids).items()} if ids else {}


def handling_of(facts: CaseFacts) -> Handling | None:
    """The case's time, from its opening or its return's arrival, against its target; None where its rule names none."""
    steps = [step for step in facts.playbook.steps if step.within and step.within.since is not Since.TURN]
    if not steps or steps[0].within is None:
        return None
    within, case = steps[0].within, facts.case
    target = facts.policy.value(within.rule, within.value)
    parcel = facts.parcel(ParcelWay.BACK)
    start = case.opened_at if within.since is Since.OPENED else (parcel.arrived_at if parcel else None)
    if start is None or not isinstance(target, timedelta):
        return None
    return Handling(max((case.decided_at or facts.now) - start, timedelta(0)), target, within.rule)


def second_approval_from(facts: CaseFacts) -> Decimal | None:
    """From which amount on, in the store's currency, two have to agree (R1); None where one person is enough."""
    step = facts.playbook.approval
    rules = [step.rule, "R1"] if step else []
    limits = (facts.policy.value(rule, "second_approval") for rule in rules)
    return next((Decimal(str(limit)) for limit in limits if limit is not None), None)


def buyers_record(case: AfterSaleCase) -> list[tuple[str, int]]:
    """What is known of the buyer in this store, as (what, how many); for who decides by his record (R5)."""
    mine = Order.objects.filter(buyer=case.order.buyer_id)
    found = mine.aggregate(
        orders=Count("pk"),
        refunded=Count("pk", filter=Q(refunded_at__isnull=False)),
        disputed=Count("pk", filter=Q(disputed_at__isnull=False)),
    )
    cases = AfterSaleCase.objects.filter(order__buyer=case.order.buyer_id).exclude(pk=case.pk).count()
    return [
        (_("orders here"), found["orders"]),
        (_("of them refunded"), found["refunded"]),
        (_("of them disputed"), found["disputed"]),
        (_("other cases"), cases),
    ]


def letters_of(case: AfterSaleCase) -> list[Message]:
    """What was written to the buyer since the case began, the latest first."""
    rows = Message.objects.filter(order=case.order_id, queued_at__gte=case.opened_at)
    if case.closed_at:
        rows = rows.filter(queued_at__lte=case.closed_at)
    return list(rows.select_related("order__buyer", "order__store").order_by("-queued_at", "-pk")[:MOST_LETTERS])


def story_of(case: AfterSaleCase) -> list[Entry]:
    """The timeline's lines about the case, the latest first."""
    rows = case.order.timeline.filter(data__case=case.number).select_related("private")
    events = list(rows.order_by("at", "sequence"))
    return timeline.past(case.order, events, [], timeline.actors(events))


def cases_of_order(order: Order) -> list[AfterSaleCase]:
    """The order's cases, the open ones first, the newest first."""
    rows = order.after_sale_cases.select_related("responsible").order_by("-opened_at", "-pk")
    return sorted(rows, key=lambda case: not case.is_open)


def money_of_order(order: Order) -> list[MoneyEntry]:
    """The order's lines of the ledger, the oldest first."""
    return list(order.money_entries.order_by("booked_at", "pk"))
