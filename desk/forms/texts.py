"""The form of a store's own text."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TextForm(forms.Form):
    """Subject and body with `{variables}`, and until when the text holds (M8)."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 18}), strip=True)
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        help_text=_("Optional: after this day the text is listed as out of date."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
