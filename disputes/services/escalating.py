"""What the first line cannot solve goes to the specialists, with a reason, and comes back when it should not have."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from disputes.models import ActionItem, ActionState, AfterSaleCase, Dispute, Escalation
from disputes.services.agents import lightest_hand
from orders.models import Store
from orders.models.timeline import EventKind
from orders.roles import Tier
from orders.services.buyers import hands_of, present_hands
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

RULE = "R12"
BATCH = 500


class NotEscalable(ValueError):
    """It is done, or with the specialists already; the message says which."""


class NoSpecialist(LookupError):
    """This person is no specialist of the store, or is away."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is escalated: a dispute, a case, or else an item of work."""

    order_id: int
    kind: str = ""
    subject: str = ""
    dispute: Dispute | None = None
    case: AfterSaleCase | None = None

    def rows(self) -> Any:
        """The escalations of it that are not ended."""
        same = {"dispute": self.dispute, "case": self.case}
        named = {} if self.dispute or self.case else {"kind": self.kind, "subject": self.subject}
        return Escalation.objects.filter(order=self.order_id, ended_at=None, **same, **named)

    def items(self, ledger: OrderLedger) -> list[ActionItem]:
        """The open work that belongs to it."""
        mine = [row for row in ledger.rows_of(ActionItem) if row.state == ActionState.OPEN]
        if self.dispute or self.case:
            return [row for row in mine if f"{row.subject}:".startswith(f"{self.subject}:")]
        return [row for row in mine if (row.kind, row.subject) == (self.kind, self.subject)]


def matter_of_item(item: ActionItem) -> Matter:
    """An item of work as what is escalated: the dispute or case behind it, where there is one."""
    head, _colon, rest = item.subject.partition(":")
    number = rest.partition(":")[0]
    if head == "dispute" and number.isdecimal():
        dispute = Dispute.objects.filter(order=item.order_id, number=int(number)).first()
        return matter_of_dispute(dispute) if dispute else Matter(item.order_id, item.kind, item.subject)
    if head == "case" and number.isdecimal():
        case = AfterSaleCase.objects.filter(order=item.order_id, number=int(number)).first()
        return matter_of_case(case) if case else Matter(item.order_id, item.kind, item.subject)
    return Matter(item.order_id, item.kind, item.subject)


def matter_of_dispute(dispute: Dispute) -> Matter:
    """A dispute as what is escalated."""
    return Matter(dispute.order_id, subject=dispute.subject, dispute=dispute)


def matter_of_case(case: AfterSaleCase) -> Matter:
    """An after-sale case as what is escalated."""
    return Matter(case.order_id, subject=case.subject, case=case)


def matter_of(escalation: Escalation) -> Matter:
    """What was escalated."""
    return Matter(
        escalation.order_id, escalation.kind, escalation.subject, dispute=escalation.dispute, case=escalation.case
    )


def escalate(matter: Matter, *, reason: str, to: int | None, now: datetime, actor: str) -> Escalation:
    """Give it to the specialists: to `to` where one is named, else to the one with the least to do.

    Where none is at work it waits in their queue. `now` is in UTC, `actor` the user's id; the reason is kept beside
    the timeline. Raises NotEscalable, NoSpecialist, and Order.DoesNotExist.
    """
    with transaction.atomic():
        ledger = open_ledger(matter.order_id, now=now, actor=actor)
        _refuse_done(matter, ledger)
        specialist = _choose(ledger, to)
        row = Escalation(
            order=ledger.order,
            store=ledger.order.store,
            dispute=matter.dispute,
            case=matter.case,
            kind=matter.kind,
            subject=matter.subject,
            reason=reason[:300],
            escalated_at=now,
            escalated_by_id=int(actor) if actor.isdigit() else None,
            specialist_id=specialist,
        )
        ledger.add(row)
        _hand_over(matter, ledger, specialist)
        data = {"what": matter.kind or matter.subject} | ({"member": specialist} if specialist else {})
        private = {"text": reason} if reason else None
        ledger.write(EventKind.ACTION, "escalated", at=now, rule=RULE, data=data, private=private)
        save_ledgers([ledger])
    return row


