"""The form of a store's account at a tracking service."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from orders.models import TrackingAccount
from orders.providers.interface import ProviderName

PLAIN = RegexValidator(r"^[!-~]+$", _("Only letters, digits and signs of a plain keyboard, without spaces."))


class TrackingAccountForm(forms.Form):
    """The key, which is never shown again, and for Kuaidi100 the customer number beside it."""

    key = forms.CharField(
        label=_("Key"),
        max_length=200,
        validators=[PLAIN],
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    customer = forms.CharField(label=_("Customer number"), max_length=100, validators=[PLAIN])

    def __init__(self, data: Any = None, *, provider: ProviderName, account: TrackingAccount | None) -> None:
        super().__init__(data, auto_id=f"{provider}-%s")
        if provider is not ProviderName.KUAIDI100:
            del self.fields["customer"]
        elif account is not None:
            self.fields["customer"].initial = account.customer
        if account is not None:
            self.fields["key"].required = False
            self.fields["key"].help_text = _("Leave empty to keep the key that is there.")
