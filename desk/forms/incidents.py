"""The forms of an incident: who leads, what went wrong, the one wording, and which orders it touches."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from desk.forms.instants import not_far
from desk.selectors.team import short_name
from desk.words import LANGUAGES
from disputes.models import IncidentCause
from disputes.services.incident_orders import MOST_NUMBERS, Criteria
from disputes.services.incidents import MOST_BODY, MOST_SUBJECT, IncidentDraft
from orders.models import User

_SEPARATORS = re.compile(r"[\s,;，；、]+")


class IncidentForm(forms.Form):
    """What went wrong, and the three who lead."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Such as: Double 11, lamps sold twice."))
    cause = forms.ChoiceField(label=_("What went wrong"), choices=IncidentCause.choices)
    story = forms.CharField(
        label=_("What happened"), required=False, max_length=MOST_BODY, widget=forms.Textarea(attrs={"rows": 3})
    )
    operations_lead = forms.ChoiceField(label=_("Operations"), help_text=_("Mends it."))
    customer_lead = forms.ChoiceField(label=_("Customers"), help_text=_("Speaks to the buyers."))
    decision_maker = forms.ChoiceField(label=_("Decides"), help_text=_("Approves the wording and the money."))
    compensation = forms.DecimalField(
        label=_("Compensation for each order"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("In the order's own currency. Empty: none."),
    )

    def __init__(self, *args: Any, team: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("operations_lead", "customer_lead", "decision_maker"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
            field.choices = [(str(user.pk), short_name(user)) for user in team]

    def draft(self) -> IncidentDraft:
        """What the form says."""
        said = self.cleaned_data
        return IncidentDraft(
            name=said["name"],
            cause=IncidentCause(said["cause"]),
            operations_lead=int(said["operations_lead"]),
            customer_lead=int(said["customer_lead"]),
            decision_maker=int(said["decision_maker"]),
            story=said["story"],
            compensation=said["compensation"] or None,
        )


class WordingForm(forms.Form):
    """The one wording of a language."""

    language = forms.ChoiceField(label=_("Language"), choices=[(code, name) for code, name in LANGUAGES.items()])
    subject = forms.CharField(label=_("Subject"), max_length=MOST_SUBJECT)
    body = forms.CharField(
        label=_("Text"),
        max_length=MOST_BODY,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("It may name {greeting}, {order_number}, {item_titles}, {order_total} and {store_name}."),
    )


class FindForm(forms.Form):
    """Which orders; all that is filled in holds at once."""

    is_late = forms.BooleanField(label=_("Shipped late, or not yet though its time is over"), required=False)
    sku = forms.CharField(label=_("SKU"), required=False, max_length=500)
    placed_from = forms.DateField(
        label=_("Placed from"),
        required=False,
        validators=[not_far],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    placed_until = forms.DateField(
        label=_("Placed until"),
        required=False,
        validators=[not_far],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    region = forms.CharField(
        label=_("Region of the buyers"), required=False, max_length=100, help_text=_("A country, state or city.")
    )
    numbers = forms.CharField(
        label=_("Order numbers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Pasted, one a line or with commas between."),
    )

    def clean_numbers(self) -> list[str]:
        """Each once, in their order."""
        found = [part[:64] for part in _SEPARATORS.split(self.cleaned_data["numbers"]) if part]
        if len(found) > MOST_NUMBERS:
            raise ValidationError(_("At most %(n)d numbers at once.") % {"n": MOST_NUMBERS})
        return list(dict.fromkeys(found))

    def clean(self) -> None:
        """Something must be said: else the whole store would be meant."""
        if not self.errors and not self.criteria().is_any:
            raise ValidationError(_("Say which orders: at least one of these."))

    def criteria(self) -> Criteria:
        """What the form says; days are those of the reader's clock."""
        said = self.cleaned_data
        until = said.get("placed_until")
        return Criteria(
            is_late=bool(said.get("is_late")),
            sku=said.get("sku", "").strip(),
            placed_from=_begins(said["placed_from"]) if said.get("placed_from") else None,
            placed_before=_begins(until + timedelta(days=1)) if until else None,
            region=said.get("region", ""),
            numbers=said.get("numbers", []),
        )


def _begins(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
