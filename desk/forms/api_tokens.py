"""The form of a new API token."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import ApiScope

FOR_EVER = "ever"
DAYS = [("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")), (FOR_EVER, _("until it is revoked"))]


class TokenForm(forms.Form):
    """What the program is called, what it may do, and how long."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("The program that gets it, such as ERP."))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=ApiScope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.ChoiceField(label=_("Good for"), choices=DAYS, initial="365")

    def scopes_given(self) -> list[ApiScope]:
        """What it may do."""
        return [ApiScope(scope) for scope in self.cleaned_data["scopes"]]

    def expires_at(self, now: datetime) -> datetime | None:
        """Until when it opens anything (UTC); None for ever."""
        days = self.cleaned_data["days"]
        return None if days == FOR_EVER else now + timedelta(days=int(days))
