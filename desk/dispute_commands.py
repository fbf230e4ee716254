"""What may be done in a dispute now, what may be recorded about it, and the forms for it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from desk.answer_words import CONTEST, CONTEST_LABEL, NEXT
from desk.commands import DANGEROUS
from desk.dispute_words import COMMANDS
from desk.forms.disputes import DisputeEventForm, dispute_form
from disputes.lifecycle import ANSWERABLE, DisputeState
from disputes.models import Dispute
from orders.events import EventType

# What we ask of the program, and it may refuse; the rest is what the buyer or the platform did, and is recorded.
ASKED = {EventType.COUNTER_OFFER, EventType.DISPUTE_ACCEPTED}
OURS = [EventType.COUNTER_OFFER, EventType.EVIDENCE_SUBMITTED, EventType.VERDICT, EventType.DISPUTE_ACCEPTED]
BUTTONS: list[str] = [CONTEST, *OURS]
TOLD = [
    EventType.DISPUTE_CHANGED,
    EventType.DISPUTE_WITHDRAWN,
    EventType.PLATFORM_NOTICE,
    EventType.VERDICT,
]
WHY_NOT: dict[EventType, tuple[str | Promise, str]] = {
    EventType.COUNTER_OFFER: (_("The platform has the case: it waits for evidence, not for offers."), "D4"),
    EventType.EVIDENCE_SUBMITTED: (
        _("The platform has not asked for evidence yet. What you hand in with your answer is recorded at its version."),
        "D4",
    ),
}


@dataclass(frozen=True)
class DisputeCommand:
    """A button with its form."""

    type: str
    label: str | Promise
    note: str | Promise
    form: DisputeEventForm
    is_dangerous: bool
    is_usual: bool


def event_of(kind: str) -> EventType | None:
    """The event behind a button's name; None where there is no such button."""
    if kind == CONTEST:
        return EventType.COUNTER_OFFER
    return EventType(kind) if kind in {*OURS, *TOLD} else None


def label_of(kind: str) -> str | Promise:
    """A button's words."""
    return CONTEST_LABEL if kind == CONTEST else COMMANDS[EventType(kind)]


def make_form(kind: str, dispute: Dispute, *, now: datetime, data: object = None) -> DisputeEventForm:
    """The form of an event on this dispute; without a date it happens now."""
    return dispute_form(kind)(data, order=dispute.order, dispute=dispute, now=now, dated=True, auto_id=f"{kind}-%s")


def offered_here(dispute: Dispute, *, now: datetime, recommendation: str = "") -> list[DisputeCommand]:
    """The answers that are ours to give in this state; until one is given, the advised one is the usual one."""
    usual = CONTEST if recommendation == "contest" else EventType.COUNTER_OFFER
    return [
        DisputeCommand(
            kind,
            label_of(kind),
            NEXT.get(kind, ""),
            make_form(kind, dispute, now=now),
            is_dangerous=kind in DANGEROUS,
            is_usual=kind == usual and dispute.state == DisputeState.OPENED,
        )
        for kind in BUTTONS
        if (event := event_of(kind)) and _fits(dispute, event)
    ]


def told_here(dispute: Dispute) -> list[tuple[EventType, str | Promise]]:
    """What the buyer or the platform may have done, to be entered with its date."""
    if not dispute.is_open:
        return []
    possible = [kind for kind in TOLD if kind is not EventType.PLATFORM_NOTICE or can_proceed(dispute.ask_evidence)]
    return [(kind, COMMANDS[kind]) for kind in possible if not (kind in OURS and _fits(dispute, kind))]


def forbidden_here(dispute: Dispute) -> list[tuple[str | Promise, str | Promise, str]]:
    """What cannot be done now: its name, why, and the rule."""
    if not dispute.is_open:
        return []
    return [(COMMANDS[kind], *WHY_NOT[kind]) for kind in OURS if kind in WHY_NOT and not _fits(dispute, kind)]


def _fits(dispute: Dispute, kind: EventType) -> bool:
    """Whether it makes sense to offer it here; a fact that does not can still come in by file."""
    fits = {
        EventType.COUNTER_OFFER: dispute.state in ANSWERABLE,
        EventType.EVIDENCE_SUBMITTED: can_proceed(dispute.submit_evidence),
        EventType.VERDICT: dispute.state not in ANSWERABLE,
    }
    return dispute.is_open and fits.get(kind, True)
