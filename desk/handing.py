"""What the team does with its open items, one or several at once: given, put aside, done, and each of it taken back.

Every deed says what it changed, what it left alone and why, and the address that undoes it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from desk.access import DeskRequest, actor_of
from desk.clocks import format_instant
from desk.doing import ACTION_EVENTS
from desk.forms.handing import SnoozeForm
from desk.own_pages import has_own_page
from desk.row_ids import read_id
from desk.selectors.cards import WITH_MESSAGE
from desk.selectors.team import short_name
from desk.undoing import undo_address
from disputes.models import ActionItem, ActionState
from disputes.services.actions import complete_action, reopen_action
from disputes.services.handing import (
    ANYBODY,
    NoHand,
    SnoozedTooLong,
    TakenMeanwhile,
    assign_action,
    latest_snooze,
    snooze_action,
    wake_action,
)
from orders.models import User
from orders.models.orders import OrderPart

MOST_NAMED = 5  # items that are left alone, in a remark


class Left(StrEnum):
    """Why an item was left as it was."""

    UNCHANGED = "unchanged"
    TAKEN = "taken"
    STRANGER = "stranger"
    TOO_LONG = "too_long"
    OWN_STEP = "own_step"


LEFT: dict[str, str | Promise] = {
    Left.UNCHANGED: gettext_lazy("Stood so already, or done by somebody else: %(which)s."),
    Left.TAKEN: gettext_lazy("Taken by somebody else meanwhile: %(which)s."),
    Left.STRANGER: gettext_lazy("In a store where this person does not work: %(which)s."),
    Left.TOO_LONG: gettext_lazy("Not put aside so long, for its date comes first: %(which)s."),
    Left.OWN_STEP: gettext_lazy("Done by a step of its own, so open it: %(which)s."),
}


@dataclass
class Outcome:
    """What came of a deed: what each changed item had before, and which were left alone, by the reason."""

    changed: dict[int, object] = field(default_factory=dict)
    left: dict[Left, list[ActionItem]] = field(default_factory=dict)

    def note(self, item: ActionItem, before: object, *, is_changed: bool) -> None:
        """Count an item."""
        if is_changed:
            self.changed[item.pk] = before
        else:
            self.leave(item, Left.UNCHANGED)

    def leave(self, item: ActionItem, why: Left) -> None:
        """Keep that an item was left as it was."""
        self.left.setdefault(why, []).append(item)

    def remarks(self) -> str:
        """Why some were left alone, and which: what there is to do, and on which order."""
        return " ".join(str(LEFT[why]) % {"which": _names(items)} for why, items in self.left.items())


def _names(items: Sequence[ActionItem]) -> str:
    named = [f"{item.get_kind_display()} {item.order.order_number}" for item in items[:MOST_NAMED]]
    more = [f"… +{len(items) - MOST_NAMED}"] if len(items) > MOST_NAMED else []
    return ", ".join([*named, *more])


def workable_items(request: DeskRequest, ids: Sequence[int]) -> list[ActionItem]:
    """Those of the items that the reader may change, in the order asked for."""
    stores = [store.pk for store in request.reader.work_stores]
    rows: OrderPart = ActionItem.objects.for_member(request.user).filter(order__store__in=stores, pk__in=ids)
    found = {row.pk: row for row in rows.select_related("order__store", "assignee")}
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def give(
    request: DeskRequest, items: Iterable[ActionItem], user_id: int | None, *, now: datetime, had: int | None = ANYBODY
) -> Outcome:
    """Give the items to somebody, or to nobody; `had` is who had them on the reader's page."""
    outcome = Outcome()
    for item in items:
        before = item.assignee_id or ""
        try:
            done = assign_action(item.pk, user_id, now=now, actor=actor_of(request), had=had)
        except TakenMeanwhile:
            outcome.leave(item, Left.TAKEN)
        except NoHand:
            outcome.leave(item, Left.STRANGER)
        else:
            outcome.note(item, before, is_changed=done)
    return outcome


def put_aside(request: DeskRequest, items: Iterable[ActionItem], form: SnoozeForm, *, now: datetime) -> Outcome:
    """Put the items aside, each no longer than its own date allows."""
    outcome = Outcome()
    for item in items:
        until = form.instant(latest_snooze(item, item.order.policy))
        try:
            done = snooze_action(
                item.pk, until=until, reason=form.cleaned_data["reason"], now=now, actor=actor_of(request)
            )
        except SnoozedTooLong:
            outcome.leave(item, Left.TOO_LONG)
        else:
            outcome.note(item, "", is_changed=done)
    return outcome


def finish(request: DeskRequest, items: Iterable[ActionItem], *, now: datetime) -> Outcome:
    """Note the items as done, but for those that a command, a message or a dispute stands behind."""
    outcome = Outcome()
    for item in items:
        if item.kind in ACTION_EVENTS or item.kind in WITH_MESSAGE or item.case or has_own_page(item):
            outcome.leave(item, Left.OWN_STEP)
        else:
            complete_action(item.pk, now=now, actor=actor_of(request))
            outcome.note(item, "", is_changed=item.state == ActionState.OPEN)
    return outcome


