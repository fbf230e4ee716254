"""Webhooks, set up by programs: where what happens is told, and what was told."""

from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Field, Query, Router, Status

from desk.access import doer_of
from desk.api.cursors import PageQuery, cut_page
from desk.api.finding import row_of, rows_of
from desk.api.guarding import ApiRequest, Bearer
from desk.api.orders import Given
from desk.api.problems import INVALID, REFUSED, Problem
from desk.api.shapes import DeliveryOut, DeliveryPage, WebhookList, WebhookMade, WebhookOut
from desk.api.values import RowId, Text
from orders.models import ApiScope, Webhook, WebhookDelivery
from orders.outward import ForbiddenAddress
from orders.services.outboxes import count_anew
from orders.services.webhooks import (
    TooManyWebhooks,
    add_webhook,
    change_webhook,
    queue_test,
    remove_webhook,
    send_again,
    switch_webhook,
)
from orders.webhook_types import WEBHOOK_TYPES

router = Router(tags=["webhooks"], auth=Bearer(ApiScope.WEBHOOKS_MANAGE))
Url = Annotated[Text, Field(min_length=1, max_length=500, description="https:// and a public host")]
Types = Annotated[
    list[Literal[WEBHOOK_TYPES]],  # type: ignore[valid-type]
    Field(max_length=100, description="which types it hears; empty: all, those of later versions too"),
]


class WebhookIn(Given):
    """A webhook."""

    url: Url
    name: Annotated[Text, Field(max_length=60)] = ""
    event_types: Types = []


class WebhookChange(Given):
    """What is to be different; what is left out stays."""

    url: Url | None = None
    name: Annotated[Text, Field(max_length=60)] | None = None
    event_types: Types | None = None
    is_on: Annotated[bool, Field(strict=True)] | None = None


@router.get("/webhooks", response=WebhookList, summary="List webhooks")
def list_webhooks(request: ApiRequest) -> Any:
    """The store's webhooks."""
    return {"items": list(rows_of(request, Webhook.objects.all()))}


@router.post("/webhooks", response={201: WebhookMade}, summary="Add a webhook")
def make_webhook(request: ApiRequest, given: WebhookIn) -> Any:
    """Tell an address what happens from now on. The answer holds the secret that signs, this once."""
    try:
        webhook, secret = add_webhook(
            request.token.store,
            url=given.url,
            name=given.name,
            event_types=set(given.event_types),
            doer=doer_of(request),
            now=timezone.now(),
        )
    except ForbiddenAddress as error:
        raise Problem(INVALID, f"url: {error}", errors=[{"pointer": "body.url", "detail": str(error)}]) from error
    except TooManyWebhooks as error:
        raise Problem(REFUSED, "the store has as many webhooks as one may have: remove one first") from error
    return Status(201, WebhookMade.model_validate(WebhookOut.from_orm(webhook).model_dump() | {"secret": secret}))


@router.get("/webhooks/{webhook_id}", response=WebhookOut, summary="Show a webhook")
def show_webhook(request: ApiRequest, webhook_id: RowId) -> Any:
    """A webhook, and how it does."""
    return row_of(request, Webhook.objects.all(), webhook_id)


@router.patch("/webhooks/{webhook_id}", response=WebhookOut, summary="Change a webhook")
def alter_webhook(request: ApiRequest, webhook_id: RowId, given: WebhookChange) -> Any:
    """Give it another address, name or types, or switch it; while it is off nothing is kept for it."""
    webhook: Webhook = row_of(request, Webhook.objects.select_related("store"), webhook_id)
    doer, now = doer_of(request), timezone.now()
    said = {"url": webhook.url, "name": webhook.name, "event_types": webhook.event_types}
    wanted = said | given.model_dump(exclude_none=True, exclude={"is_on"})
    try:
        if wanted != said:
            webhook = change_webhook(webhook, **wanted, doer=doer, now=now)
    except ForbiddenAddress as error:
        raise Problem(INVALID, f"url: {error}", errors=[{"pointer": "body.url", "detail": str(error)}]) from error
    if given.is_on not in (None, webhook.is_on):
        webhook = switch_webhook(webhook, doer, now=now)
    return webhook


@router.delete("/webhooks/{webhook_id}", response={204: None}, summary="Remove a webhook")
def delete_webhook(request: ApiRequest, webhook_id: RowId) -> Any:
    """Take it away, with all that it was told."""
    webhook = row_of(request, Webhook.objects.select_related("store"), webhook_id)
    remove_webhook(webhook, doer_of(request), now=timezone.now())
    return Status(204, None)


@router.post("/webhooks/{webhook_id}/test", response={202: DeliveryOut}, summary="Send a test")
def test_webhook(request: ApiRequest, webhook_id: RowId) -> Any:
    """Have a test event posted; look at its delivery for what came back."""
    webhook = row_of(request, Webhook.objects.all(), webhook_id)
    if not webhook.is_on:
        raise Problem(REFUSED, "the webhook is switched off")
    return Status(202, queue_test(webhook, now=timezone.now()))


@router.get("/webhooks/{webhook_id}/deliveries", response=DeliveryPage, summary="List deliveries")
def list_deliveries(request: ApiRequest, webhook_id: RowId, asked: Query[PageQuery]) -> Any:
    """What a webhook was told within the last 30 days, newest first; of a great many the latest alone are kept."""
    webhook = row_of(request, Webhook.objects.all(), webhook_id)
    return cut_page(WebhookDelivery.objects.filter(webhook=webhook), ("-id",), asked)


@router.post("/webhooks/{webhook_id}/caught-up", response=WebhookOut, summary="Say that you caught up")
def note_caught_up(request: ApiRequest, webhook_id: RowId) -> Any:
    """Say that what was given up has been read by other ways: it is counted anew, and told to nobody any more.

    A webhook that we switched off stays off, and its owner hears of that: switch it on with `is_on`.
    """
    webhook = row_of(request, Webhook.objects.select_related("store"), webhook_id)
    count_anew(webhook, doer_of(request), now=timezone.now())
    return row_of(request, Webhook.objects.all(), webhook_id)


@router.post("/deliveries/{delivery_id}/send-again", response={202: DeliveryOut}, summary="Send again")
def repeat_delivery(request: ApiRequest, delivery_id: RowId) -> Any:
    """Tell it once more, with the same id."""
    rows = WebhookDelivery.objects.select_related("webhook")
    delivery = row_of(request, rows, delivery_id)
    if not delivery.webhook.is_on:
        raise Problem(REFUSED, "the webhook is switched off")
    if not send_again(delivery, now=timezone.now()):
        raise Problem(REFUSED, "it is under way already")
    return Status(202, rows.get(pk=delivery.pk))
