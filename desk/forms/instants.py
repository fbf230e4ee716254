"""What a date that a person types must be for every clock to hold it."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

YEARS = range(2000, 2101)


def not_far(at: date) -> None:
    """A day or an instant that can be shown in every zone. Raises ValidationError."""
    if at.year not in YEARS:
        raise ValidationError(_("Choose a date between the years 2000 and 2100."))
