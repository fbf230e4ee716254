"""Orders: listed, shown, added as a file, told what happened to them."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Annotated, Any, Literal

from django.core.files import uploadedfile
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import ConfigDict

from desk.api.cursors import PageQuery, cut_page
from desk.api.event_shapes import EventIn, scope_of, to_event
from desk.api.finding import row_of, rows_of
from desk.api.guarding import ApiRequest, Bearer
from desk.api.problems import FORBIDDEN, INVALID, REFUSED, Problem
from desk.api.shapes import OrderDetail, OrderFileOut, OrderPage, RecordedOut
from desk.api.values import Amount, Instant, RowId, Text
from desk.waking import wake_importer
from disputes.recording import record
from orders.importing.files import UnusableFile
from orders.lifecycle import OrderState
from orders.models import ApiScope, Order, OrderFile
from orders.services.files import queue_file, receive_file
from orders.zones import known_zone

router = Router(tags=["orders"])
LATEST_FIRST = ("-placed_at", "-id")
MOST = 1000  # orders in one request
READS = Bearer(ApiScope.ORDERS_READ)
WRITES = Bearer(ApiScope.ORDERS_WRITE)


class OrderQuery(PageQuery):
    """Which orders."""

    state: OrderState | None = None
    order_number: Annotated[str | None, Field(max_length=64)] = None
    tracking_number: Annotated[str | None, Field(max_length=64, description="of one of its parcels")] = None
    placed_from: Annotated[Instant | None, Field(description="placed then or later")] = None
    placed_before: Instant | None = None


@router.get("/orders", auth=READS, response=OrderPage, summary="List orders")
def list_orders(request: ApiRequest, asked: Query[OrderQuery]) -> Any:
    """The store's orders, newest first."""
    wanted = {
        "state": asked.state,
        "order_number": asked.order_number,
        "shipments__tracking_number": asked.tracking_number,
        "placed_at__gte": asked.placed_from,
        "placed_at__lt": asked.placed_before,
    }
    rows = rows_of(request, Order.objects.select_related("buyer"))
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return cut_page(rows.distinct() if asked.tracking_number else rows, LATEST_FIRST, asked)


@router.get("/orders/{order_id}", auth=READS, response=OrderDetail, summary="Show an order")
def show_order(request: ApiRequest, order_id: RowId) -> Any:
    """An order with its items, parcels, dates and timeline."""
    order = row_of(request, Order.objects.select_related("buyer"), order_id)
    prefetch_related_objects([order], "items", "shipments", "milestones", "timeline")
    return order


@router.post(
    "/orders/{order_id}/events",
    auth=Bearer(ApiScope.ORDERS_WRITE, ApiScope.DISPUTES_WRITE),
    response={201: RecordedOut, 200: RecordedOut},
    summary="Record an event",
)
def record_event(request: ApiRequest, order_id: RowId, event: EventIn) -> Any:
    """Record what happened, or ask for what is to be done; events of disputes need the scope disputes:write.

    Answers 201, or 200 where the event told nothing that was not known. A command that a rule forbids is answered 409
    with the rule's id.
    """
    now = timezone.now()
    said = to_event(event, now=now)
    if scope_of(said.type) not in request.token.scopes:
        raise Problem(FORBIDDEN, f"an event of type {said.type} needs the scope {scope_of(said.type)}")
    order = row_of(request, Order.objects.all(), order_id)
    outcome = record(order.pk, said, now=now, actor=request.token.actor)
    if outcome.refusal:
        raise Problem(REFUSED, outcome.refusal.message, rule=outcome.refusal.rule)
    state = Order.objects.values_list("state", flat=True).get(pk=order.pk)
    said_back = {
        "type": outcome.type,
        "is_new": outcome.is_new,
        "sequence": outcome.sequence,
        "violations": outcome.violations,
        "warnings": outcome.warnings,
        "state": state,
    }
    return Status(201 if outcome.is_new else 200, said_back)


# --- many at once -----------------------------------------------------------------------------------------------------
class Given(Schema):
    """What is sent is all of it: a key that we do not know is a slip."""

    model_config = ConfigDict(extra="forbid")


class BuyerIn(Given):
    """The person who bought."""

    name: Annotated[Text, Field(max_length=500)] = ""
    email: Annotated[Text, Field(max_length=254)] = ""
    phone: Annotated[Text, Field(max_length=100)] = ""
    country: Annotated[Text, Field(max_length=2, description="ISO 3166, two letters")] = ""
    state: Annotated[Text, Field(max_length=100)] = ""
    city: Annotated[Text, Field(max_length=500)] = ""
    language: Annotated[Text, Field(max_length=35)] = ""
    timezone: Annotated[Text, Field(max_length=50)] = ""
    tax_id: Annotated[Text, Field(max_length=50)] = ""


class ItemIn(Given):
    """A line of an order; the price is per unit."""

    sku: Annotated[Text, Field(max_length=500)] = ""
    title: Annotated[Text, Field(max_length=500)] = ""
    quantity: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    unit_price: Amount | None = None
    unit_cost: Amount | None = None


