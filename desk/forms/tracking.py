"""Forms of the tracking desk: what a source says, entered by hand with its screenshot, and a step of a case."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.forms.disputes import ACCEPTED
from desk.forms.events import LONG, SHORT
from desk.words import TRACKING
from orders.events import Event, EventType
from orders.models import Order

NEWS, KNOWN, UNKNOWN = "news", "known", "unknown"


def _instant(label: Any, help_text: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, help_text=help_text, widget=widget)


class LookForm(forms.Form):
    """What one source says about a parcel when a person looks; the screenshot becomes an exhibit."""

    source = forms.CharField(
        label=_("Where you looked"),
        max_length=SHORT,
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
        help_text=_("A service, or the carrier's own page."),
    )
    said = forms.ChoiceField(
        label=_("What it says"),
        choices=[
            (NEWS, _("this news")),
            (KNOWN, _("it knows the number, nothing new")),
            (UNKNOWN, _("it does not know the number")),
        ],
        initial=NEWS,
        widget=forms.RadioSelect,
    )
    description = forms.CharField(
        label=_("Its words"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(
            attrs={
                "rows": 2,
                "hx-get": reverse_lazy("desk:tracking_reading"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "next .reading",
                "hx-swap": "innerHTML",  # the form around it swaps the whole row
            }
        ),
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("read it from the words")), *TRACKING.items()]
    )
    location = forms.CharField(label=_("Place"), max_length=SHORT, required=False)
    at = _instant(_("When it happened"), _("On your clock. Leave it empty for now."))
    tracking_number = forms.ChoiceField(label=_("Parcel"), required=False)
    screenshot = forms.FileField(
        label=_("Screenshot"),
        required=False,
        help_text=_("It is frozen as an exhibit of the order."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args: Any, order: Order, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        numbers = [parcel.tracking_number for parcel in order.shipments.all()]
        field = self.fields["tracking_number"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [(number, number) for number in numbers]
        if len(numbers) < 2:
            del self.fields["tracking_number"]

    def clean_at(self) -> datetime | None:
        """Facts lie in the past."""
        at: datetime | None = self.cleaned_data["at"]
        if at and at > self.now:
            raise ValidationError(_("This lies in the future: enter when it happened."))
        return at

    def clean(self) -> None:
        """News is a status or words."""
        given = self.cleaned_data
        if given.get("said") == NEWS and not given.get("status") and not given.get("description"):
            raise ValidationError(_("Choose a status, or enter what the source says."))

    def events(self) -> list[Event]:
        """What the source says, and that it was asked: a source with news knows the number (T6)."""
        given = self.cleaned_data
        asked = {"source": given["source"], "found": given["said"] != UNKNOWN}
        events = [Event(EventType.TRACKING_LOOKUP, self.now, data=asked)]
        if given["said"] == NEWS:
            names = ("source", "status", "description", "location", "tracking_number")
            said = {name: given[name] for name in names if given.get(name)}
            events.insert(0, Event(EventType.TRACKING, given["at"] or self.now, data=said))
        return events


class StepForm(forms.Form):
    """A step of a case: what was found, and when somebody looks again."""

    text = forms.CharField(label=_("What you found"), required=False, max_length=LONG)
    next_at = _instant(pgettext_lazy("date", "Look again"), _("On your clock. Leave it empty for the usual span."))