def _refuse_done(matter: Matter, ledger: OrderLedger) -> None:
    if matter.rows().exists():
        raise NotEscalable("it is with the specialists already")
    of = matter.dispute or matter.case
    if (of is not None and not of.is_open) or (of is None and not matter.items(ledger)):
        raise NotEscalable("it is done already")


def _choose(ledger: OrderLedger, to: int | None) -> int | None:
    here = [user for user, tier in present_hands(ledger).items() if tier == Tier.SPECIALIST]
    if to is not None and to not in here:
        raise NoSpecialist(f"user {to} is no specialist at work in {ledger.order.store.slug!r}")
    return to or lightest_hand(ledger.order.store, here)


def _hand_over(matter: Matter, ledger: OrderLedger, user_id: int | None) -> None:
    for item in matter.items(ledger):
        item.assignee_id = user_id
        if item.pk:
            item.save(update_fields=["assignee"])
    if matter.case is not None and user_id is not None:
        AfterSaleCase.objects.filter(pk=matter.case.pk).update(responsible=user_id)


def take_escalation(escalation_id: int, *, now: datetime, actor: str) -> bool:
    """A person takes it out of the queue; whether it still waited. Raises Escalation.DoesNotExist."""
    with _opened(escalation_id, now=now, actor=actor) as (ledger, row):
        if row.ended_at or row.specialist_id == int(actor):
            return False
        row.specialist_id = int(actor)
        row.save(update_fields=["specialist"])
        _hand_over(matter_of(row), ledger, row.specialist_id)
        ledger.write(EventKind.ACTION, "assigned", at=now, rule=RULE, data={"kind": row.kind, "member": int(actor)})
    return True


def give_back(escalation_id: int, *, now: datetime, actor: str) -> bool:
    """It returns to whoever escalated it; whether it was still with the specialists. Raises Escalation.DoesNotExist."""
    with _opened(escalation_id, now=now, actor=actor) as (ledger, row):
        if row.ended_at:
            return False
        row.ended_at, row.is_returned = now, True
        row.save(update_fields=["ended_at", "is_returned"])
        here = present_hands(ledger)
        _hand_over(matter_of(row), ledger, row.escalated_by_id if row.escalated_by_id in here else None)
        ledger.write(EventKind.ACTION, "given_back", at=now, rule=RULE, data={"what": row.kind or row.subject})
    return True


@contextmanager
def _opened(escalation_id: int, *, now: datetime, actor: str) -> Iterator[tuple[OrderLedger, Escalation]]:
    with transaction.atomic():
        order_id = Escalation.objects.values_list("order_id", flat=True).get(pk=escalation_id)
        ledger = open_ledger(order_id, now=now, actor=actor)
        yield ledger, Escalation.objects.select_related("dispute", "case").get(pk=escalation_id)
        save_ledgers([ledger])


def end_escalations(now: datetime) -> int:
    """Mark those as ended whose work is done, by whatever door it was; returns how many."""
    unended = Escalation.objects.filter(ended_at=None)
    done = unended.exclude(pk__in=unended.waiting().values("pk")).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return Escalation.objects.filter(pk__in=list(done)).update(ended_at=now)


def specialists_of(store: Store, *, now: datetime) -> list[int]:
    """Who stands in the second line of a store and is not away."""
    return [user for user, tier in hands_of(store, now=now) if tier == Tier.SPECIALIST]


def figures(stores: list[Store], *, start: datetime) -> dict[str, int]:
    """Since an instant (UTC): how much was escalated, how much of it came back, and how much work was closed."""
    rows = Escalation.objects.filter(store__in=stores, escalated_at__gte=start)
    closed = ActionItem.objects.filter(store__in=stores, closed_at__gte=start, state=ActionState.DONE)
    return {
        "escalated": rows.count(),
        "returned": rows.filter(is_returned=True).count(),
        "solved": rows.filter(ended_at__isnull=False, is_returned=False).count(),
        "done": closed.order_by()[:10_000].count(),
    }
