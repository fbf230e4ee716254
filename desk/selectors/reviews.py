"""The inbox of reviews: a box a page at a time, what is late first, each with the one next step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from desk.access import Reader
from desk.review_words import Step, next_step
from desk.row_ids import read_id
from desk.selectors.review_case import due_at
from desk.selectors.review_filters import BOX_CONDITIONS, ReviewFilters, filtered_reviews
from desk.selectors.review_marks import sureness
from desk.selectors.team import short_name
from disputes.malice import is_suspicious
from disputes.models import Review
from disputes.review_lifecycle import ReviewState
from orders.policies import Policy

PAGE = 30
MOST_COUNTED = 99
BOXES: dict[str, str | Promise] = {
    "answer": _("Needs an answer"),
    "mine": _("Mine"),
    "second": _("Waiting for a second reader"),
    "suspicious": _("Suspicious"),
    "all": _("All"),
}


@dataclass(frozen=True)
class ReviewRow:
    """A review in the list."""

    review: Review
    is_workable: bool
    is_mine: bool  # its draft is the reader's own, so that another person has to read it

    @property
    def step(self) -> Step | None:
        """The one next step; None where nothing is left."""
        return next_step(self.review, is_writer=self.is_mine)

    @property
    def due_at(self) -> datetime | None:
        """When somebody has to look: the end of R10's span once the buyer has declined, else the next date."""
        return due_at(self.review, self.review.store.current_policy)

    @property
    def sureness(self) -> str | Promise:
        """How sure the likely cause is."""
        return sureness(self.review)

    @property
    def is_suspicious(self) -> bool:
        """Whether somebody should look at it as malicious (R11)."""
        policy: Policy = self.review.store.current_policy
        return is_suspicious(self.review.suspicion, policy.value("R11", "suspicious"))

    @property
    def holder(self) -> str:
        """Who has it; empty for nobody."""
        return short_name(self.review.responsible) if self.review.responsible else ""

    @property
    def can_be_noted(self) -> bool:
        """Whether "nothing to do" may still be said of it."""
        return bool(self.review.state == ReviewState.RECEIVED)


@dataclass(frozen=True)
class ReviewPage:
    """A page of a box; `more` is where the next one begins."""

    rows: list[ReviewRow]
    more: str = ""


def list_reviews(reader: Reader, filters: ReviewFilters) -> ReviewPage:
    """The reviews of a box from the key on: what is open by its next date, all of them by when they were written."""
    rows = by_place(reader, filtered_reviews(reader, filters), filters)
    if last := _last(reader, filters):
        rows = rows.filter(_beyond(last, filters))
    found = list(rows.select_related("order__buyer", "store", "responsible")[: PAGE + 1])
    _share_stores(reader, found)
    shown = [_row(reader, review) for review in found[:PAGE]]
    return ReviewPage(shown, str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def by_place(reader: Reader, rows: QuerySet[Review], filters: ReviewFilters) -> QuerySet[Review]:
    """The rows in the order of their box."""
    if filters.is_rising:
        return rows.annotate(place=_place(reader)).order_by("place", "pk")
    return rows.order_by("-reviewed_at", "-pk")


def _place(reader: Reader) -> Case:
    """When somebody has to look: where the buyer has declined, the end of R10's span in the store's own rules."""
    spans = {store: store.current_policy.value("R10", "after") for store in reader.stores}
    declined = {"state": ReviewState.DECLINED, "declined_at__isnull": False}
    ends = [
        When(store=store, **declined, then=ExpressionWrapper(F("declined_at") + span, DateTimeField()))
        for store, span in spans.items()
        if span
    ]
    return Case(*ends, default=Coalesce("next_at", "received_at"), output_field=DateTimeField())


def _last(reader: Reader, filters: ReviewFilters) -> Review | None:
    mine: QuerySet[Review] = Review.objects.for_member(reader.user)
    pk = read_id(filters.after)
    return mine.filter(pk=pk).annotate(place=_place(reader)).first() if pk else None


def _beyond(last: Review, filters: ReviewFilters) -> Q:
    if filters.is_rising:
        place: datetime = vars(last)["place"]
        return Q(place__gt=place) | Q(place=place, pk__gt=last.pk)
    # The first condition says the second again, in the words of the index.
    past = Q(reviewed_at__lt=last.reviewed_at) | Q(reviewed_at=last.reviewed_at, pk__lt=last.pk)
    return Q(reviewed_at__lte=last.reviewed_at) & past


def _share_stores(reader: Reader, reviews: Sequence[Review]) -> None:
    """One object of each store: its rules are read once, not for every review."""
    stores = {store.pk: store for store in reader.stores}
    for review in reviews:
        review.store = stores.get(review.store_id, review.store)


def _row(reader: Reader, review: Review) -> ReviewRow:
    is_mine = bool(review.reply_written_by) and review.reply_written_by == str(reader.user.pk)
    return ReviewRow(review, reader.works_in(review.store_id), is_mine)


def count_boxes(reader: Reader, filters: ReviewFilters) -> dict[str, int]:
    """How many wait in each box that wants to be emptied, in the store that is looked at, no further than is said."""
    given = {"store": filters.store} if filters.store else {}
    boxes = [box for box in BOX_CONDITIONS if box != "all"]
    return {
        box: filtered_reviews(reader, ReviewFilters(box, given)).order_by()[: MOST_COUNTED + 1].count() for box in boxes
    }


@dataclass(frozen=True)
class Chip:
    """A filter in words that the form has no field for, and the query of the address without it."""

    words: str
    without: str


def active_chips(filters: ReviewFilters, parameters: Mapping[str, str]) -> list[Chip]:
    """The filters that other pages lead here with."""
    said = {
        "sku": _now("article %(value)s"),
        "carrier": _now("carrier %(value)s"),
        "order": _now("one order"),
        "from": _now("written from %(value)s"),
        "to": _now("until %(value)s"),
    }
    return [
        Chip(words % {"value": filters.given[name]}, _without(parameters, name))
        for name, words in said.items()
        if name in filters.given
    ]


def _without(parameters: Mapping[str, str], name: str) -> str:
    return urlencode({key: value for key, value in parameters.items() if key not in {name, "after"} and value})
