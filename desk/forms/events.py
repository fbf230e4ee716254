"""Forms behind events: each gives the event's own keys, typed as `orders.events` wants them."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from desk.forms.numbers import OddNumberForm
from desk.selectors.duties import duty_card
from desk.tracking_words import DETAILS, SIGNERS
from desk.words import CHOICES, TRACKING
from orders.events import Event, EventType
from orders.lifecycle import UNPAID
from orders.models import Order
from orders.planning import protection_end

SHORT, LONG = 100, 2000  # characters
MOST_DAYS = 120
NO_KEYS = {"at", "sure_of"}  # of the fields, those that say something of the others
PART = "partial_refund"  # of the choices, the one with an amount


class EventForm(forms.Form):
    """An event without keys of its own; with `dated`, the reader says when it happened, on his own clock."""

    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("On your clock. Leave it empty for now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, order: Order, now: datetime, dated: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.now = order, now
        if not dated:
            del self.fields["at"]

    def clean_at(self) -> datetime | None:
        """Facts lie in the past."""
        at: datetime | None = self.cleaned_data["at"]
        if at and at > self.now:
            raise ValidationError(_("This lies in the future: enter when it happened."))
        return at

    def keys(self) -> dict[str, Any]:
        """The event's keys."""
        names = [name for name in self.fields if name not in NO_KEYS]
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] not in (None, "")}

    def to_event(self, kind: EventType, *, is_command: bool) -> Event:
        """The event that the form describes."""
        return Event(kind, self.cleaned_data.get("at") or self.now, is_command=is_command, data=self.keys())


class ShipForm(EventForm, OddNumberForm):
    """A parcel that leaves."""

    carrier = forms.CharField(label=_("Carrier"), max_length=SHORT, required=False)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=64, required=False)
    exception = forms.CharField(
        label=_("Why before the funds arrived"),
        max_length=SHORT * 3,
        required=False,
        help_text=_("The timeline keeps the reason."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if duty := duty_card(self.order):
            self.fields["carrier"].help_text = duty.advice
        excusable = self.order.policy.value("P2", "exception") and self.order.state in UNPAID
        if not excusable:
            del self.fields["exception"]


class DeliveryForm(EventForm):
    """A parcel that arrived."""

    source = forms.CharField(
        label=_("Who says so"),
        max_length=SHORT,
        required=False,
        help_text=_("The carrier's page, the buyer, a photo …"),
    )


class AmountForm(EventForm):
    """An amount in the order's currency."""

    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=13, decimal_places=2)


class RefundForm(AmountForm):
    """A refund: at most what has not gone back yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.order.total is not None:
            self.fields["amount"].initial = self.order.total - self.order.refunded_amount

    def clean_amount(self) -> Any:
        """The form refuses what the order never cost."""
        amount, order = self.cleaned_data["amount"], self.order
        if order.total is not None and amount > order.total - order.refunded_amount:
            raise ValidationError(_("More than the buyer paid and has not got back yet."))
        return amount


class TaxIdForm(EventForm):
    """The buyer's CPF or CNPJ."""

    tax_id = forms.CharField(label=_("CPF or CNPJ"), max_length=30)


class ExtensionForm(EventForm):
    """More days for the parcel to arrive."""

    days = forms.IntegerField(
        label=_("Days more"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=30,
        error_messages={
            "min_value": _("The receipt time only gets longer: enter 1 day or more."),
            "max_value": _("Enter %(limit_value)s days at most."),
        },
    )

    def keys(self) -> dict[str, Any]:
        """The new end, counted from the present one."""
        end = protection_end(self.order, self.order.policy) or self.now
        return {"protection_ends_at": max(end, self.now) + timedelta(days=self.cleaned_data["days"])}


class ChoiceForm(EventForm):
    """What the buyer chose after the second contact; of a part of his money the amount has to be told (C2)."""

    choice = forms.ChoiceField(label=_("The buyer chose"), choices=list(CHOICES.items()), widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=_("Partial refund: how much goes back"), required=False, min_value=0, max_digits=13, decimal_places=2
    )

    def clean(self) -> None:
        """An amount belongs to a part, and to nothing else."""
        if self.cleaned_data.get("choice") != PART:
            self.cleaned_data.pop("amount", None)
            self.errors.pop("amount", None)
            return
        amount, order = self.cleaned_data.get("amount"), self.order
        if "amount" in self.errors:
            return
        if not amount:
            self.add_error("amount", _("Say how much goes back."))
        elif order.total is not None and amount > order.total - order.refunded_amount:
            self.add_error("amount", _("More than the buyer paid and has not got back yet."))

    def keys(self) -> dict[str, Any]:
        """The choice, and the amount of a part."""
        return {name: value for name, value in self.cleaned_data.items() if name != "at" and value not in (None, "")}


class TrackingForm(EventForm):
    """A line of a carrier's page."""

    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("read it from the description")), *TRACKING.items()]
    )
    description = forms.CharField(label=_("Description"), max_length=LONG, required=False)
    location = forms.CharField(label=_("Place"), max_length=SHORT, required=False)
    source = forms.CharField(label=_("Source"), max_length=SHORT, required=False)

    def clean(self) -> None:
        """A status or a description."""
        if not self.cleaned_data.get("status") and not self.cleaned_data.get("description"):
            raise ValidationError(_("Choose a status, or enter what the carrier says."))


class TextForm(EventForm):
    """What somebody wrote."""

    text = forms.CharField(label=_("Text"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3}))


class DeniedReceiptForm(EventForm):
    """The buyer says that it did not arrive: what he says, and who is said to have the parcel (T5)."""

    text = forms.CharField(
        label=_("What the buyer says"), required=False, max_length=LONG, widget=forms.Textarea(attrs={"rows": 3})
    )
    signed_by = forms.ChoiceField(
        label=_("Who signed"),
        required=False,
        choices=[("", _("as the carrier says, or not known")), *((who, DETAILS[who]) for who in SIGNERS)],
    )


FORMS: dict[EventType, type[EventForm]] = {
    EventType.SHIPPED: ShipForm,
    EventType.DELIVERED: DeliveryForm,
    EventType.RECEIPT_DENIED: DeniedReceiptForm,
    EventType.REFUND_ISSUED: RefundForm,
    EventType.FUNDS_RELEASED: AmountForm,
    EventType.REPAID: AmountForm,
    EventType.TAX_ID_PROVIDED: TaxIdForm,
    EventType.RECEIPT_EXTENDED: ExtensionForm,
    EventType.BUYER_CHOICE: ChoiceForm,
    EventType.TRACKING: TrackingForm,
    EventType.BUYER_MESSAGE: TextForm,
}


def form_for(kind: EventType) -> type[EventForm]:
    """The form of an event's type."""
    return FORMS.get(kind, EventForm)
