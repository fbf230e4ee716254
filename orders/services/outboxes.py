"""The outboxes of webhooks within bounds: what waits too long, or is too much, is given up, counted, and told."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from orders.models import AuditKind, DeliveryState, OffReason, Webhook, WebhookDelivery
from orders.services.auditing import Doer, note_deed
from orders.services.webhooks import NOTHING_GIVEN_UP, UNDER_WAY, cancel_waiting, mark_stores
from orders.webhook_terms import webhook_terms


class GivenUp(StrEnum):
    """Why an event is told no more: kept as its delivery's error, with a colon and its number."""

    WAITED_TOO_LONG = "waited_too_long"  # so many hours
    TOO_MANY_WAITED = "too_many_waited"  # more than so many


UNCOUNTED = Q(state=DeliveryState.DEAD, counted_at=None)


# --- within bounds ----------------------------------------------------------------------------------------------------
def bound_outboxes(now: datetime) -> int:
    """Look at every outbox in which something waits or went wrong; returns how many events were given up."""
    mine = WebhookDelivery.objects.filter(webhook=OuterRef("pk")).order_by()
    waits, is_uncounted = Exists(mine.filter(state=DeliveryState.PENDING)), Exists(mine.filter(UNCOUNTED))
    ids = Webhook.objects.filter(waits | is_uncounted | Q(behind_since__isnull=False) | Q(failing_since__isnull=False))
    return sum(_bound(pk, now) for pk in ids.order_by("pk").values_list("pk", flat=True))


def _bound(webhook_id: int, now: datetime) -> int:
    """Workers that note a failure wait for the webhook's row, too: nobody locks the deliveries the other way round."""
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=webhook_id).first()
        if webhook is None:
            return 0
        if _is_hopeless(webhook):
            return _switch_off(webhook, OffReason.FAILING, now)
        _give_up(webhook, now)
        if (behind_since := _behind_since(webhook, now)) != webhook.behind_since:
            webhook.behind_since = behind_since
            webhook.save(update_fields=["behind_since"])
        _forget_failing(webhook, now)
        return _count_given_up(webhook, now)


def _give_up(webhook: Webhook, now: datetime) -> None:
    """The oldest first: what is missing has one beginning, from which the receiver catches up."""
    terms = webhook_terms()
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.PENDING)
    since = now - terms.longest_wait
    old = waiting.filter(Q(asked_at=None) | Q(asked_at__lt=since), raised_at__lt=since)
    hours = terms.longest_wait // timedelta(hours=1)
    old.update(state=DeliveryState.DEAD, last_error=f"{GivenUp.WAITED_TOO_LONG}: {hours}")
    newest = waiting.order_by("-pk").values_list("pk", flat=True)
    if first := newest[terms.most_waiting - 1 : terms.most_waiting].first():
        waiting.filter(pk__lt=first).update(
            state=DeliveryState.DEAD, last_error=f"{GivenUp.TOO_MANY_WAITED}: {terms.most_waiting}"
        )


def _forget_failing(webhook: Webhook, now: datetime) -> None:
    """With nothing left to try the failures are over: what fails another day is not in one row with them."""
    since = now - webhook_terms().failures_end_after
    if not webhook.failing_since or (webhook.last_error_at and webhook.last_error_at > since):
        return
    if not WebhookDelivery.objects.filter(webhook=webhook, state__in=UNDER_WAY).exists():
        webhook.failing_since, webhook.failures = None, 0
        webhook.save(update_fields=["failing_since", "failures"])


def _behind_since(webhook: Webhook, now: datetime) -> datetime | None:
    """What was tried and refused waits for its own sake, however fast the answer came."""
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.PENDING, attempts=0)
    first: datetime | None = waiting.aggregate(first=Min(Coalesce("asked_at", "raised_at")))["first"]
    return first if first and first < now - webhook_terms().told.behind else None


def _count_given_up(webhook: Webhook, now: datetime) -> int:
    """Count each event that was given up, however it came to that; a test is none.

    One that was asked for again, and is lost again, may be in the count already: that it is lost is told anew.
    """
    lost = WebhookDelivery.objects.filter(UNCOUNTED, webhook=webhook)
    lost.filter(event=None).update(counted_at=now)
    count = lost.filter(asked_at=None).update(counted_at=now)
    again = lost.exclude(asked_at=None).update(counted_at=now)
    if not count + again:
        return 0
    found = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.DEAD, counted_at=now)
    first = found.exclude(event=None).aggregate(first=Min("event"), since=Min("raised_at"))
    kept = Webhook.objects.values("given_up", "given_up_event", "given_up_from").get(pk=webhook.pk)
    Webhook.objects.filter(pk=webhook.pk).update(
        given_up=count + max(kept["given_up"], again),
        given_up_event=min(filter(None, (kept["given_up_event"], first["first"])), default=None),
        given_up_from=min(filter(None, (kept["given_up_from"], first["since"])), default=now),
        given_up_at=now,
    )
    return count + again


# --- switched off by us -----------------------------------------------------------------------------------------------
def switch_off(webhook_id: int, reason: OffReason, *, now: datetime) -> None:
    """Post nothing there any more; what waits is given up and counted."""
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=webhook_id).first()
        if webhook and webhook.is_on:
            _switch_off(webhook, reason, now)


def _switch_off(webhook: Webhook, reason: OffReason, now: datetime) -> int:
    webhook.is_on, webhook.off_reason, webhook.behind_since = False, reason, None
    webhook.save(update_fields=["is_on", "off_reason", "behind_since"])
    cancel_waiting(webhook)
    return _count_given_up(webhook, now)


def _is_hopeless(webhook: Webhook) -> bool:
    """Whether it failed again after days of failing; one that nobody tried meanwhile gets its chance."""
    if not webhook.is_on or not webhook.failing_since or not webhook.last_error_at:
        return False
    return webhook.last_error_at - webhook.failing_since >= webhook_terms().switched_off_after


# --- its owner --------------------------------------------------------------------------------------------------------
def troubled(now: datetime) -> QuerySet[Webhook]:
    """The webhooks whose owners have to look after them; each leaves by itself once it works again."""
    told = webhook_terms().told
    off = Q(is_on=False) & ~Q(off_reason="")
    failing = Q(failing_since__lt=now - told.failing) | Q(behind_since__isnull=False)
    return Webhook.objects.filter(off | Q(is_on=True) & (failing | Q(given_up_at__gte=now - told.given_up)))


def count_anew(webhook: Webhook, doer: Doer, *, now: datetime) -> None:
    """What was given up was read by other ways: count anew from here. That we switched it off is told all the same."""
    with transaction.atomic():
        Webhook.objects.filter(pk=webhook.pk).update(**NOTHING_GIVEN_UP)
        note_deed(AuditKind.WEBHOOK_SAVED, doer, now=now, store=webhook.store, row=webhook.pk, what="noted")


def note_trouble(webhook: Webhook, doer: Doer, *, now: datetime) -> None:
    """Its owner knows what was given up, and that we switched it off: tell no more of it."""
    with transaction.atomic():
        Webhook.objects.filter(pk=webhook.pk).update(off_reason="", **NOTHING_GIVEN_UP)
        mark_stores([webhook.store_id])
        note_deed(AuditKind.WEBHOOK_SAVED, doer, now=now, store=webhook.store, row=webhook.pk, what="noted")
