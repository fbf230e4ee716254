"""What a person does about a review, one function a step: it locks, checks, moves the machine, notes it, and dates it.

Every step raises Review.DoesNotExist, and ReviewRefused with what to do instead. `now`, `at` and `next_at` are in UTC,
`actor` is the user's id. Who takes a step has the review from then on, unless somebody has it already.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django_fsm import can_proceed

from disputes.causes import CauseGroup
from disputes.malice import FACTS
from disputes.models import Review, ReviewKind
from disputes.review_lifecycle import ReviewState
from disputes.services.actions import hand_items
from disputes.services.handing import HANDS, NoHand
from disputes.services.reviews import RULE, ReviewRefused, ReviewWork, note_answer, opened_review, reply_due, usual_date
from disputes.services.suspicions import suspect
from messaging.mail_reading import plain_lines
from messaging.values import known_language
from messaging.vocabulary import Language
from messaging.wording import WordingKind, WordingProblem, check_wording
from orders.events import plain_text
from orders.models import Membership
from orders.models.timeline import EventKind

LONGEST_REPLY = 2_000  # characters
FURTHEST = timedelta(days=90)  # a later date is a slip of the hand


class ReviewStep(StrEnum):
    """What can be done about a review, in the order in which it is usually done."""

    ANALYSE = "analyse"
    CONTACT = "contact"
    SOLVE = "solve"
    ASK = "ask"
    FOLLOW_UP = "follow_up"
    DECLINE = "decline"
    DRAFT = "draft"
    READ = "read"
    POST = "post"
    APPEAL = "appeal"
    REMOVED = "removed"
    STANDS = "stands"
    CHANGED = "changed"
    LEAVE = "leave"
    TAKE_UP = "take_up"


Step = ReviewStep


@dataclass(frozen=True, slots=True)
class Cause:
    """Where the trouble began (R12): one of the seven groups, its sub-cause, and what kind of words the review has."""

    group: CauseGroup
    detail: str = ""
    kind: ReviewKind = ReviewKind.EXPERIENCE


MOVES: dict[ReviewStep, Callable[[Review], Callable[[datetime], None]]] = {
    Step.ANALYSE: lambda review: review.analyse,
    Step.CONTACT: lambda review: review.contact,
    Step.SOLVE: lambda review: review.solve,
    Step.ASK: lambda review: review.ask,
    Step.DECLINE: lambda review: review.decline,
    Step.POST: lambda review: review.reply,
    Step.APPEAL: lambda review: review.appeal,
    Step.REMOVED: lambda review: review.remove,
    Step.STANDS: lambda review: review.turn_down,
    Step.CHANGED: lambda review: review.change,
    Step.LEAVE: lambda review: review.leave,
    Step.TAKE_UP: lambda review: review.take_up,
}
# Why a step is out of turn, and what comes first.
OUT_OF_TURN = {
    Step.CONTACT: "find the cause first",
    Step.SOLVE: "contact the buyer first",
    Step.ASK: "ask only after the buyer fully accepts the solution, and only once: never push",
    Step.FOLLOW_UP: "come back to it once at most, after the buyer was asked: never push",
    Step.DECLINE: "find the cause first; once the buyer has refused, the reply is due",
    Step.READ: "somebody else than its writer reads the reply, once it is written",
    Step.POST: "a second person reads the reply before it is posted",
}


# --- what is possible -------------------------------------------------------------------------------------------------
def possible_steps(review: Review, actor: str) -> list[ReviewStep]:
    """The steps that the person with this id may take now, in their usual order."""
    return [step for step in ReviewStep if not _obstacle(review, step, actor)]


def _obstacle(review: Review, step: ReviewStep, actor: str) -> str:
    """Why a step cannot be taken; an empty string when it can."""
    if step is Step.ANALYSE:
        return "" if review.is_open else "it is over: take it up again first"
    if step in {Step.DRAFT, Step.READ, Step.POST} and not review.is_open:
        return "it is over: take it up again first"
    allowed = {
        Step.DRAFT: True,
        Step.FOLLOW_UP: review.state == ReviewState.ASKED and review.followed_up_at is None,
        Step.READ: is_unread(review) and actor.isdigit() and review.reply_written_by != actor,
        Step.POST: is_read(review),
    }.get(step, True)
    if allowed and (step not in MOVES or can_proceed(MOVES[step](review))):
        return ""
    return OUT_OF_TURN.get(step, f"a review that is {review.state} has no such step")


def is_unread(review: Review) -> bool:
    """Whether a reply is written that nobody but its writer has read."""
    return bool(review.reply_text) and not review.reply_read_by


def is_read(review: Review) -> bool:
    """Whether a second person has read the reply as it stands now."""
    return bool(review.reply_text) and review.reply_read_by not in {"", review.reply_written_by}


def _check(work: ReviewWork, step: ReviewStep) -> None:
    if obstacle := _obstacle(work.review, step, work.actor):
        raise ReviewRefused(f"not possible now: {obstacle}", RULE)


# --- finding the cause ------------------------------------------------------------------------------------------------
def analyse(
    review_id: int, cause: Cause, *, now: datetime, actor: str, text: str = "", next_at: datetime | None = None
) -> Review:
    """Say what the trouble is; a person's word stands over the classifier's. Also to correct it later on."""
    with opened_review(review_id, now=now, actor=actor) as work:
        _check(work, Step.ANALYSE)
        review = work.review
        review.cause, review.detail, review.kind = cause.group, cause.detail[:40], cause.kind
        review.cause_by = actor
        if can_proceed(review.analyse):
            review.analyse(now)
        suspect(review)
        _finish(work, Step.ANALYSE, text, next_at, cause=str(cause.group), detail=review.detail)
    return review


def set_facts(review_id: int, facts: Mapping[str, object], *, now: datetime, actor: str) -> Review:
    """Keep what a person knows of the reviewer, and score the signs of malice anew (R11): it suggests, no more.

    Unknown keys and None are left out; FACTS of disputes.malice names the keys.
    """
    with opened_review(review_id, now=now, actor=actor) as work:
        given = {key: value for key, value in facts.items() if key in FACTS}
        kept = {**work.review.facts, **given}
        work.review.facts = {key: value for key, value in kept.items() if value is not None}
        suspect(work.review)
        work.note("facts", points=work.review.suspicion)
    return work.review


# --- with the buyer ---------------------------------------------------------------------------------------------------
def contact(review_id: int, *, now: datetime, actor: str, text: str, next_at: datetime | None = None) -> Review:
    """The buyer was spoken to, by phone first; `text` says how, and what he said."""
    return _take(review_id, Step.CONTACT, now=now, actor=actor, text=text, next_at=next_at)


def solve(review_id: int, *, now: datetime, actor: str, solution: str, next_at: datetime | None = None) -> Review:
    """The buyer fully accepts `solution`: from now on he may be asked."""
    if not solution.strip():
        raise ReviewRefused("say what was done for the buyer: without it nobody can tell that he accepts it", RULE)

    def keep(review: Review) -> None:
        review.solution = plain_text(solution)[:1000]

    return _take(review_id, Step.SOLVE, now=now, actor=actor, text=solution, next_at=next_at, keep=keep)


def ask(review_id: int, *, now: datetime, actor: str, text: str = "", next_at: datetime | None = None) -> Review:
    """The buyer was asked, once, whether he would change it. The next date is the one later follow-up."""
    return _take(review_id, Step.ASK, now=now, actor=actor, text=text, next_at=next_at)


def follow_up(review_id: int, *, now: datetime, actor: str, text: str = "", next_at: datetime | None = None) -> Review:
    """Somebody came back to it, the one time that is allowed after the buyer was asked."""

    def keep(review: Review) -> None:
        review.followed_up_at = now

    return _take(review_id, Step.FOLLOW_UP, now=now, actor=actor, text=text, next_at=next_at, keep=keep)


def decline(review_id: int, *, now: datetime, actor: str, text: str = "") -> Review:
    """The buyer does not change it, or cannot be reached: the public reply is due within R10's span from now."""
    return _take(review_id, Step.DECLINE, now=now, actor=actor, text=text)


