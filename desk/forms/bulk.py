"""What is asked for on many orders at once."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from desk.row_ids import read_id
from desk.words import PURPOSES
from disputes.bulk import MOST_ORDERS
from disputes.bulk_deeds import ASKED, BULK_PURPOSES, ONLY_NOTE
from disputes.models import BulkKind
from disputes.models.bulk import OF_INCIDENT

MOST_DAYS = 120


class BulkForm(forms.Form):
    """The deed and how: only what the deed needs is asked for."""

    kind = forms.ChoiceField(choices=[choice for choice in BulkKind.choices if choice[0] not in OF_INCIDENT])
    purpose = forms.ChoiceField(
        label=_("About"), required=False, choices=[(purpose.value, PURPOSES[purpose]) for purpose in BULK_PURPOSES]
    )
    days = forms.IntegerField(label=_("Days more"), required=False, min_value=1, max_value=MOST_DAYS, initial=30)
    only_note = forms.BooleanField(label=_("It is extended there already: only note it here"), required=False)

    def clean(self) -> None:
        """The parameters of the deed."""
        needed = {BulkKind.CONTACT: "purpose", BulkKind.EXTEND: "days"}.get(self.cleaned_data.get("kind", ""))
        if needed and not self.cleaned_data.get(needed):
            raise ValidationError(_("Say what to write about, or how many days to add."))

    def params(self) -> dict[str, Any]:
        """What the deed takes."""
        given = self.cleaned_data
        wanted = {BulkKind.CONTACT: ("purpose",), BulkKind.EXTEND: ("days", ONLY_NOTE, ASKED)}.get(given["kind"], ())
        return {name: given[name] for name in wanted if given.get(name)}


class StartForm(BulkForm):
    """The same from the page of the preview, with the orders that were seen there."""

    token = forms.UUIDField()
    orders = forms.CharField()
    asked = forms.CharField(required=False)

    def clean_asked(self) -> list[int]:
        """The stores whose platform the preview said would be asked."""
        return _read_ids(self.cleaned_data["asked"])

    def clean_orders(self) -> list[int]:
        """The ids, as many as a preview shows at most."""
        ids = _read_ids(self.cleaned_data["orders"])
        if not ids or len(ids) > MOST_ORDERS:
            raise ValidationError(_("Select the orders again."))
        return ids


def _read_ids(text: str) -> list[int]:
    return [found for part in text.split(",") if (found := read_id(part)) is not None]


def new_token() -> uuid.UUID:
    """What makes one preview known from another."""
    return uuid.uuid4()