class OrderIn(Given):
    """An order as a scenario of the contract writes it; the dates say what has happened to it already."""

    order_number: Annotated[Text, Field(max_length=64, min_length=1)]
    placed_at: Instant
    payment_method: Annotated[Text, Field(max_length=100)] = ""
    paid_at: Instant | None = None
    shipped_at: Instant | None = None
    carrier: Annotated[Text, Field(max_length=100)] = ""
    tracking_number: Annotated[Text, Field(max_length=64)] = ""
    delivered_at: Instant | None = None
    promised_at: Instant | None = None
    promised_days: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    protection_ends_at: Instant | None = None
    ship_by: Instant | None = None
    status: Annotated[Text, Field(max_length=100, description="the platform's own word for its state")] = ""
    currency: Annotated[Text, Field(max_length=3)] = ""
    total: Amount | None = None
    shipping_service: Annotated[Text, Field(max_length=100)] = ""
    buyer: BuyerIn = BuyerIn()
    items: Annotated[list[ItemIn], Field(max_length=200)] = []


class OrdersIn(Given):
    """Orders to add, or to correct where they are known by their numbers."""

    orders: Annotated[list[OrderIn], Field(min_length=1, max_length=MOST)]


@router.post("/orders", auth=WRITES, response={202: OrderFileOut}, summary="Add orders")
def add_orders(request: ApiRequest, given: OrdersIn, response: HttpResponse) -> Any:
    """Hand up to 1,000 orders to the workers, as a file of orders; ask for that file until it is done.

    Its report names each order that could not be used.
    """
    upload = uploadedfile.SimpleUploadedFile(f"{request.token.name}.csv", _write_rows(given.orders))
    return _take_file(request, upload, OrderFile.Content.ORDERS, "UTC", response)


class FileIn(Given):
    """What a file holds, and by which clock its times are written: by default the platform's."""

    content: Annotated[Literal["orders", "tracking"], Field(description="what the rows are")] = "orders"
    timezone: Annotated[Text, Field(max_length=50, description="an IANA zone, such as America/Sao_Paulo")] = ""


@router.post("/order-files", auth=WRITES, response={202: OrderFileOut}, summary="Add a file of orders")
def add_order_file(request: ApiRequest, file: File[UploadedFile], given: Form[FileIn], response: HttpResponse) -> Any:
    """Hand a CSV, XLSX or XLS file of orders, or of tracking news, to the workers; ask for it until it is done.

    Its headers are those that the import page knows. Its report names each row that could not be used; of a file that
    cannot be used at all, `error` says why.
    """
    zone = given.timezone or request.token.store.current_policy.platform_zone
    if not known_zone(zone):
        raise Problem(INVALID, f"timezone: {zone!r} is none: send one such as America/Sao_Paulo")
    return _take_file(request, file, OrderFile.Content(given.content), zone, response)


def _take_file(
    request: ApiRequest,
    upload: uploadedfile.UploadedFile[Any],
    content: OrderFile.Content,
    zone: str,
    response: HttpResponse,
) -> Any:
    """Kept and queued as from the import page, with the columns that its header names."""
    now = timezone.now()
    try:
        with transaction.atomic():
            file = receive_file(request.token.store, None, upload, content=content, now=now)
            file = queue_file(file.pk, mapping={}, timezone=zone, now=now)
            transaction.on_commit(lambda: wake_importer(file.pk))
    except UnusableFile as error:
        raise Problem(INVALID, str(error)) from error
    response["Location"] = reverse("api-v1:show_order_file", args=[file.pk])
    return Status(202, file)


def _write_rows(orders: list[OrderIn]) -> bytes:
    """The orders as a file with the generic headers: several lines with one number are one order's items."""
    out = StringIO()
    headers = [*(name for name in OrderIn.model_fields if name not in {"buyer", "items"})]
    headers += [*(f"buyer_{name}" for name in BuyerIn.model_fields), *ItemIn.model_fields]
    writer = csv.DictWriter(out, headers)
    writer.writeheader()
    for order in orders:
        writer.writerows(_lines(order))
    return out.getvalue().encode("utf-8-sig")


def _lines(order: OrderIn) -> Iterator[dict[str, Any]]:
    head = {name: value for name, value in order.model_dump(exclude={"buyer", "items"}).items() if value is not None}
    head |= {f"buyer_{name}": value for name, value in order.buyer.model_dump().items()}
    for item in order.items:
        yield head | {name: value for name, value in item.model_dump().items() if value is not None}
    if not order.items:
        yield head


@router.get("/order-files/{file_id}", auth=READS, response=OrderFileOut, summary="Show a file of orders")
def show_order_file(request: ApiRequest, file_id: RowId) -> Any:
    """How far a file of orders is, and at its end what became of its rows."""
    return row_of(request, OrderFile.objects.all(), file_id)
