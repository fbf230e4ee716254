"""The form of a person's own preferences."""

from datetime import time
from typing import ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders.models import User


class PreferencesForm(forms.ModelForm[User]):
    """Name, language, clock, when the daily digest comes, and whether the week's figures do."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    timezone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Every date is shown on this clock, beside the buyer's.")
    )

    digest_hour = forms.TypedChoiceField(
        label=_("Daily digest"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("One mail a day with what is overdue and due, when there is something or it is Monday."),
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = [
            "first_name",
            "last_name",
            "language",
            "timezone",
            "digest_hour",
            "weekly_summary",
        ]
        help_texts: ClassVar[dict[str, object]] = {
            "weekly_summary": _("One mail on Monday with the figures of your stores' week, beside the week before.")
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name]
        self.fields["language"].choices = [("", _("the browser's")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        hours = [(hour, f"{time(hour):%H:%M}") for hour in range(24)]
        self.fields["digest_hour"].choices = [("", _("off")), *hours]  # type: ignore[attr-defined]
        self.fields["timezone"].choices = [("", _("my store's")), ("UTC", "UTC"), *zones]  # type: ignore[attr-defined]