# --- the public reply -------------------------------------------------------------------------------------------------
def draft_reply(review_id: int, reply: str, *, now: datetime, actor: str) -> Review:
    """Write the public reply, or change it: whoever read the old words has not read the new ones."""
    reply = plain_lines(reply)
    if len(reply) > LONGEST_REPLY:
        raise ReviewRefused(f"the reply has {len(reply)} characters: at most {LONGEST_REPLY} are possible")
    with opened_review(review_id, now=now, actor=actor) as work:
        _check(work, Step.DRAFT)
        review = work.review
        if reply == review.reply_text:
            return review
        review.reply_text, review.reply_written_by = reply, actor if reply else ""
        review.reply_read_by, review.reply_read_at = "", None
        _hold(work)
        work.note(Step.DRAFT, reply)
    return review


def read_reply(review_id: int, reply: str, *, now: datetime, actor: str) -> Review:
    """A second person read exactly these words as a later buyer would, and lets them stand; never their writer.

    Words that offer something for a review are not let through (M4).
    """
    with opened_review(review_id, now=now, actor=actor) as work:
        review = work.review
        _check(work, Step.READ)
        if plain_lines(reply) != review.reply_text:
            raise ReviewRefused("the reply was changed meanwhile: read it again", RULE)
        _refuse_bad_words(review)
        review.reply_read_by, review.reply_read_at = actor, now
        work.note(Step.READ)
    return review


