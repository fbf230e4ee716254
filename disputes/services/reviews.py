"""A review under the lock of its order, its dates, and what was done about it: the ground of every step (R10, R12).

A review that is not joined to an order yet has its own row as its lock, and neither a timeline nor timers: the inbox
shows its next date all the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from disputes.models import ActionKind, Review, ReviewNote
from disputes.review_lifecycle import ReviewState
from disputes.services.actions import is_asked, raise_dated, settle_actions
from orders.models import Milestone
from orders.models.timeline import EventKind
from orders.planning import MilestoneKind, Planned
from orders.policies import Policy
from orders.services.buyers import present_hands
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import Series, bring_in_line, cancel_milestone, fire_milestone, replan

RULE = "R10"
NEXT_DATE = "R12"
LONGEST_NOTE = 1000  # characters
UNANSWERED = {ReviewState.RECEIVED, ReviewState.ANALYSED, ReviewState.DECLINED}


class ReviewMilestone(StrEnum):
    """The kind of milestone that belongs to a review; the reply's date is the order's own kind, with its subject."""

    FOLLOW_UP = "review_follow_up"


class ReviewRefused(ValueError):
    """A step that cannot be taken; the message says why and what to do, `rule` which rule forbids it, if one does."""

    def __init__(self, message: str, rule: str = "") -> None:
        super().__init__(message)
        self.rule = rule


@dataclass
class ReviewWork:
    """A review under its lock, with its order's ledger where it has an order; `actor` is a user's id or a door."""

    review: Review
    ledger: OrderLedger | None
    now: datetime
    actor: str

    @property
    def policy(self) -> Policy:
        """The rules' values that hold for it."""
        return self.ledger.policy if self.ledger else self.review.store.current_policy

    def note(self, step: str, text: str = "", **data: Any) -> None:
        """Keep that a step was taken: in the review's own history, and on the order's timeline."""
        self.review.notes.create(at=self.now, by=self.actor, step=step, text=text[:LONGEST_NOTE])
        if self.ledger is None:
            return
        data = {"step": step, "state": str(self.review.state), "review": self.review.pk, **data}
        private = {"text": text[:LONGEST_NOTE]} if text else None
        self.ledger.write(EventKind.NOTE, "review_step", at=self.now, rule=RULE, data=data, private=private)

    def ask_team(self) -> None:
        """Let the next date stand in place of whatever was asked for about it (R12); a closed review asks nothing."""
        if self.ledger is not None:
            bring_in_step(self.ledger, self.review)


@contextmanager
def opened_review(review_id: int, *, now: datetime, actor: str) -> Iterator[ReviewWork]:
    """The review under its lock; what the block changed is saved at its end, in one transaction.

    Raises Review.DoesNotExist, and ReviewRefused when its order came in at this very moment.
    """
    with transaction.atomic():
        order_id = Review.objects.values_list("order_id", flat=True).get(pk=review_id)
        ledger = open_ledger(order_id, now=now, actor=actor) if order_id else None
        rows = Review.objects.select_for_update(of=("self",)).select_related("store")
        review: Review = rows.get(pk=review_id)
        if review.order_id != order_id:
            raise ReviewRefused("its order came in just now: load the page again")
        if ledger is not None:
            review.order = ledger.order
            ledger.read[Review.__name__] = [review if row.pk == review.pk else row for row in ledger.rows_of(Review)]
        yield ReviewWork(review, ledger, now, actor)
        review.save()
        if ledger is not None:
            save_ledgers([ledger])


# --- its dates --------------------------------------------------------------------------------------------------------
def usual_date(policy: Policy, now: datetime) -> datetime:
    """When somebody looks again, unless a person says otherwise (R12)."""
    return now + policy.duration(NEXT_DATE, "next_date")


def reply_due(review: Review, policy: Policy) -> datetime | None:
    """By when the public reply has to stand (R10): counted from the buyer's refusal to change it, else the review."""
    if not policy.has(RULE):
        return None
    if review.state == ReviewState.DECLINED and review.declined_at:
        return review.declined_at + policy.duration(RULE)
    return review.reviewed_at + policy.duration(RULE)


def plan_review(ledger: OrderLedger, review: Review) -> None:
    """Make the review's timers those of its next date, and of the reply once the buyer does not change it."""
    reply = review.is_open and review.state == ReviewState.DECLINED and review.declined_at is not None
    due_at = reply_due(review, ledger.policy) if reply else None
    replies = [Planned(MilestoneKind.REVIEW_REPLY_DUE, RULE, due_at)] if due_at else []
    bring_in_line(ledger, _series(MilestoneKind.REVIEW_REPLY_DUE, review), replies, at=ledger.now)
    follow_ups = [Planned(ReviewMilestone.FOLLOW_UP, NEXT_DATE, review.next_at)] if review.next_at else []
    bring_in_line(ledger, _series(ReviewMilestone.FOLLOW_UP, review), follow_ups, at=ledger.now)
    if review.is_open:
        ask_for_step(ledger, review, rule=RULE if reply else NEXT_DATE)


