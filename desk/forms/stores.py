"""The forms of a store: what it is called, its clock, its currency, and what other currencies are worth in it."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orders.models import Store
from orders.policies import load_policy, policy_names

RATE_ROWS = 3  # empty ones, below those that are there
CODE = RegexValidator(r"^[A-Za-z]{3}$", _("Three letters, such as USD, CNY or BRL."))


def _currency(text: str) -> str:
    """A currency's code. Raises ValidationError."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValidationError(_("Three letters, such as USD, CNY or BRL."))
    return code


class StoreForm(forms.Form):
    """What every store has."""

    name = forms.CharField(label=_("Name"), max_length=100)
    timezone = forms.ChoiceField(label=_("Time zone"), initial="Asia/Shanghai", help_text=_("The team's own clock."))
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        validators=[CODE],
        initial="USD",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("In which amounts at stake are added up."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zones = self.fields["timezone"]
        assert isinstance(zones, forms.ChoiceField)  # noqa: S101  declared above
        zones.choices = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]

    def clean_currency(self) -> str:
        """In capitals."""
        code: str = self.cleaned_data["currency"]
        return code.upper()


class NewStoreForm(StoreForm):
    """A store that is not there yet."""

    slug = forms.SlugField(
        label=_("Short name"),
        max_length=50,
        help_text=_("For addresses and commands; it stays: letters, digits, - and _."),
    )
    policy = forms.ChoiceField(
        label=_("Policy pack"), help_text=_("Where it sells, and to whom: the dates and rules. It stays, too.")
    )
    field_order = ("name", "slug", "policy", "timezone", "currency")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        packs = self.fields["policy"]
        assert isinstance(packs, forms.ChoiceField)  # noqa: S101  declared above
        packs.choices = [(name, pack_title(name)) for name in policy_names()]

    def clean_slug(self) -> str:
        """Nobody else's."""
        slug: str = self.cleaned_data["slug"]
        if Store.objects.filter(slug=slug).exists():
            raise ValidationError(_("There is a store of this name already: choose another."))
        return slug


def pack_title(name: str) -> str:
    """A pack's title in the reader's language."""
    title = load_policy(name).title
    return title.get(get_language() or "en") or title["en"]


class SettingsForm(StoreForm):
    """What of a store may be changed at any time, with a row for each currency."""

    reply_email = forms.EmailField(
        label=_("Reply address"), required=False, help_text=_("Where buyers' answers to mails go.")
    )

    def __init__(self, data: Any = None, *, store: Store, missing: Iterable[str]) -> None:
        initial = {name: getattr(store, name) for name in ("name", "timezone", "currency", "reply_email")}
        super().__init__(data, initial=initial)
        known = [*store.exchange_rates.items(), *((code, "") for code in missing)]
        for number, (code, rate) in enumerate([*known, *[("", "")] * RATE_ROWS]):
            self.fields[f"code-{number}"] = forms.CharField(
                label=_("Currency"), required=False, initial=code, max_length=3, validators=[CODE]
            )
            self.fields[f"rate-{number}"] = forms.DecimalField(
                label=_("Worth"), required=False, initial=rate, min_value=Decimal(0), max_digits=20, localize=False
            )

    def plain_fields(self) -> list[forms.BoundField]:
        """All but the rates."""
        return [self[name] for name in ("name", "timezone", "currency", "reply_email")]

    def rate_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """A currency and what one unit of it is worth, each."""
        count = sum(name.startswith("code-") for name in self.fields)
        return [(self[f"code-{number}"], self[f"rate-{number}"]) for number in range(count)]

    def clean(self) -> None:
        """A currency without a rate goes; a rate without a currency, or of the store's own, is a mistake."""
        rates: dict[str, str] = {}
        for code_field, rate_field in self.rate_rows():
            code = (self.cleaned_data.get(code_field.name) or "").strip().upper()
            rate = self.cleaned_data.get(rate_field.name)
            if rate is not None and not code:
                self.add_error(code_field.name, _("Which currency is this?"))
            elif rate is not None and (rate == 0 or code == self.cleaned_data.get("currency") or code in rates):
                self.add_error(rate_field.name, _("Each other currency once, and worth more than nothing."))
            elif rate is not None:
                rates[code] = str(rate)
        self.cleaned_data["exchange_rates"] = rates

    def values(self) -> dict[str, Any]:
        """What `change_store` takes."""
        names = ("name", "timezone", "currency", "reply_email", "exchange_rates")
        return {name: self.cleaned_data[name] for name in names}