def wake(request: DeskRequest, items: Iterable[ActionItem], *, now: datetime) -> Outcome:
    """Bring the items back before their time."""
    outcome = Outcome()
    for item in items:
        until = item.snoozed_until.isoformat() if item.snoozed_until else ""
        outcome.note(item, until, is_changed=wake_action(item.pk, now=now, actor=actor_of(request)))
    return outcome


def reopen(request: DeskRequest, items: Iterable[ActionItem], *, now: datetime) -> Outcome:
    """Take the word back that they are done."""
    outcome = Outcome()
    for item in items:
        outcome.note(item, "", is_changed=reopen_action(item.pk, now=now, actor=actor_of(request)))
    return outcome


def give_back(request: DeskRequest, items: Iterable[ActionItem], before: dict[int, str], *, now: datetime) -> Outcome:
    """Give each item to whom it belonged before, unless somebody else took it since."""
    outcome, given_to = Outcome(), request.GET.get("to", "any")
    had = None if given_to == "" else read_id(given_to) or ANYBODY
    for item in items:
        to = before.get(item.pk, "")
        each = give(request, [item], read_id(to), now=now, had=had)
        outcome.changed |= each.changed
        for why, left in each.left.items():
            outcome.left.setdefault(why, []).extend(left)
    return outcome


def snooze_again(
    request: DeskRequest, items: Iterable[ActionItem], before: dict[int, str], *, now: datetime
) -> Outcome:
    """Put each item aside as it was before it was taken up again."""
    outcome, reason = Outcome(), request.GET.get("reason", "")
    for item in items:
        until = datetime.fromisoformat(before[item.pk])
        if until.tzinfo is None:
            raise ValueError("an instant names its zone")
        try:
            done = snooze_action(item.pk, until=until, reason=reason, now=now, actor=actor_of(request))
        except SnoozedTooLong:
            outcome.leave(item, Left.TOO_LONG)
        else:
            outcome.note(item, "", is_changed=done)
    return outcome


def given_words(outcome: Outcome, to: User | None, reader: User) -> tuple[str, str]:
    """What was given to whom, and the address that takes it back."""
    n, undo = len(outcome.changed), undo_address("give_back", outcome.changed, to=str(to.pk) if to else "")
    if to is None:
        return ngettext("Nobody's now.", "%(n)d are nobody's now.", n) % {"n": n}, undo
    if to.pk == reader.pk:
        return ngettext("Yours now.", "%(n)d are yours now.", n) % {"n": n}, undo
    several = ngettext("%(n)d given to %(who)s.", "%(n)d given to %(who)s.", n)
    return (_("Given to %(who)s.") if n == 1 else several) % {"n": n, "who": short_name(to)}, undo


def aside_words(outcome: Outcome, form: SnoozeForm) -> tuple[str, str]:
    """What was put aside until when, and the address that brings it back."""
    n, undo = len(outcome.changed), undo_address("wake", outcome.changed)
    until = form.instants.get(form.cleaned_data["until"], form.cleaned_data.get("at"))
    if until is None:
        return ngettext("Put aside.", "%(n)d are put aside.", n) % {"n": n}, undo
    moment = format_instant(until, now=form.now)
    several = ngettext("%(n)d is put aside until %(at)s.", "%(n)d are put aside until %(at)s.", n)
    return (_("Put aside until %(at)s.") if n == 1 else several) % {"n": n, "at": moment}, undo


def done_words(outcome: Outcome) -> tuple[str, str]:
    """What is done, and the address that takes the word back."""
    n = len(outcome.changed)
    return ngettext("Done.", "%(n)d are done.", n) % {"n": n}, undo_address("reopen", outcome.changed)


def woken_words(outcome: Outcome, reason: str) -> tuple[str, str]:
    """What is taken up again, and the address that puts it aside as it was."""
    return _("Taken up again."), undo_address("snooze", outcome.changed, reason=reason)


def undone_words(outcome: Outcome) -> str:
    """What was taken back."""
    n = len(outcome.changed)
    return ngettext("Taken back: %(n)d.", "Taken back: %(n)d.", n) % {"n": n}


UNDOINGS: dict[str, Callable[..., Outcome]] = {"wake": wake, "reopen": reopen}


def undo(
    request: DeskRequest, deed: str, items: Sequence[ActionItem], before: dict[int, str], *, now: datetime
) -> Outcome:
    """Take a deed back. Raises KeyError for one that is none, and ValueError for what nothing can have been before."""
    if deed == "give_back":
        return give_back(request, items, before, now=now)
    if deed == "snooze":
        return snooze_again(request, items, before, now=now)
    return UNDOINGS[deed](request, items, now=now)


def nothing_words(outcome: Outcome) -> str:
    """Why nothing changed."""
    return outcome.remarks() or _("Nothing was chosen.")
