"""After-sale cases and reviews: listed, shown; reviews are also taken in."""

from typing import Annotated, Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from ninja import Field, Query, Router, Status

from desk.api.claim_shapes import CaseDetail, CasePage, ReviewOut, ReviewPage
from desk.api.cursors import PageQuery, cut_page
from desk.api.finding import row_of, rows_of
from desk.api.guarding import ApiRequest, Bearer
from desk.api.orders import Given
from desk.api.problems import INVALID, Problem
from desk.api.values import Instant, RowId, Text
from disputes.case_lifecycle import AfterSaleState
from disputes.models import AfterSaleCase, Review, ReviewSource
from disputes.review_lifecycle import ReviewState
from disputes.reviewing import Receipt, receive_review
from orders.models import ApiScope
from orders.records import ReviewRecord

router = Router()
READS_CASES, READS_REVIEWS = Bearer(ApiScope.CASES_READ), Bearer(ApiScope.REVIEWS_READ)


class CaseQuery(PageQuery):
    """Which cases."""

    state: AfterSaleState | None = None
    kind: Annotated[str | None, Field(max_length=30)] = None
    order_id: RowId | None = None
    is_open: bool | None = None


@router.get("/cases", auth=READS_CASES, response=CasePage, summary="List after-sale cases", tags=["cases"])
def list_cases(request: ApiRequest, asked: Query[CaseQuery]) -> Any:
    """The store's after-sale cases, newest first."""
    wanted = {
        "state": asked.state,
        "kind": asked.kind,
        "order_id": asked.order_id,
        "closed_at__isnull": asked.is_open,
    }
    rows = rows_of(request, AfterSaleCase.objects.select_related("order"))
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return cut_page(rows, ("-opened_at", "-id"), asked)


@router.get(
    "/cases/{case_id}", auth=READS_CASES, response=CaseDetail, summary="Show an after-sale case", tags=["cases"]
)
def show_case(request: ApiRequest, case_id: RowId) -> Any:
    """A case with the steps that were taken, its parcels and its money."""
    case = row_of(request, AfterSaleCase.objects.select_related("order"), case_id)
    prefetch_related_objects([case], "steps", "parcels", "money_entries")
    return case


# --- reviews ----------------------------------------------------------------------------------------------------------
class ReviewQuery(PageQuery):
    """Which reviews."""

    state: ReviewState | None = None
    order_number: Annotated[str | None, Field(max_length=64)] = None
    is_open: bool | None = None


class ReviewIn(Given):
    """A review as the platform tells it; with its own id it is known again when it comes once more."""

    order_number: Annotated[Text, Field(max_length=64)] = ""
    stars: Annotated[int, Field(strict=True, ge=1, le=5)]
    created_at: Instant
    title: Annotated[Text, Field(max_length=500)] = ""
    text: Annotated[Text, Field(max_length=10_000)] = ""
    answered_at: Instant | None = None
    reply: Annotated[Text, Field(max_length=10_000)] = ""
    review_id: Annotated[Text, Field(max_length=90)] = ""
    author: Annotated[Text, Field(max_length=200)] = ""
    language: Annotated[Text, Field(max_length=35)] = ""
    is_follow_up: Annotated[bool, Field(strict=True)] = False


@router.get("/reviews", auth=READS_REVIEWS, response=ReviewPage, summary="List reviews", tags=["reviews"])
def list_reviews(request: ApiRequest, asked: Query[ReviewQuery]) -> Any:
    """What buyers said in public, newest first."""
    wanted = {"state": asked.state, "order_number": asked.order_number, "closed_at__isnull": asked.is_open}
    rows = rows_of(request, Review.objects.all())
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return cut_page(rows, ("-reviewed_at", "-id"), asked)


@router.get("/reviews/{review_id}", auth=READS_REVIEWS, response=ReviewOut, summary="Show a review", tags=["reviews"])
def show_review(request: ApiRequest, review_id: RowId) -> Any:
    """A review, its likely cause, and how far it is."""
    return row_of(request, Review.objects.all(), review_id)


@router.post(
    "/reviews",
    auth=Bearer(ApiScope.REVIEWS_WRITE),
    response={201: ReviewOut, 200: ReviewOut},
    summary="Take in a review",
    tags=["reviews"],
)
def take_review(request: ApiRequest, given: ReviewIn) -> Any:
    """Take in what a buyer said in public; one whose order is not known yet is joined when that comes.

    Answers 201, or 200 where the review was known.
    """
    now = timezone.now()
    if given.created_at > now:
        raise Problem(INVALID, "body.created_at: it lies in the future")
    record = ReviewRecord(**given.model_dump())
    actor, store_id = request.token.actor, request.token.store_id
    received = receive_review(store_id, record, source=ReviewSource.PLATFORM, now=now, actor=actor)
    return Status(201 if received.receipt is Receipt.CREATED else 200, received.review)
