"""The composer of replies, and the form into which a person pastes what a buyer wrote."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from disputes.receiving import Pasted
from messaging.models import Channel
from messaging.models.inbound import Place
from messaging.services.writing import LONGEST
from orders.models import Order, Store

LONGEST_PASTE = 20_000  # characters
CLOCK = {"type": "datetime-local"}
CLOCK_FORMAT = "%Y-%m-%dT%H:%M"


class ReplyForm(forms.Form):
    """A reply in the person's own words, and until when he promises to write again."""

    text = forms.CharField(
        label=_("Your reply"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "id": "reply-text", "data-quick-reply-target": True}),
    )
    promised_at = forms.DateTimeField(
        label=_("I promise an answer by"),
        required=False,
        help_text=_("On your clock; the buyer reads it on his. It becomes a date of the order."),
        widget=forms.DateTimeInput(attrs=CLOCK, format=CLOCK_FORMAT),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, auto_id="reply-%s", **more)

    @property
    def channel(self) -> Channel:
        """How it should go; by mail unless the person chose otherwise."""
        return Channel.BY_HAND if self.data.get("channel") == Channel.BY_HAND else Channel.EMAIL


class PasteForm(forms.Form):
    """What the buyer wrote, where and when. Pasted outside of an order, it names the store and perhaps the order."""

    text = forms.CharField(
        label=_("What the buyer wrote"),
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    place = forms.ChoiceField(label=_("Where"), choices=Place.choices, initial=Place.PLATFORM)
    received_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("On your clock. Leave it empty for now."),
        widget=forms.DateTimeInput(attrs=CLOCK, format=CLOCK_FORMAT),
    )

    def __init__(self, data: Any = None, *, now: datetime, **more: Any) -> None:
        super().__init__(data, auto_id="paste-%s", **more)
        self.now = now

    def clean_received_at(self) -> datetime:
        """It lies in the past; nothing means now."""
        at: datetime = self.cleaned_data["received_at"] or self.now
        if at > self.now:
            raise ValidationError(_("This lies in the future: enter when it arrived."))
        return at

    def pasted(self) -> Pasted:
        """What was pasted."""
        given = self.cleaned_data
        return Pasted(given["text"], Place(given["place"]), given["received_at"], given.get("sender", ""))


class InboxPasteForm(PasteForm):
    """The same where no order is open in front of the person."""

    sender = forms.CharField(
        label=_("From"), required=False, max_length=320, help_text=_("His e-mail address, where you know it.")
    )
    order_number = forms.CharField(
        label=_("Order number"),
        required=False,
        max_length=64,
        help_text=_("Leave it empty where it stands in the text, or where you do not know it."),
    )

    def __init__(self, data: Any = None, *, now: datetime, stores: list[Store]) -> None:
        super().__init__(data, now=now)
        self.stores = stores
        if len(stores) > 1:
            choices = [(store.slug, store.name) for store in stores]
            self.fields["store"] = forms.ChoiceField(label=_("Store"), choices=choices)

    def clean(self) -> None:
        """The store, and the order where a number was given."""
        slug = self.cleaned_data.get("store")
        self.store = next(store for store in self.stores if slug in (None, store.slug))
        self.order = find_order(self.store, self.cleaned_data.get("order_number", ""))
        if self.cleaned_data.get("order_number") and self.order is None:
            self.add_error("order_number", _("This store has no such order: compare the number."))


def find_order(store: Store, number: str) -> Order | None:
    """The store's order of this number, whatever stands around it."""
    found: Order | None = store.orders.filter(order_number=number.strip().strip("#")).first() if number else None
    return found
