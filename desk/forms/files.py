"""Forms of the import: which file, and which column is what."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.importing.columns import CONTACTS, Layout
from orders.models import OrderFile, Store

FIELD_PREFIX = "column-"
EXAMPLE = datetime(2026, 12, 31, 23, 59)  # noqa: DTZ001  shows a form of dates, and is no instant
# Forms that do not begin with the year, the day first before the month first.
FORMATS = [
    f"{day}{clock}"
    for day in ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%m/%d/%y")
    for clock in (" %H:%M", " %H:%M:%S", "")
]
DATE_FORMATS = [
    ("", _("the year first, such as 2026-12-31 23:59")),
    *((form, EXAMPLE.strftime(form)) for form in FORMATS),
]
FIELDS: dict[str, str | Promise] = {
    "order_number": _("order number"),
    "placed_at": _("placed at"),
    "payment_method": _("way of paying"),
    "paid_at": _("paid at"),
    "shipped_at": _("shipped at"),
    "carrier": _("carrier"),
    "tracking_number": _("tracking number"),
    "packed_shipment": _("parcel, all in one cell"),
    "delivered_at": _("delivered at"),
    "promised_at": _("promised delivery"),
    "promised_days": _("promised days"),
    "protection_ends_at": _("protection ends"),
    "status": _("status"),
    "currency": _("currency"),
    "total": _("total"),
    "buyer_name": _("buyer's name"),
    "buyer_email": _("buyer's e-mail"),
    "buyer_phone": _("buyer's phone"),
    "buyer_country": _("buyer's country"),
    "buyer_state": _("buyer's state"),
    "buyer_city": _("buyer's city"),
    "buyer_language": _("buyer's language"),
    "buyer_timezone": _("buyer's time zone"),
    "buyer_tax_id": _("buyer's tax number"),
    "shipping_service": _("shipping service"),
    "ship_by": _("ship by"),
    "sku": _("article number"),
    "title": _("title"),
    "packed_items": _("items, all in one cell"),
    "quantity": _("quantity"),
    "unit_price": _("price of one"),
    "unit_cost": _("cost of one"),
    "at": _("date"),
    "description": _("description"),
    "location": _("place"),
    "source": _("source"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "language": _("language"),
    "timezone": _("time zone"),
    "name": _("buyer's name"),
    "stars": _("stars"),
    "text": _("text"),
    "created_at": _("written at"),
    "answered_at": _("public reply at"),
    "reply": _("public reply"),
    "review_id": _("the review's own number"),
    "author": _("reviewer"),
    "is_follow_up": _("a later addition"),
    "ratings": _("ratings that the reviewer has given"),
    "good_share": _("share of good ones among them"),
}


def guess_date_format(values: Iterable[str]) -> str:
    """The first form in which every value is a date; empty where the year comes first, or none fits."""
    texts = [value.strip() for value in values if value.strip()]
    fitting = (form for form in FORMATS if all(_fits(text, form) for text in texts))
    return next(fitting, "") if texts else ""


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007  only asked whether it can be read
    except ValueError:
        return False
    return True


class UploadForm(forms.Form):
    """A file of orders, of tracking news, of contacts or of reviews, for one of the reader's stores."""

    store = forms.ChoiceField(label=_("Store"))
    content = forms.ChoiceField(
        label=_("Content"),
        choices=OrderFile.Content.choices,
        initial=OrderFile.Content.ORDERS,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls"}))

    def __init__(self, *args: Any, stores: Sequence[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stores = {store.slug: store for store in stores}
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [(store.slug, store.name) for store in stores]

    def clean_store(self) -> Store:
        """The store itself."""
        return self.stores[self.cleaned_data["store"]]


class MappingForm(forms.Form):
    """Which header holds which field; the file's own times are in `timezone`."""

    timezone = forms.ChoiceField(label=_("Time zone of the file's times"))
    date_format = forms.ChoiceField(label=_("Form of the dates"), required=False, choices=DATE_FORMATS)
    decimal_comma = forms.TypedChoiceField(
        label=_("A comma in an amount"),
        required=False,
        choices=[("", _("let each amount speak for itself")), ("yes", "1.234,56"), ("no", "1,234.56")],
        coerce=lambda word: word == "yes",
        empty_value=None,
    )

    def __init__(
        self, *args: Any, layout: Layout, header: Sequence[str], suggested: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.layout, self.suggested = layout, suggested
        zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
        _choices(self.fields["timezone"], zones)
        columns = [("", "—"), *((name, name) for name in dict.fromkeys(header) if name.strip())]
        self.fields["timezone"].required = layout is not CONTACTS
        for name in layout.recognised:
            self.fields[FIELD_PREFIX + name] = forms.ChoiceField(
                label=str(FIELDS.get(name, name)),
                required=name in layout.required,
                choices=columns,
                initial=suggested.get(name, ""),
            )

    def columns(self) -> list[forms.BoundField]:
        """The fields that name columns."""
        return [self[FIELD_PREFIX + name] for name in self.layout.recognised]

    def options(self) -> list[forms.BoundField]:
        """The other fields: none where the file has neither times nor amounts."""
        return [] if self.layout is CONTACTS else [self["timezone"], self["date_format"], self["decimal_comma"]]

    def clean(self) -> None:
        """A column serves one field only."""
        chosen = [header for header in self._chosen().values() if header]
        if twice := sorted({header for header in chosen if chosen.count(header) > 1}):
            raise ValidationError(_("The column %(names)s is chosen twice.") % {"names": ", ".join(twice)})

    def mapping(self) -> dict[str, Any]:
        """What `orders.importing.columns.read_mapping` reads; empty where the file's header speaks for itself."""
        columns = {name: header for name, header in self._chosen().items() if header}
        more = {name: self.cleaned_data[name] for name in ("date_format", "decimal_comma")}
        return {"columns": columns} | {name: value for name, value in more.items() if value not in (None, "")}

    def _chosen(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(FIELD_PREFIX + name, "") for name in self.layout.recognised}


def _choices(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    field.choices = choices  # type: ignore[attr-defined]
