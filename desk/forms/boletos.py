"""The form that a boleto's line is checked with; nothing of it is kept."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BoletoForm(forms.Form):
    """The line as it stands on the slip."""

    line = forms.CharField(
        label=_("Line or barcode of the boleto"),
        max_length=100,
        help_text=_("Dots and spaces do not matter. Nothing is stored."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
