"""The filters that are on, each in words, with the address's parameters that take it out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk import clocks
from desk.access import Reader
from desk.selectors.figured import figured_words
from desk.selectors.order_filters import PARCEL, Filters, parse_day, parse_days
from desk.tracking_words import QUEUES
from desk.words import PARCEL_OUTCOMES, PAYMENT_METHODS
from orders.lifecycle import OrderState


@dataclass(frozen=True)
class Chip:
    """A filter in words, and the query of the address without it."""

    words: str
    without: str


def active_chips(reader: Reader, filters: Filters) -> list[Chip]:
    """The filters that are on, in the order of the form."""
    return [Chip(words, _without(filters, names)) for names, words in _said(reader, filters) if words]


def _said(reader: Reader, filters: Filters) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, value in filters.given.items():
        if name not in PARCEL:
            yield (name,), _in_words(reader, name, value)
    if filters.parcel:
        yield PARCEL, _parcel_words(filters)


def _in_words(reader: Reader, name: str, value: str) -> str:
    if name in {"from", "to"}:
        return _day_words(reader, name, value)
    if name == "store":
        return next((store.name for store in reader.stores if store.slug == value), value)
    if name == "state":
        return str(OrderState(value).label) if value in OrderState.values else ""
    if name == "within":
        days = parse_days(value)
        return "" if days is None else ngettext("date within %d day", "date within %d days", days) % days
    return {
        "q": f"“{value}”",
        "risk": _("At risk"),
        "payment": str(PAYMENT_METHODS.get(value, value)),
        "dispute": _("open dispute") if value == "open" else "",
        "cancellation": _("asked to cancel") if value == "open" else "",
        "figure": figured_words(value),
        "queue": str(QUEUES.get(value, "")),
    }[name]


def _day_words(reader: Reader, name: str, value: str) -> str:
    day = parse_day(value)
    if day is None:
        return ""
    start = day.replace(hour=12, tzinfo=reader.zone)
    words = clocks.format_day(start, now=start - timedelta(days=366))  # with its year
    return (_("placed from %(day)s") if name == "from" else _("placed until %(day)s")) % {"day": words}


def _parcel_words(filters: Filters) -> str:
    parcel = filters.parcel
    outcome = str(PARCEL_OUTCOMES.get(parcel.outcome, "")) if parcel.outcome else ""
    return _("Parcels: %(which)s") % {"which": " · ".join(filter(None, (parcel.carrier, parcel.place, outcome)))}


def _without(filters: Filters, names: tuple[str, ...]) -> str:
    return urlencode({name: value for name, value in filters.given.items() if name not in names})
