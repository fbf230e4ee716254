"""What a button does: the form is read, a dangerous step is asked twice, and the door for facts does the rest."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from desk.access import DeskRequest, actor_of
from desk.commands import DANGEROUS, PART_IS_CHOSEN, SHIPS_ALL_THE_SAME
from desk.forms.events import PART, EventForm, form_for
from desk.own_pages import has_own_page
from desk.platform_answers import CannotAsk, send_extension
from desk.reason_words import reason_words
from desk.row_ids import read_id
from desk.selectors.shipping import Wish, order_wishes
from disputes.bulk_deeds import PLATFORM_OFF
from disputes.case_fields import UnusableAnswer
from disputes.case_refusals import CaseRefused
from disputes.models import ActionItem, ActionKind, ActionState
from disputes.recording import record
from disputes.services.actions import complete_action
from disputes.services.after_sale import take_step
from disputes.services.by_hand import say_sent
from messaging.models import Message
from messaging.services.by_hand import FOR_A_PERSON
from orders.events import EventType
from orders.models import Order
from orders.services.objections import Broken

# The command behind an action, where there is one; the others are done by a person's word.
ACTION_EVENTS: dict[str, EventType] = {
    ActionKind.SHIP: EventType.SHIPPED,
    ActionKind.ANSWER_CANCELLATION: EventType.CANCELLED,
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
    """A button pressed: the form as it was filled in, and the rule that refused it.

    `is_on_its_way` where the platform was asked, and has yet to say yes.
    """

    result: Result
    form: EventForm | None = None
    refusal: Broken | None = None
    warnings: tuple[Broken, ...] = ()
    kind: EventType | None = None
    is_on_its_way: bool = False
    wishes: tuple[Wish, ...] = ()  # what the buyer waits for instead of his parcel

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
        if self.kind is EventType.SHIPPED:
            return SHIPS_ALL_THE_SAME
        if self.kind is EventType.BUYER_CHOICE:
            return PART_IS_CHOSEN
        return DANGEROUS.get(self.kind, "") if self.kind else ""

    @property
    def despite(self) -> str:
        """The rules of what is said against it, for who does it all the same."""
        return " ".join(wish.rule for wish in self.wishes)

    @property
    def amount(self) -> Decimal | None:
        """The money that it moves, repeated where the reader says yes."""
        return self.form.cleaned_data.get("amount") if self.form else None

    @property
    def status(self) -> int:
        """The answer's status code."""
        return 422 if self.result in {Result.INVALID, Result.REFUSED} else 200


def attempt_event(request: DeskRequest, order: Order, kind: EventType, form: EventForm, *, is_command: bool) -> Attempt:
    """Record what the form says, unless it is wrong, dangerous and not confirmed, or refused."""
    if not form.is_valid():
        return Attempt(Result.INVALID, form)
    wishes = tuple(order_wishes(order)) if kind is EventType.SHIPPED and is_command else ()
    consented = set(request.POST.get("despite", "").split())
    if any(wish.rule not in consented for wish in wishes) or _asks_twice(request, kind, form):
        return Attempt(Result.UNCONFIRMED, form, kind=kind, wishes=wishes)
    try:
        if kind is EventType.RECEIPT_EXTENDED and is_command and send_extension(request, order, form):
            return Attempt(Result.DONE, form, is_on_its_way=True)
    except CannotAsk:
        return Attempt(Result.REFUSED, form, Broken("", str(reason_words(PLATFORM_OFF))))
    event = form.to_event(kind, is_command=is_command)
    if wishes:
        event = replace(event, data={**event.data, "despite": " ".join(wish.rule for wish in wishes)})
    outcome = record(order.pk, event, now=form.now, actor=actor_of(request))
    if outcome.refusal:
        return Attempt(Result.REFUSED, form, outcome.refusal)
    return Attempt(Result.DONE, form, warnings=(*outcome.violations, *outcome.warnings))


