"""The form of a webhook: where what happens is told, and what of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.address_words import REFUSALS
from desk.api_words import type_choices
from orders.outward import ForbiddenAddress, check_address


class WebhookForm(forms.Form):
    """An address of the store's own program; nothing ticked means everything."""

    name = forms.CharField(label=_("Name"), max_length=60)
    url = forms.CharField(label=_("Address"), max_length=500, help_text=_("It begins with https://."))
    event_types = forms.MultipleChoiceField(
        label=_("Hears"), choices=type_choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean_url(self) -> str:
        """An address that may be posted to."""
        url: str = self.cleaned_data["url"].strip()
        try:
            check_address(url)
        except ForbiddenAddress as error:
            raise forms.ValidationError(str(REFUSALS[error.why])) from error
        return url
