"""Which reviews an address asks for: its parameters, and the condition that they make.

The parameters, on which the links of the cause report rely. Several narrow down; an unknown value narrows to nothing
or is left out, and never fails.

- `box`: what is to be done with them (`BOXES`);
- `q`: words that must all stand somewhere in text, title or order number;
- `stars`: so many; `kind`: a `ReviewKind`; `language`: the first letters of a language's code;
- `cause`: a group of causes, or a sub-cause as `group:sub-cause`; `none` for those without one;
- `store`: a store's slug; `order`: an order's id;
- `sku`, `carrier`: of something that was ordered, of a parcel of the order;
- `from`, `to`: written on these days or between them, `YYYY-MM-DD` of the reader's clock, both included;
- `after`: the id of the review next to which a page begins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import and_

from django.db.models import Exists, OuterRef, Q, QuerySet

from desk.access import Reader
from desk.row_ids import read_id
from desk.selectors.order_filters import parse_day
from disputes.causes import CauseGroup
from disputes.models import Review, ReviewKind
from disputes.review_lifecycle import ReviewState
from orders.models import OrderItem, Shipment, Store

NAMES = ("q", "stars", "cause", "kind", "language", "store", "order", "sku", "carrier", "from", "to")
NO_CAUSE = "none"
OPEN = Q(closed_at=None)
UNREAD_DRAFT = Q(reply_read_at=None) & ~Q(reply_text="")
THEIRS = [ReviewState.ASKED, ReviewState.APPEALED]  # the buyer, or the platform, has to act
FIRST_BOX = "answer"


@dataclass(frozen=True)
class Asked:
    """Who asks, and for the reviews of which of his stores."""

    reader: Reader
    stores: Sequence[Store]


@dataclass(frozen=True)
class ReviewFilters:
    """What the reader asked for, by the names of the parameters; see the module."""

    box: str = FIRST_BOX
    given: dict[str, str] = field(default_factory=dict)
    after: str = ""

    def __bool__(self) -> bool:
        return bool(self.given)

    @property
    def store(self) -> str:
        """The store's slug."""
        return self.given.get("store", "")

    @property
    def is_rising(self) -> bool:
        """Whether what is late comes first; else the latest written comes first."""
        return self.box in RISING


def read_filters(parameters: Mapping[str, str]) -> ReviewFilters:
    """The filters of an address; one that names reviews by what they are, and no box, looks among all of them."""
    given = {name: parameters[name].strip()[:200] for name in NAMES if parameters.get(name, "").strip()}
    box = parameters.get("box", "")
    usual = "all" if given.keys() - {"store"} else FIRST_BOX
    return ReviewFilters(box if box in BOX_CONDITIONS else usual, given, parameters.get("after", ""))


def filtered_reviews(reader: Reader, filters: ReviewFilters) -> QuerySet[Review]:
    """The reader's reviews that match, in no order."""
    stores = [store for store in reader.stores if filters.store in ("", store.slug)]
    asked = Asked(reader, stores)
    reviews: QuerySet[Review] = Review.objects.filter(store__in=[store.pk for store in stores])
    reviews = reviews.filter(BOX_CONDITIONS[filters.box](asked))
    for name, value in filters.given.items():
        if name in CONDITIONS:
            reviews = reviews.filter(CONDITIONS[name](value, asked))
    return reviews


def suspicious(asked: Asked) -> Q:
    """R11 in every store that has it, by that store's own score; points are hundredths."""
    found = Q(pk__in=[])
    for store in asked.stores:
        share = store.current_policy.value("R11", "suspicious")
        if share is not None:
            found |= Q(store=store, suspicion__gte=round(100 * float(share)))
    return found


def _found_by(words: str, _asked: Asked) -> Q:
    parts = [
        Q(text__icontains=word) | Q(title__icontains=word) | Q(order_number__icontains=word) for word in words.split()
    ]
    return reduce(and_, parts[:10], Q())


def _of_stars(value: str, _asked: Asked) -> Q:
    return Q(stars=int(value)) if value in {"1", "2", "3", "4", "5"} else Q()


def _of_cause(value: str, _asked: Asked) -> Q:
    group, colon, detail = value.partition(":")
    if value == NO_CAUSE:
        return Q(cause="")
    if group not in CauseGroup.values:
        return Q()
    return Q(cause=group, detail=detail) if colon else Q(cause=group)


def _of_kind(value: str, _asked: Asked) -> Q:
    return Q(kind=value) if value in ReviewKind.values else Q()


def _of_order(value: str, _asked: Asked) -> Q:
    return Q(order=read_id(value))


def _with_sku(value: str, _asked: Asked) -> Q:
    return Q(Exists(OrderItem.objects.filter(order=OuterRef("order"), sku=value)))


def _by_carrier(value: str, _asked: Asked) -> Q:
    return Q(Exists(Shipment.objects.filter(order=OuterRef("order"), carrier=value)))


def _written_from(value: str, asked: Asked) -> Q:
    day = parse_day(value)
    return Q(reviewed_at__gte=day.replace(tzinfo=asked.reader.zone)) if day else Q()


def _written_to(value: str, asked: Asked) -> Q:
    day = parse_day(value)
    return Q(reviewed_at__lt=(day + timedelta(days=1)).replace(tzinfo=asked.reader.zone)) if day else Q()


CONDITIONS: dict[str, Callable[[str, Asked], Q]] = {
    "q": _found_by,
    "stars": _of_stars,
    "cause": _of_cause,
    "kind": _of_kind,
    "language": lambda value, _asked: Q(language__istartswith=value),
    "order": _of_order,
    "sku": _with_sku,
    "carrier": _by_carrier,
    "from": _written_from,
    "to": _written_to,
}
BOX_CONDITIONS: dict[str, Callable[[Asked], Q]] = {
    "answer": lambda _asked: OPEN & ~UNREAD_DRAFT & ~Q(state__in=THEIRS),
    "mine": lambda asked: OPEN & Q(responsible=asked.reader.user.pk),
    "second": lambda _asked: OPEN & UNREAD_DRAFT,
    "suspicious": lambda asked: OPEN & suspicious(asked),
    "all": lambda _asked: Q(),
}
RISING = {"answer", "mine", "second", "suspicious"}
