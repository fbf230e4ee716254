"""The forms about buyers' personal data: how long they are kept, whom it is about, what goes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evidence.services.erasure import ErasurePreview

LEAST_DAYS = 30
MOST_DAYS = 3650


class RetentionForm(forms.Form):
    """After how many days a buyer is erased without being asked; empty: never by itself."""

    days = forms.IntegerField(
        label=_("Erase buyers so many days after their last order has ended"),
        required=False,
        min_value=LEAST_DAYS,
        max_value=MOST_DAYS,
        help_text=_(
            "Empty: only when somebody asks. Keep them for longer than disputes, chargebacks and tax offices may come "
            "back to an order."
        ),
    )


class FindBuyerForm(forms.Form):
    """By an order's number, or the buyer's address."""

    who = forms.CharField(
        label=_("Order number or e-mail address"),
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class HoldForm(forms.Form):
    """Why nothing may be erased; empty lifts the hold."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        help_text=_("Such as a lawsuit with its number. Empty lifts the hold."),
    )


class ErasureForm(forms.Form):
    """Which exhibits and bundles go with the rest, and that the owner means it."""

    exhibits = forms.MultipleChoiceField(
        label=_("Exhibits that go too"), required=False, widget=forms.CheckboxSelectMultiple
    )
    bundles = forms.MultipleChoiceField(
        label=_("Bundles that go too"), required=False, widget=forms.CheckboxSelectMultiple
    )
    is_sure = forms.BooleanField(label=_("I know that this cannot be undone"))

    def __init__(self, data: Any = None, *, preview: ErasurePreview) -> None:
        super().__init__(data)
        self.fields["exhibits"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{row.order.order_number} · {row} · {row.name}".rstrip(" ·")) for row in preview.exhibits
        ]
        self.fields["bundles"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{row.dispute.order.order_number} · {row.number} · {row.recipient} · {row.get_state_display()}")
            for row in preview.bundles
        ]
        for name in ("exhibits", "bundles"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]
                del self.fields[name]
