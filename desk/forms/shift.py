"""When the reader is back at work."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from desk.clocks import weekday_names

LOCAL = "%Y-%m-%dT%H:%M"


class ShiftForm(forms.Form):
    """The instant, on the reader's clock; left empty it is the next morning that is on no day off."""

    back = forms.DateTimeField(
        label=_("Back at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )
    off = forms.TypedMultipleChoiceField(
        label=_("Days off"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["off"].choices = [*enumerate(weekday_names(), 1)]  # type: ignore[attr-defined]

    def clean_back(self) -> datetime | None:
        """It lies ahead."""
        back: datetime | None = self.cleaned_data["back"]
        if back and back <= self.now:
            raise ValidationError(_("This has passed."))
        return back


def as_typed(instant: datetime, zone: ZoneInfo) -> str:
    """How the field wants an instant."""
    return instant.astimezone(zone).strftime(LOCAL)
