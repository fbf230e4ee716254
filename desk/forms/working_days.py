"""The calculator of days that count."""

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.rules import CODES
from orders.calendars import Calendar

MOST_DAYS = 250


class CountForm(forms.Form):
    """From which day, and how many days that count."""

    calendar = forms.ChoiceField(label=_("Calendar"), choices=[(name, CODES[name]) for name in Calendar])
    start = forms.DateField(label=_("After"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=MOST_DAYS, initial=1)
