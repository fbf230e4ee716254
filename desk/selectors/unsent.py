"""Why the buyer was not written to: each message that did not leave, its reason, and what becomes of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.reason_words import reason_words
from desk.words import PURPOSES, WRITING_KINDS, milestone_label
from messaging.models import Message, MessageState
from orders.models import Milestone, Order, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind

Words = str | Promise

# What comes next, and who may do otherwise.
AFTERWARDS: dict[str, Words] = {
    MessageState.WAITING: _("It waits: an owner or an agent sends it by hand, or has it tried again by e-mail."),
    MessageState.STOPPED: _("It waits: once what is missing is known, an owner or an agent has it tried again."),
    MessageState.DEAD: _(
        "It is not tried again by itself: an owner or an agent sends it by hand or has it tried again."
    ),
    MessageState.CANCELLED: "",  # what the page says once, below all of them
}


@dataclass(frozen=True)
class Unsent:
    """One message that did not leave."""

    at: datetime
    what: Words
    why: str
    rule: str
    afterwards: Words
    anchor: str


def list_unsent(
    order: Order, mails: Sequence[Message], events: Iterable[TimelineEvent], milestones: Iterable[Milestone]
) -> list[Unsent]:
    """What did not leave, the latest first; what a message's row tells is not told again by its event."""
    rows = [*_from_mails(mails), *_from_events(mails, events), *_from_dates(order, milestones)]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _from_mails(mails: Sequence[Message]) -> Iterator[Unsent]:
    for mail in mails:
        if mail.state not in AFTERWARDS:
            continue
        why = reason_words(mail.reason) or mail.last_error
        if not why and mail.state == MessageState.WAITING:
            why = str(_("the buyer has no e-mail address"))
        what = PURPOSES.get(mail.purpose, mail.purpose)
        yield Unsent(mail.queued_at, what, why, mail.rule, AFTERWARDS[mail.state], f"#message-{mail.pk}")


def _from_events(mails: Sequence[Message], events: Iterable[TimelineEvent]) -> Iterator[Unsent]:
    told = {(mail.purpose, mail.reason) for mail in mails if mail.state == MessageState.CANCELLED}
    for event in events:
        purpose, reason = str(event.data.get("purpose", "")), str(event.data.get("reason", ""))
        if (event.kind, event.type) == (EventKind.MESSAGE, "not_sent") and (purpose, reason) not in told:
            what = PURPOSES.get(purpose, purpose)
            afterwards = AFTERWARDS[MessageState.CANCELLED]
            yield Unsent(event.at, what, reason_words(reason), event.rule, afterwards, f"#event-{event.sequence}")


def _from_dates(order: Order, milestones: Iterable[Milestone]) -> Iterator[Unsent]:
    """The dates that would have written and ended before they came, together with others that ended alike."""
    firsts: dict[tuple[datetime, str], int] = {}
    for row in milestones:
        if row.state != MilestoneState.CANCELLED or row.outcome_at is None:
            continue
        first = firsts.setdefault((row.outcome_at, row.reason), row.pk)
        if row.kind in WRITING_KINDS:
            what, why = milestone_label(row.kind, order.policy), reason_words(row.reason)
            yield Unsent(row.outcome_at, what, why, row.rule, AFTERWARDS[MessageState.CANCELLED], f"#ended-{first}")