def ask_for_step(ledger: OrderLedger, review: Review, *, rule: str, **more: bool) -> None:
    """Ask for the review's step by its date, late or not; whoever is responsible for the review has it."""
    due_at = due_by(review, ledger.policy) or usual_date(ledger.policy, ledger.now)
    kind, data = ActionKind.REPLY_REVIEW, {"review": review.subject} | more
    item = raise_dated(ledger, kind, rule=rule, due_at=due_at, subject=review.subject, data=data)
    if review.responsible_id in present_hands(ledger):
        item.assignee_id = review.responsible_id


def due_by(review: Review, policy: Policy) -> datetime | None:
    """By when the review's step is due: the end of R10's span once the buyer has declined, else its next date."""
    reply_by = reply_due(review, policy) if review.state == ReviewState.DECLINED else None
    return reply_by or review.next_at


def bring_in_step(ledger: OrderLedger, review: Review) -> None:
    """Put the review's timers in place of what the team was asked for, after a step or another word of the platform."""
    for subject in (review.subject, ""):  # an older version asked once for all reviews of an order
        settle_actions(ledger, [ActionKind.REPLY_REVIEW], reason="review_step", subject=subject)
    plan_review(ledger, review)


def _series(kind: str, review: Review) -> Series:
    return Series(kind, str(review.state), repeats=True, subject=review.subject)


def open_reviews(ledger: OrderLedger) -> list[Review]:
    """The order's reviews at which somebody still has to look."""
    return [row for row in ledger.rows_of(Review) if row.is_open]


def remind_reply(ledger: OrderLedger, *, rule: str) -> None:
    """The day after the order's latest review is over: those that nobody has in hand are late.

    While the team is at it with the buyer or the platform, the day after is no alarm.
    """
    for review in open_reviews(ledger):
        if review.state in UNANSWERED and (review.next_at or ledger.now) <= ledger.now:
            ask_for_step(ledger, review, rule=rule, overdue=True)


def is_review_date(milestone: Milestone) -> bool:
    """Whether it is one review's date, and not the order's."""
    return milestone.kind == ReviewMilestone.FOLLOW_UP or (
        milestone.kind == MilestoneKind.REVIEW_REPLY_DUE and milestone.subject != ""
    )


def fire_review_date(ledger: OrderLedger, milestone: Milestone) -> None:
    """A date of a review has come: the team is late, and asked if nobody was; for the reply anew (R10, R12)."""
    review = next((row for row in open_reviews(ledger) if row.subject == milestone.subject), None)
    if review is None:
        cancel_milestone(ledger, milestone, reason="review_over")
        return
    fire_milestone(ledger, milestone)
    if milestone.kind == MilestoneKind.REVIEW_REPLY_DUE:
        ask_for_step(ledger, review, rule=milestone.rule, overdue=True)
    elif not is_asked(ledger, review.subject):
        ask_for_step(ledger, review, rule=milestone.rule)


def keep_dated(ledger: OrderLedger, review: Review) -> None:
    """An open review of which nobody is asked: somebody looks again, by its date or, where that is over, a new one.

    What an older version asked for all reviews of an order stands for each of them: their dates stay.
    """
    if not review.is_open or is_asked(ledger, review.subject):
        return
    is_old = is_asked(ledger, "", ActionKind.REPLY_REVIEW)
    if review.next_at is None or (review.next_at <= ledger.now and not is_old):
        review.next_at = usual_date(ledger.policy, ledger.now)
        review.save()
    plan_review(ledger, review)


# --- what the platform shows ------------------------------------------------------------------------------------------
def note_answer(ledger: OrderLedger, review: Review, at: datetime, *, kind: EventKind) -> None:
    """The shop's reply stands under the review since `at` (UTC): the order's figures and dates follow from it."""
    order = ledger.order
    ledger.write(kind, "review_answered", at=at, rule=RULE)
    if order.reviewed_at and review.reviewed_at >= order.reviewed_at:
        order.review_answered_at = at
        replan(ledger, at=at)


def history_of(review: Review) -> list[ReviewNote]:
    """Every step that was taken, oldest first."""
    return list(review.notes.all())
