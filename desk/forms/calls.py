"""The form of a call with a buyer."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms.instants import not_far
from desk.people_words import CALL_PROBLEMS
from disputes.models.calls import CallDirection, CallResult
from disputes.services.calling import LONGEST, CallNote, CallProblem

MOMENT = "%Y-%m-%dT%H:%M"
FIELDS = {
    CallProblem.FUTURE: "called_at",
    CallProblem.BEFORE_ORDER: "called_at",
    CallProblem.CALL_BACK_PAST: "call_back_at",
}


def moment(label: Any, *, help_text: Any = "", **more: Any) -> forms.DateTimeField:
    """An instant on the reader's clock."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, help_text=help_text, widget=widget, validators=[not_far], **more)


class CallForm(forms.Form):
    """Who called, when, what came of it, what was agreed, and when the buyer is called again."""

    direction = forms.ChoiceField(label=_("Who called"), choices=CallDirection.choices, initial=CallDirection.OUT)
    result = forms.ChoiceField(label=_("What came of it"), choices=CallResult.choices, initial=CallResult.AGREED)
    called_at = moment(_("When"), required=False, help_text=_("On your clock. Empty: just now."))
    agreed = forms.CharField(
        label=_("What was agreed"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    call_back_at = moment(
        _("Call again"), required=False, help_text=_("On your clock. It comes up as work on its date.")
    )

    def note(self, now: datetime) -> CallNote:
        """What the form says."""
        said = self.cleaned_data
        return CallNote(
            CallDirection(said["direction"]),
            CallResult(said["result"]),
            said["called_at"] or now,
            said["agreed"],
            said["call_back_at"],
        )

    def add_problem(self, problem: CallProblem) -> None:
        """Say at its field why the call cannot be noted."""
        self.add_error(FIELDS[problem], str(CALL_PROBLEMS[problem]))
