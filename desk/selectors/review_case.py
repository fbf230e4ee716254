"""One review: its steps, its dates, how its buyer is reached, its order's story, signs of malice, its history."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from desk.access import Reader
from desk.reaching import whatsapp_link
from desk.review_words import HISTORY, SOURCES
from desk.selectors.team import short_name
from disputes.malice import sentence
from disputes.models import AfterSaleCase, Dispute, Review, ReviewNote
from disputes.review_lifecycle import ReviewState
from disputes.services.reviews import reply_due
from messaging.models import InboundMessage, Message, MessageState
from messaging.services.outbox import contact_window
from orders.models import Order, User
from orders.planning import promise_end
from orders.policies import Policy

Words = str | Promise
OTHERS = 5  # other reviews of the same buyer that are shown


@dataclass(frozen=True)
class Stage:
    """One of the four steps (R10): when it was taken, and whether it is the one that is next."""

    words: Words
    at: datetime | None
    is_next: bool


@dataclass(frozen=True)
class DateLine:
    """A date of the review (UTC), and whether it has passed while something was still to be done."""

    words: Words
    at: datetime
    is_late: bool = False
    rule: str = ""


@dataclass(frozen=True)
class Reach:
    """How the buyer is reached now (M5): by phone first."""

    phone: str
    whatsapp: str
    email: str
    is_open_hour: bool
    opens_at: datetime


@dataclass(frozen=True)
class Story:
    """What the order went through, as far as it matters for the review."""

    disputes: list[Dispute]
    cases: list[AfterSaleCase]
    promised_at: datetime | None
    sent: int
    received: int
    late_days: int | None  # after the promised delivery; negative is before it, None is not known


@dataclass(frozen=True)
class SignLine:
    """A sign of malice that is there: its points, its sentence, who says so."""

    points: int
    words: str
    source: Words
    start: int  # where it begins in a bar of a hundred points


@dataclass(frozen=True)
class HistoryLine:
    """A step that was taken, by whom, with his words."""

    note: ReviewNote
    what: Words
    who: str


def policy_of(review: Review) -> Policy:
    """The rules' values that hold for it: the order's, else the store's."""
    policy: Policy = review.order.policy if review.order else review.store.current_policy
    return policy


def stages(review: Review) -> list[Stage]:
    """Analyse, contact, solve, reply."""
    before = {ReviewState.RECEIVED: 0, ReviewState.ANALYSED: 1, ReviewState.CONTACTED: 2}
    following = before.get(ReviewState(review.state), 3) if review.is_open else None
    steps = [
        (_("Analyse"), review.analysed_at),
        (_("Contact"), review.contacted_at),
        (_("Solve"), review.solved_at),
        (_("Reply"), review.answered_at),
    ]
    return [Stage(words, at, place == following) for place, (words, at) in enumerate(steps)]


def dates(review: Review, *, now: datetime) -> list[DateLine]:
    """When it was written, until when it wants its reply, and when somebody looks again."""
    lines = [DateLine(_("Written"), review.reviewed_at)]
    if review.state == ReviewState.DECLINED and (reply_by := due_at(review, policy_of(review))):
        lines.append(DateLine(_("Public reply due"), reply_by, reply_by < now, "R10"))
    if review.is_open and review.next_at:
        lines.append(DateLine(_("Somebody looks again"), review.next_at, review.next_at < now, "R12"))
    if review.answered_at:
        lines.append(DateLine(_("Replied publicly"), review.answered_at))
    return lines


def due_at(review: Review, policy: Policy) -> datetime | None:
    """When somebody has to look: the end of R10's span once the buyer has declined, else the next date."""
    if review.state == ReviewState.DECLINED:
        return reply_due(review, policy)
    return review.next_at


def reach(review: Review, text: str, *, now: datetime) -> Reach | None:
    """How the buyer is reached with these words; None where nobody knows who he is, or his data were erased."""
    order = review.order
    if order is None or order.buyer.erased_at:
        return None
    buyer, opens_at = order.buyer, contact_window(order, now)
    return Reach(buyer.phone, whatsapp_link(buyer.phone, text), buyer.email, opens_at <= now, opens_at)


def story(order: Order) -> Story:
    """The order's short story: a few counts, and what is linked."""
    arrived, promised = order.delivered_at, promise_end(order, order.policy)
    return Story(
        disputes=list(order.disputes.order_by("opened_at", "id")),
        cases=list(order.after_sale_cases.all()),
        promised_at=promised,
        sent=Message.objects.filter(order=order, state=MessageState.SENT).count(),
        received=InboundMessage.objects.filter(order=order).count(),
        late_days=(arrived - promised).days if arrived and promised else None,
    )


def others(reader: Reader, review: Review) -> list[Review]:
    """Other reviews of the same buyer that the reader may see, the latest first."""
    if review.order is None:
        return []
    rows = Review.objects.for_member(reader.user).filter(order__buyer=review.order.buyer_id).exclude(pk=review.pk)
    return list(rows.select_related("order", "store").order_by("-reviewed_at", "-pk")[:OTHERS])


def signs(review: Review) -> list[SignLine]:
    """The signs of malice that are there, the weightiest first, each in a sentence (R11)."""
    language, start, lines = get_language() or "en", 0, []
    for row in review.signals:
        points = int(row.get("points", 0))
        lines.append(SignLine(points, sentence(row, language), SOURCES.get(row.get("source", ""), ""), start))
        start += points
    return lines


def history(review: Review) -> list[HistoryLine]:
    """Every step that was taken, the latest first."""
    notes = list(review.notes.all())[::-1]
    people = User.objects.in_bulk({int(note.by) for note in notes if note.by.isdecimal()})
    return [HistoryLine(note, HISTORY.get(note.step, note.step), _who(note, people)) for note in notes]


def _who(note: ReviewNote, people: dict[int, User]) -> str:
    user = people.get(int(note.by)) if note.by.isdecimal() else None
    return short_name(user) if user else ""


def name_of(person: str) -> str:
    """Who a user's id is; empty for nobody, and for one who is gone."""
    user = User.objects.filter(pk=int(person)).first() if person.isdecimal() else None
    return short_name(user) if user else ""
