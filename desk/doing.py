"""What a button does: the form is read, a dangerous step is asked twice, and the door for facts does the rest."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise

from desk.access import DeskRequest, actor_of
from desk.commands import DANGEROUS
from desk.forms.events import EventForm, form_for
from disputes.models import ActionItem, ActionKind, ActionState
from disputes.recording import record
from disputes.services.actions import complete_action
from messaging.models import Message
from messaging.services.by_hand import FOR_A_PERSON, mark_sent_by_hand
from orders.events import EventType
from orders.models import Order
from orders.services.objections import Broken

# The command behind an action, where there is one; the others are done by a person's word.
ACTION_EVENTS: dict[str, EventType] = {
    ActionKind.SHIP: EventType.SHIPPED,
    ActionKind.RECORD_CHOICE: EventType.BUYER_CHOICE,
    ActionKind.REFUND: EventType.REFUND_ISSUED,
    ActionKind.EXTEND_RECEIPT_TIME: EventType.RECEIPT_EXTENDED,
    ActionKind.RELEASE_FUNDS: EventType.FUNDS_RELEASED,
    ActionKind.ASK_REPAYMENT: EventType.REPAID,
}


class Result(StrEnum):
    """What came of pressing a button."""

    DONE = "done"
    INVALID = "invalid"
    UNCONFIRMED = "unconfirmed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Attempt:
    """A button pressed: the form as it was filled in, and the rule that refused it."""

    result: Result
    form: EventForm | None = None
    refusal: Broken | None = None
    warnings: tuple[Broken, ...] = ()
    kind: EventType | None = None

    @property
    def is_done(self) -> bool:
        """Whether it happened."""
        return self.result is Result.DONE

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the reader has to say yes once more."""
        return self.result is Result.UNCONFIRMED

    @property
    def danger(self) -> str | Promise:
        """What a dangerous step does, said before it is done."""
        return DANGEROUS.get(self.kind, "") if self.kind else ""

    @property
    def status(self) -> int:
        """The answer's status code."""
        return 422 if self.result in {Result.INVALID, Result.REFUSED} else 200


def attempt_event(request: DeskRequest, order: Order, kind: EventType, form: EventForm, *, is_command: bool) -> Attempt:
    """Record what the form says, unless it is wrong, dangerous and not confirmed, or refused."""
    if not form.is_valid():
        return Attempt(Result.INVALID, form)
    if kind in DANGEROUS and not request.POST.get("confirmed"):
        return Attempt(Result.UNCONFIRMED, form, kind=kind)
    event = form.to_event(kind, is_command=is_command)
    outcome = record(order.pk, event, now=form.now, actor=actor_of(request))
    if outcome.refusal:
        return Attempt(Result.REFUSED, form, outcome.refusal)
    return Attempt(Result.DONE, form, warnings=(*outcome.violations, *outcome.warnings))


def do_action(request: DeskRequest, item: ActionItem, *, now: datetime) -> Attempt:
    """Do what an item asks for: its command, the message that it is about, or a person's word that it is done."""
    note = request.POST.get("note", "").strip()[:200]
    kind = ACTION_EVENTS.get(item.kind)
    attempt = Attempt(Result.DONE)
    if request.POST.get("do") == "event" and kind is not None:
        form = action_form(item, now=now, data=request)
        attempt = attempt_event(request, item.order, kind, form, is_command=True)
    elif request.POST.get("do") == "sent":
        for message in _waiting(item):
            mark_sent_by_hand(message.pk, now=now, actor=actor_of(request), note=note)
    if attempt.is_done:
        complete_action(item.pk, now=now, actor=actor_of(request), note=note)
    return attempt


def action_form(item: ActionItem, *, now: datetime, data: DeskRequest | None = None) -> EventForm:
    """The form of an item's command, filled in with what the rule suggests."""
    suggested = {key: item.data[key] for key in ("amount", "days") if item.data.get(key) is not None}
    return form_for(ACTION_EVENTS[item.kind])(
        data.POST if data else None, order=item.order, now=now, initial=suggested, auto_id=f"action-{item.pk}-%s"
    )


def offered_form(item: ActionItem, *, now: datetime) -> EventForm | None:
    """The form to show on an open item, where a command stands behind it."""
    return action_form(item, now=now) if item.kind in ACTION_EVENTS and item.state == ActionState.OPEN else None


def _waiting(item: ActionItem) -> list[Message]:
    waiting = Message.objects.filter(order=item.order_id, purpose=item.subject, state__in=FOR_A_PERSON)
    return list(waiting)
