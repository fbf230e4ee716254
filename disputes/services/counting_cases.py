"""Which orders stand behind the figures of after-sale cases, of compensation, and of reviews (R1, R3, R4, R9, R10)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThan

from disputes import playbooks
from disputes.case_terms import ParcelWay
from disputes.models import AfterSaleCase, CaseParcel, MoneyEntry, Review
from disputes.playbooks import Since
from disputes.services.asking import Question, having

PROMPT = timedelta(days=1)  # by when a public reply stands (R10)


def cases(question: Question) -> QuerySet[AfterSaleCase]:
    """The store's cases, of one group of causes where the question names it."""
    rows: QuerySet[AfterSaleCase] = AfterSaleCase.objects.filter(order__store=question.store)
    return rows.filter(cause=question.reason) if question.reason else rows


def opened_cases(question: Question) -> QuerySet[AfterSaleCase]:
    """Those that were opened in the time."""
    return cases(question).filter(question.within("opened_at"))


def open_cases(question: Question) -> QuerySet[AfterSaleCase]:
    """Those that are open now, whenever they were opened."""
    return cases(question).filter(closed_at=None)


def wrong_shipments(question: Question) -> QuerySet[AfterSaleCase]:
    """Cases of the kinds that are mistakes of the warehouse, opened in the time."""
    return opened_cases(question).filter(kind__in=playbooks.wrong_shipments())


def timed_cases(rule: str, question: Question) -> QuerySet[Any]:
    """The cases that the rule measures whose duration began in the time, with `began_at` (UTC): never settled, too."""
    measured = playbooks.measured_by().get(rule, [])
    back = CaseParcel.objects.filter(case=OuterRef("pk"), way=ParcelWay.BACK).exclude(arrived_at=None)
    came_back = Subquery(back.order_by("arrived_at").values("arrived_at")[:1])
    is_back = any(playbook.measured and playbook.measured.since is Since.ARRIVED for playbook in measured)
    rows = cases(question).filter(kind__in=[playbook.kind for playbook in measured])
    found: QuerySet[Any] = rows.annotate(began_at=came_back if is_back else F("opened_at"))
    return found.filter(question.within("began_at"))


def _target(rule: str, question: Question) -> timedelta:
    spans = [playbook.measured for playbook in playbooks.measured_by().get(rule, [])]
    value = next((span.value for span in spans if span), "target")
    return question.store.current_policy.duration(rule, value)


def settled_in_time(rule: str) -> Callable[[Question], Q]:
    """The buyer had it within the rule's target."""

    def condition(question: Question) -> Q:
        return having(timed_cases(rule, question).filter(settled_at__lte=F("began_at") + _target(rule, question)))

    return condition


def settled_late(rule: str) -> Callable[[Question], Q]:
    """The buyer had it after the target, or it has passed and he has not; what was closed without it is neither."""

    def condition(question: Question) -> Q:
        end = F("began_at") + _target(rule, question)
        waits = Q(LessThan(end, Value(question.now, DateTimeField())), settled_at=None, closed_at=None)
        return having(timed_cases(rule, question).filter(Q(GreaterThan(F("settled_at"), end)) | waits))

    return condition


def booked(question: Question) -> QuerySet[MoneyEntry]:
    """Compensation and goodwill that was booked in the time and stands."""
    rows: QuerySet[MoneyEntry] = MoneyEntry.objects.filter(order__store=question.store, voided_at=None)
    return rows.filter(question.within("booked_at"))


def bad_reviews(question: Question) -> QuerySet[Review]:
    """Bad reviews of the time that have an order; `reply_by` is a day after the buyer's refusal, else the review."""
    worst = question.store.current_policy.value("R10", "bad_stars") or 0
    rows = Review.objects.filter(question.within("reviewed_at"), store=question.store, stars__lte=worst)
    joined: QuerySet[Review] = rows.exclude(order=None)
    return joined.annotate(reply_by=Coalesce("declined_at", "reviewed_at") + PROMPT)


def reviewed(question: Question) -> Q:
    """Orders with a bad review of the time."""
    return having(bad_reviews(question))


def review_answered(question: Question) -> Q:
    """Of those, the ones with a public reply in time and none that came late or not at all."""
    rows = bad_reviews(question)
    late = rows.filter(Q(answered_at__gt=F("reply_by")) | Q(answered_at=None, reply_by__lt=question.now))
    return having(rows.filter(answered_at__lte=F("reply_by"))) & ~having(late)