def _asks_twice(request: DeskRequest, kind: EventType, form: EventForm) -> bool:
    """Whether the reader has yet to say yes to what cannot be taken back, or to an amount."""
    is_grave = kind in DANGEROUS or form.cleaned_data.get("choice") == PART
    return is_grave and not request.POST.get("confirmed")


def do_action(request: DeskRequest, item: ActionItem, *, now: datetime) -> Attempt:
    """Do what an item asks for: its command, the message that it is about, or a person's word that it is done."""
    note = request.POST.get("note", "").strip()[:200]
    kind = ACTION_EVENTS.get(item.kind)
    if is_done_elsewhere(item) and request.POST.get("do") not in {"case_step", "sent"}:
        return Attempt(Result.REFUSED, refusal=Broken("", _("This is done by a step of its own: open it.")))
    attempt = Attempt(Result.DONE)
    if request.POST.get("do") == "event" and kind is not None:
        form = action_form(item, now=now, data=request)
        attempt = attempt_event(request, item.order, kind, form, is_command=True)
    elif request.POST.get("do") == "case_step":
        return _take_step(request, item, now=now)  # the case settles the item
    elif request.POST.get("do") == "sent" and (message := _shown(request, item)):
        say_sent(message.pk, now=now, actor=actor_of(request), note=note)
    if attempt.is_done and not attempt.is_on_its_way:  # the platform's yes settles it, as it does from elsewhere
        complete_action(item.pk, now=now, actor=actor_of(request), note=note)
    return attempt


def is_done_elsewhere(item: ActionItem) -> bool:
    """Whether nobody's mere word closes it: it is done by a step of its own, which gives the next date."""
    return item.kind not in ACTION_EVENTS and has_own_page(item)


def _take_step(request: DeskRequest, item: ActionItem, *, now: datetime) -> Attempt:
    """Take the case's step that the item asks for, where nothing has to be answered."""
    case = next((row for row in item.order.after_sale_cases.all() if row.subject == item.subject), None)
    if case is None or item.data.get("step") != case.step:
        return Attempt(Result.REFUSED, refusal=Broken("", _("The case has gone on: open it.")))
    try:
        take_step(case.pk, case.step, now=now, actor=actor_of(request))
    except CaseRefused as error:
        return Attempt(Result.REFUSED, refusal=Broken("", str(error.message)))
    except UnusableAnswer as error:
        return Attempt(Result.REFUSED, refusal=Broken("", str(error)))
    return Attempt(Result.DONE)


def action_form(item: ActionItem, *, now: datetime, data: DeskRequest | None = None) -> EventForm:
    """The form of an item's command, filled in with what the rule suggests."""
    suggested = suggested_values(item)
    return form_for(ACTION_EVENTS[item.kind])(
        data.POST if data else None, order=item.order, now=now, initial=suggested, auto_id=f"action-{item.pk}-%s"
    )


def suggested_values(item: ActionItem) -> dict[str, object]:
    """What an item's form is filled in with; the part of his money that nobody named stays empty (C2)."""
    suggested = {key: item.data[key] for key in ("amount", "days") if item.data.get(key) is not None}
    return suggested if item.data.get("choice") != PART else {"amount": None} | suggested


def offered_form(item: ActionItem, *, now: datetime) -> EventForm | None:
    """The form to show on an open item, where a command stands behind it."""
    return action_form(item, now=now) if item.kind in ACTION_EVENTS and item.state == ActionState.OPEN else None


def _shown(request: DeskRequest, item: ActionItem) -> Message | None:
    """The message on the card, if it still waits: of several, what was sent is the one that he saw."""
    waiting = Message.objects.filter(order=item.order_id, purpose=item.subject, state__in=FOR_A_PERSON)
    if "message" in request.POST:
        waiting = waiting.filter(pk=read_id(request.POST["message"]))
    found: Message | None = waiting.order_by("queued_at").last()  # as the card chooses
    return found
