"""A store's webhooks as their pages show them: how each does, and what it was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.functional import Promise

from desk.api_words import type_words
from desk.row_ids import read_id
from desk.webhook_words import error_words, trouble_words
from orders.models import DeliveryState, Store, Webhook, WebhookDelivery

PAGE = 50
MOST_COUNTED = 1000


@dataclass(frozen=True)
class WebhookCard:
    """One webhook, how much waits for it or was given up, counted no further than a thousand, and what is wrong."""

    webhook: Webhook
    waiting: int
    dead: int
    trouble: str


@dataclass(frozen=True)
class Told:
    """One delivery, in words."""

    delivery: WebhookDelivery
    what: str | Promise

    @property
    def error(self) -> str:
        """Why it was not taken the last time."""
        return error_words(self.delivery.last_error)


@dataclass(frozen=True)
class ToldPage:
    """A page of deliveries, newest first, and the id after which the next one begins."""

    rows: Sequence[Told]
    after: int | None


def list_webhooks(store: Store, *, now: datetime) -> list[WebhookCard]:
    """The store's webhooks; two queries, however many there are."""
    waiting, dead = Q(state=DeliveryState.PENDING), Q(state=DeliveryState.DEAD)
    latest = WebhookDelivery.objects.filter(waiting | dead, store=store).order_by("-id")
    found = WebhookDelivery.objects.filter(pk__in=latest.values("pk")[:MOST_COUNTED]).order_by()
    counts = found.values_list("webhook").annotate(waiting=Count("pk", filter=waiting), dead=Count("pk", filter=dead))
    by_webhook = {webhook: (wait, gone) for webhook, wait, gone in counts}
    return [
        WebhookCard(webhook, *by_webhook.get(webhook.pk, (0, 0)), trouble_words(webhook, now))
        for webhook in Webhook.objects.filter(store=store).select_related("store")
    ]


def list_told(webhook: Webhook, after: str) -> ToldPage:
    """What the webhook was told, or is to be."""
    rows = WebhookDelivery.objects.filter(webhook=webhook).select_related("event__order").order_by("-id")
    if key := read_id(after):
        rows = rows.filter(pk__lt=key)
    found = list(rows[: PAGE + 1])
    shown = [Told(delivery, type_words(delivery.type)) for delivery in found[:PAGE]]
    return ToldPage(shown, shown[-1].delivery.pk if len(found) > PAGE else None)
