"""Forms of a disruption: what holds parcels up, where and when, and the paper that shows it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.forms.disputes import ACCEPTED
from disputes.services.disruptions import Draft, Flaw, UnusableDisruption, check_draft
from orders.models import DisruptionCause, Store

FLAWS: dict[Flaw, str | Promise] = {
    Flaw.CAUSE: _("This is no cause: choose one of the list."),
    Flaw.EXPLANATION: _("Another cause needs its explanation: say what happened."),
    Flaw.EVERYWHERE: _("This touches every parcel: say a region, a carrier or a route."),
    Flaw.FAR_START: _("It begins more than a year from now: check the date."),
    Flaw.FAR_END: _("It ends more than a year from now: check the date."),
    Flaw.BACKWARDS: _("It ends before it begins: check the two dates."),
    Flaw.OVER: _("It is over already: enter when it ends, or leave the end empty."),
    Flaw.NOTICE: _("It has its notice already, which stays as it is."),
}
# The form asks for days where the service wants instants.
DAYS = {"starts_at": "starts_on", "ends_at": "ends_on"}


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def _place(label: Any, known: str, **more: Any) -> forms.CharField:
    """A text with suggestions: the page's list named `known`."""
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs={"list": known}), **more)


def day_begins(day: date) -> datetime:
    """The first instant of a day on the reader's clock."""
    return timezone.make_aware(datetime.combine(day, time.min))


def day_ends(day: date) -> datetime:
    """The last second of a day on the reader's clock."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class EndForm(forms.Form):
    """The last day of a disruption."""

    ends_on = _day(_("Until"), required=False, help_text=_("The last day, on your clock. Empty: nobody knows yet."))

    def ends_at(self) -> datetime | None:
        """When it ends (UTC)."""
        given: date | None = self.cleaned_data.get("ends_on")
        return day_ends(given) if given else None


class DisruptionForm(EndForm):
    """A disruption in one of the reader's stores; the service's check is the form's."""

    store = forms.ChoiceField(label=_("Store"))
    cause = forms.ChoiceField(label=_("Cause"), choices=DisruptionCause.choices)
    region = _place(
        _("Region of the buyers"), "regions", max_length=100, help_text=_("A country, state or city: BR, SP, Campinas.")
    )
    carrier = _place(_("Carrier"), "carriers", max_length=500)
    route = _place(
        _("Route"), "routes", max_length=500, help_text=_("A place where parcels were seen last, or CN-BR on the way.")
    )
    starts_on = _day(pgettext_lazy("time", "From"))
    explanation = forms.CharField(
        label=_("Explanation"),
        max_length=500,
        required=False,
        help_text=_("For the team and the evidence; buyers read the cause in their own language."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    notice = forms.FileField(
        label=pgettext_lazy("disruption", "Notice"),
        required=False,
        help_text=_("The carrier's notice or a photo: JPEG, PNG, WebP, HEIC or PDF."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    field_order = ("store", "cause", "starts_on", "ends_on", "region", "carrier", "route", "explanation", "notice")

    def __init__(self, *args: Any, stores: Sequence[Store], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stores, self.now = {store.slug: store for store in stores}, now
        self.fields["starts_on"].initial = now.astimezone(timezone.get_current_timezone()).date()
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [(store.slug, store.name) for store in stores]

    def clean_store(self) -> Store:
        """The store itself."""
        return self.stores[self.cleaned_data["store"]]

    def clean(self) -> None:
        """What the service would refuse."""
        if self.errors:
            return
        try:
            check_draft(self.draft(), now=self.now)
        except UnusableDisruption as error:
            self.add_error(DAYS.get(error.field, error.field), str(FLAWS[error.flaw]))

    def draft(self) -> Draft:
        """What the form says."""
        said = self.cleaned_data
        words = {name: said[name] for name in ("cause", "region", "carrier", "route", "explanation")}
        return Draft(starts_at=day_begins(said["starts_on"]), ends_at=self.ends_at(), **words)


class NoticeForm(forms.Form):
    """The paper of a disruption that was recorded without one."""

    notice = forms.FileField(
        label=pgettext_lazy("disruption", "Notice"), widget=forms.FileInput(attrs={"accept": ACCEPTED})
    )
