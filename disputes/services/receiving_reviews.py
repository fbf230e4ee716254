"""A review that comes in: made into a row, sorted by its cause, scored, and either work with a date or history."""

import hashlib
from datetime import datetime

from django_fsm import can_proceed

from disputes.classifying import Finding, sort_words
from disputes.models import Review, ReviewSource
from disputes.services.review_facts import RULE, facts_of_order, is_bad, is_work
from disputes.services.reviews import note_answer, usual_date
from disputes.services.suspicions import suspect
from messaging.mail_reading import plain_lines
from orders.events import Event, plain_text
from orders.models import Order, Store
from orders.models.timeline import EventKind
from orders.policies import Policy
from orders.records import ReviewRecord
from orders.services.buyers import agent_of
from orders.services.ledger import OrderLedger

LONGEST = 10_000  # characters of a review
SHOWN = ("stars", "title", "text")  # what the buyer may change
SAID = ("ratings", "good_share")  # of the reviewer, by whoever tells of the review


def key_of(record: ReviewRecord) -> str:
    """What tells a review from the store's others: the platform's id, or a digest of order, instant and text."""
    if record.review_id:
        return f"id:{record.review_id}"[:100]
    said = [record.order_number, record.created_at.isoformat(), record.is_follow_up, record.title, record.text]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def new_review(store: Store, record: ReviewRecord, *, source: ReviewSource, now: datetime) -> Review:
    """The row of a record, not stored, and not sorted before its order is known."""
    review: Review = Review(
        store=store,
        order_number=record.order_number,
        key=key_of(record),
        source=source,
        stars=record.stars,
        title=plain_text(record.title)[:500],
        text=plain_lines(record.text)[:LONGEST],
        language=record.language[:35],
        author=plain_text(record.author)[:200],
        is_follow_up=record.is_follow_up,
        # Without its date it is a draft whose writer nobody knows: he could be its second reader.
        reply_text=plain_lines(record.reply)[:LONGEST] if record.answered_at else "",
        answered_at=record.answered_at,
        reviewed_at=record.created_at,
        received_at=now,
        marks=[],
        facts={name: value for name in SAID if (value := getattr(record, name)) is not None},
        signals=[],
    )
    return review


def join(review: Review, order: Order) -> None:
    """The review is about this order; of an erased buyer nothing is taken in again."""
    review.order, review.order_number = order, order.order_number
    review.language = review.language or order.buyer.language
    if order.buyer.erased_at:
        forget_words(review)
        review.reply_text = ""


def forget_words(review: Review) -> None:
    """Empty what the buyer wrote, what it was sorted by, and what is known of him; the stars and the cause stay."""
    review.title = review.text = review.author = review.solution = ""
    review.marks, review.signals, review.facts, review.suspicion = [], [], {}, 0


def said_in(review: Review) -> str:
    """Title and text in one, as the timeline keeps them beside the chain."""
    return "\n".join(part for part in (review.title, review.text) if part)


# --- sorting ----------------------------------------------------------------------------------------------------------
def sort_review(review: Review, policy: Policy) -> Finding:
    """Say what the trouble probably is, unless a person has said it; a bad review is scored for malice as well."""
    language = review.language or policy.language
    found = sort_words(review.title, review.text, language=language, facts=facts_of_order(review))
    if not review.cause_by:
        review.cause, review.detail, review.kind = found.group, found.detail, found.kind
        review.marks = [mark.as_json() for mark in found.marks]
    if is_bad(review.stars, policy) and policy.has("R11"):
        suspect(review, found)
    return found


def settle_in(review: Review, policy: Policy, now: datetime) -> None:
    """Answered already, nothing to do, or work: then somebody looks by R10's date, or soon when that has passed."""
    if review.answered_at:
        review.reply(review.answered_at)
    elif not is_work(review, policy, now):
        review.note(now)
    if not review.is_open:
        review.next_at = None
        return
    due_at = review.reviewed_at + policy.duration(RULE) if policy.has(RULE) else now
    review.next_at = due_at if due_at > now else usual_date(policy, now)


# --- on an order ------------------------------------------------------------------------------------------------------
def keep_review(ledger: OrderLedger, event: Event) -> Review:
    """The row of the review that the fact tells of; a fact that came through no door for reviews gets one here."""
    review = next((row for row in ledger.rows_of(Review) if row.is_untold), None)
    if review is None:
        review = _from_event(ledger, event)
        ledger.add(review)
    review.is_untold = False
    sort_review(review, ledger.policy)
    if review.pk is None:
        settle_in(review, ledger.policy, ledger.now)
    if review.is_open and review.responsible_id is None:
        review.responsible_id = agent_of(ledger)
    if review.answered_at:
        note_answer(ledger, review, review.answered_at, kind=EventKind.FACT)
    return review


def _from_event(ledger: OrderLedger, event: Event) -> Review:
    order, number = ledger.order, len(ledger.rows_of(Review)) + 1
    record = ReviewRecord(
        order_number=order.order_number,
        stars=event.data["stars"],
        created_at=event.at,
        text=event.text("text"),
        review_id=f"{order.order_number}#{number}",
    )
    source = ReviewSource.BY_HAND if ledger.actor.isdigit() else ReviewSource.PLATFORM
    review = new_review(order.store, record, source=source, now=ledger.now)
    join(review, order)
    return review


# --- told differently -------------------------------------------------------------------------------------------------
def take_changes(review: Review, record: ReviewRecord, policy: Policy, now: datetime) -> list[str]:
    """Bring a known review to what the platform shows now; which of its fields changed."""
    told = new_review(review.store, record, source=ReviewSource(review.source), now=now)
    changed = [name for name in SHOWN if getattr(told, name) != getattr(review, name)]
    for name in changed:
        setattr(review, name, getattr(told, name))
    if told.answered_at and not review.answered_at:
        review.answered_at, review.reply_text = told.answered_at, told.reply_text or review.reply_text
        changed.append("answered_at")
    if changed:
        sort_review(review, policy)
        _move(review, changed, policy, now)
    return changed


def _move(review: Review, changed: list[str], policy: Policy, now: datetime) -> None:
    if "answered_at" in changed and can_proceed(review.reply):
        review.reply(review.answered_at)
    elif "stars" in changed and not is_bad(review.stars, policy) and can_proceed(review.change):
        review.change(now)
    elif set(changed) & set(SHOWN) and is_work(review, policy, now) and can_proceed(review.take_up):
        review.take_up(now)
        review.reply_read_by, review.reply_read_at, review.answered_at = "", None, None
    review.next_at = (review.next_at or usual_date(policy, now)) if review.is_open else None
