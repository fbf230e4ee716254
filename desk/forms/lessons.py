"""The team's own lesson of a dispute."""

from django import forms
from django.utils.translation import gettext_lazy as _

from disputes.causes import CauseGroup


class LessonForm(forms.Form):
    """Why it came about, and what to do next time."""

    cause = forms.ChoiceField(label=_("Where the trouble began"), choices=[("", _("choose one")), *CauseGroup.choices])
    text = forms.CharField(
        label=_("What to do next time"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For the team; without names of buyers."),
    )
