"""The forms of a chase: when somebody looks again, what the carrier said, and why it is closed."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.forms.calls import moment
from desk.people_words import REASONS
from disputes.services.chasing import ChaseEnd


class CheckForm(forms.Form):
    """Somebody looked, and looks again."""

    text = forms.CharField(label=_("What you found"), required=False, max_length=500)
    next_at = moment(
        pgettext_lazy("date", "Look again"), required=False, help_text=_("On your clock. Empty: after the usual span.")
    )


class AnswerForm(forms.Form):
    """What the carrier answered."""

    answer = forms.CharField(label=_("The carrier's answer"), max_length=500)


class EndForm(forms.Form):
    """Why a person closes it."""

    end = forms.ChoiceField(label=_("Why"), choices=[(end.value, REASONS[end]) for end in ChaseEnd])
