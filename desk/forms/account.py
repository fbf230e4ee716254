"""The form of a person's own preferences."""

from typing import ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders.models import User


class PreferencesForm(forms.ModelForm[User]):
    """Name, language and clock."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    timezone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Every date is shown on this clock, beside the buyer's.")
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["first_name", "last_name", "language", "timezone"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name]
        self.fields["language"].choices = [("", _("the browser's")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["timezone"].choices = [("", _("my store's")), ("UTC", "UTC"), *zones]  # type: ignore[attr-defined]
