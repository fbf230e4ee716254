"""What a person does with one review: the deed's form is read, the step is taken, and what came of it is said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from desk.access import DeskRequest, actor_of
from desk.forms.handing import AssignForm
from desk.forms.reviews import (
    CauseForm,
    ChangedForm,
    ContactForm,
    FactsForm,
    NextDateForm,
    PostedForm,
    PublicReplyForm,
    ReasonForm,
    SayForm,
    SolutionForm,
)
from desk.review_words import CHANNELS, refusal_words
from desk.selectors.team import list_team
from disputes.causes import CauseGroup
from disputes.models import Review, ReviewKind
from disputes.services import review_steps as steps
from disputes.services.handing import NoHand
from disputes.services.review_readings import send_back
from disputes.services.reviews import ReviewRefused
from evidence.models import BundleState
from evidence.services.appeals import mark_appealed

Words = str | Promise


@dataclass(frozen=True)
class Done:
    """What was done, in words, and the address that takes it back, where one can."""

    said: str
    undo: str = ""


@dataclass(frozen=True)
class Press:
    """A button that was pressed on a review: by whom, when (UTC), and the form behind it, which is valid."""

    request: DeskRequest
    review: Review
    form: Any
    now: datetime

    @property
    def by(self) -> dict[str, Any]:
        """Who did it, and when."""
        return {"now": self.now, "actor": actor_of(self.request)}

    @property
    def text(self) -> str:
        """The words beside the button."""
        return str(self.form.cleaned_data.get("text", ""))

    def undo(self, deed: str, **given: str | int | None) -> str:
        """The address that takes it back by another deed."""
        address = reverse("desk:review_deed", args=[self.review.pk, deed])
        return f"{address}?{urlencode({name: '' if value is None else value for name, value in given.items()})}"


def _analyse(press: Press) -> Done:
    review, (group, detail) = press.review, press.form.parts
    before = {"cause": f"{review.cause}:{review.detail}" if review.detail else review.cause, "kind": review.kind}
    cause = steps.Cause(CauseGroup(group), detail, ReviewKind(press.form.cleaned_data["kind"]))
    steps.analyse(review.pk, cause, **press.by)
    is_other = review.cause and (review.cause, review.detail) != (group, detail)
    return Done(_("The cause is kept."), press.undo("analyse", **before) if is_other else "")


def _contact(press: Press) -> Done:
    channel = str(CHANNELS[press.form.cleaned_data["channel"]])
    steps.contact(press.review.pk, text=f"{channel}: {press.text}", **press.by)
    return Done(_("Kept: the buyer was contacted."))


def _solve(press: Press) -> Done:
    steps.solve(press.review.pk, solution=press.text, **press.by)
    return Done(_("Kept: now the buyer may be asked, once, whether he changes it."))


def _ask(press: Press) -> Done:
    steps.ask(press.review.pk, text=press.text, **press.by)
    return Done(_("Kept: the buyer was asked. Do not push; come back to it once at most."))


def _follow_up(press: Press) -> Done:
    steps.follow_up(press.review.pk, text=press.text, **press.by)
    return Done(_("Kept: that was the one time to come back to it."))


def _decline(press: Press) -> Done:
    steps.decline(press.review.pk, text=press.text, **press.by)
    return Done(_("Kept: the public reply is due now."))


def _changed(press: Press) -> Done:
    stars = press.form.cleaned_data["stars"]
    steps.note_changed(press.review.pk, stars=int(stars) if stars else None, text=press.text, **press.by)
    return Done(_("Kept: the buyer changed it."), press.undo("take_up"))


def _draft(press: Press) -> Done:
    steps.draft_reply(press.review.pk, press.text, **press.by)
    return Done(_("The draft is kept: a second person reads it before it is posted."))


def _read(press: Press) -> Done:
    steps.read_reply(press.review.pk, press.text, **press.by)
    return Done(_("Approved: post it on the platform's page, then say so."))


def _send_back(press: Press) -> Done:
    send_back(press.review.pk, text=press.text, **press.by)
    return Done(_("Sent back to its writer, with your words."))


def _post(press: Press) -> Done:
    steps.post_reply(press.review.pk, at=press.form.cleaned_data["at"], **press.by)
    return Done(_("Kept: the reply stands under the review."), press.undo("take_up"))


def _appeal(press: Press) -> Done:
    with transaction.atomic():
        steps.appeal(press.review.pk, text=press.text, **press.by)
        ready = press.review.appeals.filter(state=BundleState.READY).order_by("-number").first()
        if ready:
            mark_appealed(ready.pk, now=press.now)
    return Done(_("Kept: the platform has it."))


def _removed(press: Press) -> Done:
    steps.note_removed(press.review.pk, text=press.text, **press.by)
    return Done(_("Kept: the platform took it down."))


def _stands(press: Press) -> Done:
    steps.note_stands(press.review.pk, text=press.text, **press.by)
    return Done(_("Kept: the platform lets it stand, and the public reply is due now."))


def _leave(press: Press) -> Done:
    steps.leave(press.review.pk, reason=press.text, **press.by)
    return Done(_("Put away."), press.undo("take_up"))


def _take_up(press: Press) -> Done:
    steps.take_up(press.review.pk, **press.by)
    return Done(_("It is worked on again."))


def _facts(press: Press) -> Done:
    steps.set_facts(press.review.pk, press.form.facts(), **press.by)
    return Done(_("Kept, and scored anew."))


def _hand(press: Press) -> Done:
    before, user_id = press.review.responsible_id, press.form.user_id()
    steps.hand_review(press.review.pk, user_id, **press.by)
    said = _("It is yours.") if user_id == press.request.user.pk else _("Given.")
    return Done(said, press.undo("hand", to=before) if before != user_id else "")


def _date(press: Press) -> Done:
    before = press.review.next_at
    steps.set_date(press.review.pk, press.form.cleaned_data["at"], **press.by)
    is_ahead = before is not None and before > press.now
    return Done(_("The next date is kept."), press.undo("date", at=before.isoformat()) if before and is_ahead else "")


DEEDS: dict[str, Callable[[Press], Done]] = {
    "analyse": _analyse,
    "contact": _contact,
    "solve": _solve,
    "ask": _ask,
    "follow_up": _follow_up,
    "decline": _decline,
    "changed": _changed,
    "draft": _draft,
    "read": _read,
    "send_back": _send_back,
    "post": _post,
    "appeal": _appeal,
    "removed": _removed,
    "stands": _stands,
    "leave": _leave,
    "take_up": _take_up,
    "facts": _facts,
    "hand": _hand,
    "date": _date,
}
FORMS: dict[str, type[forms.Form]] = {
    "contact": ContactForm,
    "solve": SolutionForm,
    "changed": ChangedForm,
    "draft": PublicReplyForm,
    "read": PublicReplyForm,
    "send_back": ReasonForm,
    "post": PostedForm,
    "appeal": ReasonForm,
    "leave": ReasonForm,
    "date": NextDateForm,
}


def form_of(request: DeskRequest, review: Review, deed: str, data: Any = None) -> forms.Form:
    """The form behind a deed, empty or as it was filled in."""
    named: dict[str, Any] = {"auto_id": f"{deed}-%s"}
    if deed == "analyse":
        return CauseForm(data, review=review, **named)
    if deed == "facts":
        return FactsForm(data, review=review, **named)
    if deed == "hand":
        return AssignForm(data, team=list_team(request.reader, [review.store_id]), **named)
    if deed == "draft":
        return PublicReplyForm(data, initial={"text": review.reply_text}, **named)
    return FORMS.get(deed, SayForm)(data, **named)


def do_deed(request: DeskRequest, review: Review, deed: str, form: Any, *, now: datetime) -> Done | None:
    """Do it, unless the form is wrong or the step is refused: then the form says why."""
    if not form.is_valid():
        return None
    try:
        return DEEDS[deed](Press(request, review, form, now))
    except (ReviewRefused, NoHand) as error:
        form.add_error(None, refusal_words(str(error)))
        return None
