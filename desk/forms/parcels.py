"""The form of a parcel's number that was not known when it left."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from desk.forms.events import SHORT
from desk.forms.numbers import OddNumberForm
from orders.models import Shipment


class NumberForm(OddNumberForm):
    """A parcel's number, and its carrier where that is not known either."""

    tracking_number = forms.CharField(label=_("Tracking number"), max_length=64)
    carrier = forms.CharField(label=_("Carrier"), max_length=SHORT, required=False)

    def __init__(self, *args: Any, parcel: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parcel = parcel
        self.fields["carrier"].initial = parcel.carrier

    def clean_tracking_number(self) -> str:
        """A number stands on one parcel of the order."""
        number = str(self.cleaned_data["tracking_number"])
        others = self.parcel.order.shipments.exclude(pk=self.parcel.pk)
        if others.filter(tracking_number=number).exists():
            raise ValidationError(_("Another parcel of this order has this number."))
        return number
