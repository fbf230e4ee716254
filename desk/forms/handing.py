"""Giving what there is to do to somebody, and putting it aside until a day on the reader's clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.clocks import format_instant
from desk.selectors.team import short_name
from orders.models import User

MORNING = 9  # o'clock
SOON = timedelta(hours=3)


class Until(StrEnum):
    """How long something is put aside."""

    SOON = "soon"
    TOMORROW = "tomorrow"
    MONDAY = "monday"
    WEEK = "week"
    LATEST = "latest"
    OWN = "own"


NAMES: dict[str, str | Promise] = {
    Until.SOON: _("In 3 hours"),
    Until.TOMORROW: _("Tomorrow morning"),
    Until.MONDAY: _("Monday morning"),
    Until.WEEK: _("In a week"),
    Until.LATEST: _("As long as its date allows"),
    Until.OWN: _("Until another moment"),
}
REASONS = [
    _("Waiting for the buyer"),
    _("Waiting for the carrier"),
    _("Waiting for the platform"),
    _("Waiting for the warehouse"),
    _("Asked the owner"),
]


def instants(now: datetime, zone: ZoneInfo) -> dict[str, datetime]:
    """The instants behind the words, on the zone's clock.

    Two words may name one instant (on a Sunday, Monday is tomorrow), and both are taken: a page stays open overnight.
    """
    morning = now.astimezone(zone).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    days: dict[str, int] = {Until.TOMORROW: 1, Until.MONDAY: 8 - morning.isoweekday(), Until.WEEK: 7}
    return {Until.SOON: now + SOON, **{name: morning + timedelta(days=count) for name, count in days.items()}}


class SnoozeForm(forms.Form):
    """Until when, and why; `latest` is the longest for one item, none for several of which each has its own."""

    until = forms.ChoiceField(label=_("Until"), widget=forms.RadioSelect)
    at = forms.DateTimeField(
        label=_("Another moment"),
        required=False,
        help_text=_("On your clock."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "snooze-reasons", "autocomplete": "off", "autofocus": True}),
    )
    field_order = ("reason", "until", "at")

    def __init__(self, *args: Any, now: datetime, zone: ZoneInfo, latest: datetime | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.latest = now, latest
        self.instants = {
            name: instant for name, instant in instants(now, zone).items() if latest is None or instant <= latest
        }
        if latest:
            self.instants[Until.LATEST] = latest
        self.fields["until"].choices = [*self._choices()]  # type: ignore[attr-defined]
        # Never by itself the very minute at which it is due, while there is an earlier moment to choose.
        usual = (name for name in (Until.TOMORROW, Until.SOON) if self.instants.get(name, latest) != latest)
        self.fields["until"].initial = next(usual, Until.LATEST)

    def _choices(self) -> Iterable[tuple[str, str]]:
        for name, words in NAMES.items():
            if instant := self.instants.get(name):
                yield name, f"{words}: {format_instant(instant, now=self.now)}"
            elif name == Until.OWN or (name == Until.LATEST and self.latest is None):
                yield name, str(words)

    def clean(self) -> dict[str, Any]:
        """Another moment has to be named, and lies ahead."""
        data = super().clean() or self.cleaned_data
        if data.get("at"):
            data["until"] = Until.OWN
        if data.get("until") == Until.OWN:
            at = data.get("at")
            if at is None:
                self.add_error("at", _("Name the moment."))
            elif at <= self.now or (self.latest and at > self.latest):
                self.add_error("at", self._too_long(at))
        return data

    def _too_long(self, at: datetime) -> ValidationError:
        if at <= self.now or self.latest is None:
            return ValidationError(_("This has passed."))
        latest = format_instant(self.latest, now=self.now)
        return ValidationError(
            _("Too long: from %(latest)s on it has to be in sight, for its date.") % {"latest": latest}
        )

    def instant(self, latest: datetime) -> datetime:
        """Until when (UTC); `latest` is the item's own."""
        name = self.cleaned_data["until"]
        instant: datetime = self.cleaned_data["at"] if name == Until.OWN else self.instants.get(name, latest)
        return instant


class AssignForm(forms.Form):
    """Who has it from now on; empty is nobody."""

    to = forms.ChoiceField(label=_("To whom"), required=False)

    def __init__(self, *args: Any, team: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names: Mapping[str, str] = {str(user.pk): short_name(user) for user in team}
        self.fields["to"].choices = [*names.items(), ("", _("nobody"))]  # type: ignore[attr-defined]

    def user_id(self) -> int | None:
        """The person's id."""
        return int(self.cleaned_data["to"]) if self.cleaned_data["to"] else None