def post_reply(review_id: int, *, now: datetime, actor: str, at: datetime | None = None) -> Review:
    """The reply stands under the review since `at` (now, unless it was posted earlier): the review is over."""
    with opened_review(review_id, now=now, actor=actor) as work:
        _check(work, Step.POST)
        review = work.review
        posted_at = at or now
        if not review.reviewed_at <= posted_at <= now:
            raise ReviewRefused("it was posted between the review and now: correct the time")
        _refuse_bad_words(review)
        review.reply(posted_at)
        review.answered_at = posted_at
        _finish(work, Step.POST, review.reply_text, None)
        if work.ledger:
            note_answer(work.ledger, review, posted_at, kind=EventKind.COMMAND)
    return review


def reply_problems(review: Review, reply: str | None = None) -> list[WordingProblem]:
    """What rule M4 has against the public reply, in the review's language: shown while it is written and read."""
    return check_wording(review.reply_text if reply is None else reply, reply_language(review))


def reply_language(review: Review) -> Language:
    """The language of the reply: the review's, where it is one of ours, else the policy's."""
    default = Language(review.store.current_policy.language)
    return known_language(review.language, default)


def _refuse_bad_words(review: Review) -> None:
    if any(problem.kind is WordingKind.PAID_REVIEW for problem in reply_problems(review)):
        raise ReviewRefused("the reply offers something for a review, which platforms forbid: take it out", "M4")


# --- the platform, and the end ----------------------------------------------------------------------------------------
def appeal(review_id: int, *, now: datetime, actor: str, text: str, next_at: datetime | None = None) -> Review:
    """The evidence was handed to the platform (R11); `text` says through which door, and its case number."""
    return _take(review_id, Step.APPEAL, now=now, actor=actor, text=text, next_at=next_at)


def note_removed(review_id: int, *, now: datetime, actor: str, text: str = "") -> Review:
    """The platform took the review down."""
    return _take(review_id, Step.REMOVED, now=now, actor=actor, text=text)


def note_stands(review_id: int, *, now: datetime, actor: str, text: str = "") -> Review:
    """The platform lets it stand: the reply is due within R10's span from now."""
    return _take(review_id, Step.STANDS, now=now, actor=actor, text=text)


