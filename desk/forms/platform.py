"""Forms of a store's connection to AliExpress: the app's key, and answers to a dispute."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from desk.forms.tracking_accounts import PLAIN
from orders.models import PlatformAccount

LONGEST = 1000  # characters of what the platform is told beside an offer


class PlatformAppForm(forms.Form):
    """The app's key, and its secret, which is never shown again."""

    app_key = forms.CharField(label=_("App key"), max_length=100, validators=[PLAIN])
    secret = forms.CharField(
        label=_("App secret"),
        max_length=200,
        validators=[PLAIN],
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, account: PlatformAccount | None) -> None:
        super().__init__(data, auto_id="app-%s")
        if account is not None:
            self.fields["app_key"].initial = account.app_key
            self.fields["secret"].required = False
            self.fields["secret"].help_text = _("Leave empty to keep the secret that is there.")


class AgreeForm(forms.Form):
    """Agreeing with the plan that the page showed; goods that come back need an address of the seller's."""

    plan = forms.CharField(widget=forms.HiddenInput, max_length=64)
    # What the plan said when the page showed it: the buyer may change it, and it keeps its number.
    amount = forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=13, decimal_places=2)
    currency = forms.CharField(widget=forms.HiddenInput, required=False, max_length=3)
    goods = forms.ChoiceField(widget=forms.HiddenInput, required=False, choices=[("back", ""), ("stay", "")])
    return_address = forms.CharField(
        label=_("Number of your return address"),
        required=False,
        max_length=20,
        validators=[PLAIN],
        help_text=_("As AliExpress lists it; needed where the goods come back."),
    )

    def __init__(self, data: Any = None, *, is_return: bool = False, **kwargs: Any) -> None:
        super().__init__(data, auto_id="agree-%s", **kwargs)
        if not is_return:
            del self.fields["return_address"]

    def params(self) -> dict[str, Any]:
        """What is sent."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return given | ({"amount": f"{given['amount']:.2f}"} if "amount" in given else {})


class OfferForm(forms.Form):
    """Another plan than the buyer's: 0 rejects it."""

    amount = forms.DecimalField(
        label=_("Refund"),
        min_value=0,
        max_digits=13,
        decimal_places=2,
        help_text=_("0 rejects what the buyer asks for."),
    )
    remedy = forms.ChoiceField(
        label=_("The goods"), required=False, choices=[("", _("stay with the buyer")), ("return", _("come back"))]
    )
    return_address = AgreeForm.base_fields["return_address"]
    text = forms.CharField(
        label=_("What you tell the buyer and the platform"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, most: Decimal | None = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="offer-%s", **kwargs)
        self.most = most

    def clean_amount(self) -> Decimal:
        """Nobody offers more than the order cost."""
        amount: Decimal = self.cleaned_data["amount"]
        if self.most is not None and amount > self.most:
            raise ValidationError(_("More than the buyer paid and has not got back yet."))
        return amount

    def clean(self) -> None:
        """Goods that come back need an address."""
        if self.cleaned_data.get("remedy") and not self.cleaned_data.get("return_address"):
            self.add_error("return_address", _("Needed where the goods come back."))

    def params(self, currency: str) -> dict[str, Any]:
        """What is sent."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return given | {"amount": f"{self.cleaned_data['amount']:.2f}", "currency": currency}
