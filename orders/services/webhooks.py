"""Webhooks: set up by an owner, and the outbox of what they are told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from orders.models import AuditKind, DeliveryState, Store, TimelineEvent, Webhook, WebhookDelivery
from orders.outward import check_address
from orders.services.auditing import Doer, note_deed
from orders.services.inserting import insert_rows
from orders.standard_webhooks import make_secret
from orders.webhook_terms import webhook_terms
from orders.webhook_types import TEST, webhook_type

MOST = 20  # webhooks of one store
NOTHING_GIVEN_UP = {"given_up": 0, "given_up_from": None, "given_up_event": None, "given_up_at": None}
UNDER_WAY = [DeliveryState.PENDING, DeliveryState.CLAIMED]


class TooManyWebhooks(ValueError):
    """The store has as many webhooks as one may have."""


# --- set-up -----------------------------------------------------------------------------------------------------------
def add_webhook(
    store: Store, *, url: str, name: str, event_types: Iterable[str], doer: Doer, now: datetime
) -> tuple[Webhook, str]:
    """A new webhook, and its secret in clear, this once. Raises ForbiddenAddress and TooManyWebhooks."""
    check_address(url)
    secret = make_secret()
    webhook = Webhook(store=store, url=url.strip(), name=name, event_types=sorted(event_types), since=now)
    webhook.set_secret(secret)
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        if Webhook.objects.filter(store=store).count() >= MOST:
            raise TooManyWebhooks
        webhook.save()
        mark_stores([store.pk])
        note_deed(AuditKind.WEBHOOK_SAVED, doer, now=now, store=store, row=webhook.pk)
    return webhook, secret


def change_webhook(
    webhook: Webhook, *, url: str, name: str, event_types: Iterable[str], doer: Doer, now: datetime
) -> Webhook:
    """Give it another address, which is tried at once, name or types. Raises ForbiddenAddress, Webhook.DoesNotExist."""
    check_address(url)
    with transaction.atomic():
        kept: Webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
        is_moved = kept.url != url.strip()
        kept.url, kept.name, kept.event_types = url.strip(), name, sorted(event_types)
        kept.save(update_fields=["url", "name", "event_types"])
        if is_moved:
            try_at_once(kept, now=now)
            kept.refresh_from_db()
        note_deed(AuditKind.WEBHOOK_SAVED, doer, now=now, store=kept.store, row=kept.pk)
    return kept


def renew_secret(webhook: Webhook, doer: Doer, *, now: datetime) -> str:
    """Another secret, shown this once; what leaves is signed with both for a day, so that no post is refused."""
    secret = make_secret()
    with transaction.atomic():
        kept: Webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
        kept.locked_former_secret, kept.former_until = kept.locked_secret, now + webhook_terms().former_secret
        kept.set_secret(secret)
        kept.save(update_fields=["locked_secret", "locked_former_secret", "former_until"])
        note_deed(AuditKind.WEBHOOK_SAVED, doer, now=now, store=kept.store, row=kept.pk, what="secret")
    return secret


def switch_webhook(webhook: Webhook, doer: Doer, *, now: datetime) -> Webhook:
    """Switch it off when it is on, and on when it is off; what came meanwhile is not told afterwards."""
    with transaction.atomic():
        kept: Webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
        kept.is_on, kept.since, kept.failures, kept.next_post_at = not kept.is_on, now, 0, None
        kept.failing_since, kept.behind_since, kept.off_reason = None, None, ""
        kept.save(
            update_fields=[
                "is_on", "since", "failures", "next_post_at", "failing_since", "behind_since", "off_reason"
            ]
        )  # fmt: skip
        if not kept.is_on:
            cancel_waiting(kept)
        mark_stores([kept.store_id])
        note_deed(AuditKind.WEBHOOK_SWITCHED, doer, now=now, store=kept.store, row=kept.pk, on=kept.is_on)
    return kept


def remove_webhook(webhook: Webhook, doer: Doer, *, now: datetime) -> None:
    """Take it away, with all that it was told."""
    with transaction.atomic():
        # Its row first, as everybody does: a worker that notes a failure would wait for us, and we for it.
        Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
        Webhook.objects.filter(pk=webhook.pk).delete()
        mark_stores([webhook.store_id])
        note_deed(AuditKind.WEBHOOK_REMOVED, doer, now=now, store=webhook.store, row=webhook.pk)


def cancel_waiting(webhook: Webhook) -> None:
    """What waits to be told is not; where it was we who switched it off, that is given up, which is counted."""
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.PENDING)
    state = DeliveryState.DEAD if webhook.off_reason else DeliveryState.CANCELLED
    waiting.update(state=state, last_error="switched off")


def try_at_once(webhook: Webhook, *, now: datetime) -> None:
    """End its pause: somebody says that it works now."""
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.PENDING, next_attempt_at__gt=now)
    with transaction.atomic():
        Webhook.objects.filter(pk=webhook.pk).update(next_post_at=None, failures=0, failing_since=None)
        waiting.update(next_attempt_at=now)


def mark_stores(ids: Iterable[int] | None = None) -> None:
    """Write on these stores, or on all, whether anybody is told of what happens there, or would be but for trouble."""
    stores = Store.objects.all() if ids is None else Store.objects.filter(pk__in=ids)
    told = Exists(Webhook.objects.filter(Q(is_on=True) | ~Q(off_reason=""), store=OuterRef("pk")))
    stores.filter(told, has_webhooks=False).update(has_webhooks=True)
    stores.filter(~told, has_webhooks=True).update(has_webhooks=False)


# --- what is to be told -----------------------------------------------------------------------------------------------
def queue_deliveries(events: Sequence[TimelineEvent], *, now: datetime) -> None:
    """Keep what their stores' webhooks are to be told of these events, in the transaction that stores them."""
    webhooks: dict[int, list[Webhook]] = {}
    stores = {event.order.store_id for event in events}
    for webhook in Webhook.objects.filter(store__in=stores, is_on=True):
        webhooks.setdefault(webhook.store_id, []).append(webhook)
    insert_rows(
        WebhookDelivery,
        [
            _delivery(webhook, type_, event, now=now)
            for event in events
            if (type_ := webhook_type(event.kind, event.type))
            for webhook in webhooks.get(event.order.store_id, ())
            if webhook.hears(type_)
        ],
    )