def note_changed(review_id: int, *, now: datetime, actor: str, stars: int | None = None, text: str = "") -> Review:
    """The buyer changed it, to so many stars, or withdrew it."""
    if stars is not None and not 1 <= stars <= 5:
        raise ReviewRefused("a review has between 1 and 5 stars")

    def keep(review: Review) -> None:
        review.stars = stars or review.stars

    return _take(review_id, Step.CHANGED, now=now, actor=actor, text=text, keep=keep)


def leave(review_id: int, *, now: datetime, actor: str, reason: str) -> Review:
    """A person decides that nothing more is done, and says why."""
    if not reason.strip():
        raise ReviewRefused("say why nothing more is done about it", RULE)
    return _take(review_id, Step.LEAVE, now=now, actor=actor, text=reason)


def take_up(review_id: int, *, now: datetime, actor: str, text: str = "", next_at: datetime | None = None) -> Review:
    """Begin anew with a review that was over; its cause and its drafted reply stay, the reading does not."""

    def keep(review: Review) -> None:
        review.reply_read_by, review.reply_read_at = "", None

    return _take(review_id, Step.TAKE_UP, now=now, actor=actor, text=text, next_at=next_at, keep=keep)


# --- who has it, and when ---------------------------------------------------------------------------------------------
def hand_review(review_id: int, user_id: int | None, *, now: datetime, actor: str) -> Review:
    """Give it to a member of the store, or to nobody. Raises NoHand for somebody who does not work there."""
    with opened_review(review_id, now=now, actor=actor) as work:
        store_id = work.review.store_id
        workers = Membership.objects.filter(store=store_id, role__in=HANDS, user__is_active=True)
        if user_id is not None and not workers.filter(user=user_id).exists():
            raise NoHand(f"user {user_id} does not work in this store")
        if work.review.responsible_id != user_id:
            work.review.responsible_id = user_id
            if work.ledger:
                hand_items(work.ledger, work.review.subject, user_id)
            work.note("handed", member=user_id)
    return work.review


def set_date(review_id: int, next_at: datetime, *, now: datetime, actor: str, text: str = "") -> Review:
    """When somebody looks again (R12)."""
    with opened_review(review_id, now=now, actor=actor) as work:
        if not work.review.is_open:
            raise ReviewRefused("it is over: take it up again first")
        _finish(work, "dated", text, next_at)
    return work.review


# --- all steps --------------------------------------------------------------------------------------------------------
def _take(
    review_id: int,
    step: ReviewStep,
    *,
    now: datetime,
    actor: str,
    text: str = "",
    next_at: datetime | None = None,
    keep: Callable[[Review], None] = lambda _review: None,
) -> Review:
    with opened_review(review_id, now=now, actor=actor) as work:
        _check(work, step)
        if step in MOVES:
            MOVES[step](work.review)(now)
        keep(work.review)
        _finish(work, step, text, next_at)
    return work.review


def _finish(work: ReviewWork, step: str, text: str, next_at: datetime | None, **data: str) -> None:
    """What every step ends with: who has it, when somebody looks again, the note, and what the team is asked for."""
    _hold(work)
    work.review.next_at = _next_date(work, step, next_at) if work.review.is_open else None
    work.note(step, plain_lines(text), **data)
    work.ask_team()


def _next_date(work: ReviewWork, step: str, given: datetime | None) -> datetime:
    if given is not None and not work.now < given <= work.now + FURTHEST:
        raise ReviewRefused("the next date lies in the past, or more than 90 days ahead: choose another one", "R12")
    if given is not None:
        return given
    due_at = reply_due(work.review, work.policy) if work.review.state == ReviewState.DECLINED else None
    if step == Step.ASK and (later := work.policy.value(RULE, "follow_up")):
        due_at = work.now + later
    usual = usual_date(work.policy, work.now)
    return due_at if due_at and due_at > work.now else usual


def _hold(work: ReviewWork) -> None:
    if work.review.responsible_id is None and work.actor.isdigit():
        work.review.responsible_id = int(work.actor)
        if work.ledger:
            hand_items(work.ledger, work.review.subject, int(work.actor))
