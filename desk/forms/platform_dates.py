"""The form of the date that the platform names for one dispute."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from desk.forms.disputes import platform_date
from disputes.lifecycle import DisputeState
from disputes.models import Dispute
from disputes.models.disputes import StartCondition
from orders.events import Event, EventType


class PlatformDateForm(forms.Form):
    """By when the platform wants an answer, or the evidence where it has asked for it."""

    due_at = platform_date(_("The platform's date"))
    waits = forms.BooleanField(
        label=_("It counts only once the return has arrived"),
        required=False,
        help_text=_("Until then nobody is reminded, and nothing is called late."),
    )

    def __init__(self, *args: Any, dispute: Dispute, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dispute = dispute
        if dispute.state == DisputeState.OPENED:
            self.fields["due_at"].initial = dispute.platform_respond_by
            self.fields["waits"].initial = bool(dispute.respond_when)
        else:
            self.fields["due_at"].initial = dispute.platform_evidence_by
            del self.fields["waits"]

    def clean(self) -> dict[str, Any]:
        """A date, or a condition that it waits for."""
        given = super().clean() or {}
        if not given.get("due_at") and not given.get("waits") and not self.errors:
            raise ValidationError(_("Enter the date."))
        return given

    def to_event(self, *, now: datetime) -> Event:
        """The fact that says it: nothing about what the buyer wants."""
        named: dict[str, Any] = {"item": self.dispute.item} if self.dispute.item else {}
        due_at = self.cleaned_data["due_at"]
        if self.dispute.state != DisputeState.OPENED:
            return Event(EventType.PLATFORM_NOTICE, now, data=named | {"evidence_by": due_at})
        when = StartCondition.RETURN_ARRIVED if self.cleaned_data["waits"] else StartCondition.NONE
        dates = {"respond_by": due_at} if due_at else {}
        return Event(EventType.DISPUTE_CHANGED, now, data=named | dates | {"respond_when": str(when)})