def _delivery(webhook: Webhook, type_: str, event: TimelineEvent | None, *, now: datetime) -> WebhookDelivery:
    first = max(now, webhook.next_post_at) if webhook.next_post_at else now
    return WebhookDelivery(
        webhook=webhook, store_id=webhook.store_id, event=event, type=type_, raised_at=now, next_attempt_at=first
    )


def queue_test(webhook: Webhook, *, now: datetime) -> WebhookDelivery:
    """A test, which leaves at once, whatever pause the webhook is in."""
    delivery = _delivery(webhook, TEST, None, now=now)
    delivery.next_attempt_at = now
    delivery.save()
    return delivery


def send_again(delivery: WebhookDelivery, *, now: datetime) -> bool:
    """Tell it once more, with the same id; whether that was possible: not while it is under way."""
    over = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state__in=UNDER_WAY)
    return bool(over.update(**_as_new(now)))


def _as_new(now: datetime) -> dict[str, Any]:
    return {
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "next_attempt_at": now,
        "last_error": "",
        "asked_at": now,
        "counted_at": None,
    }


def send_dead_again(webhook: Webhook, *, now: datetime) -> int:
    """Tell again what could not be told, the newest of it where not all may wait, and at once what waits.

    Returns how many had been given up. With all of them under way again, nothing is given up any more.
    """
    mine = WebhookDelivery.objects.filter(webhook=webhook)
    dead = mine.filter(state=DeliveryState.DEAD).order_by("-pk")
    with transaction.atomic():
        try_at_once(webhook, now=now)
        room = webhook_terms().most_waiting - mine.filter(state=DeliveryState.PENDING).count()
        if first := dead.values_list("pk", flat=True)[max(room, 0) :].first():
            return dead.filter(pk__gt=first).order_by().update(**_as_new(now))
        Webhook.objects.filter(pk=webhook.pk, given_up__lte=dead.count()).update(**NOTHING_GIVEN_UP)
        return dead.order_by().update(**_as_new(now))


# --- what was told ----------------------------------------------------------------------------------------------------
def tidy_deliveries(now: datetime) -> int:
    """Forget what was told long ago, or is too much, and mend what stores say of their webhooks; returns how many."""
    mark_stores()
    over = WebhookDelivery.objects.exclude(state__in=UNDER_WAY).exclude(state=DeliveryState.DEAD, counted_at=None)
    count, _by_model = over.filter(raised_at__lt=now - webhook_terms().kept).delete()
    for webhook_id in Webhook.objects.values_list("pk", flat=True):
        newest = over.filter(webhook=webhook_id).order_by("-pk").values_list("pk", flat=True)
        if last := newest[webhook_terms().most_kept :].first():
            count += over.filter(webhook=webhook_id, pk__lte=last).delete()[0]
    return count
