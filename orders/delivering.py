"""Telling other programs: claim what is due, post it, and mark it; no transaction is open while we talk to anybody.

A repeat is possible only when this process dies between the answer and the mark, or the answer is lost: it carries the
same id. One worker at a time tells a webhook, and one is enough for all: receivers that are slow hold up nobody else.
"""

import json
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from orders.encryption import UnreadableSecret
from orders.models import DeliveryState, OffReason, Webhook, WebhookDelivery
from orders.models.claims import ClaimState
from orders.outward import Answer, ForbiddenAddress, NoAnswer, tell
from orders.services.claiming import Claim, claim_due, fail_claimed, release_claim
from orders.services.outboxes import switch_off
from orders.services.webhooks import cancel_waiting, try_at_once
from orders.standard_webhooks import signed_headers
from orders.webhook_bodies import body_of
from orders.webhook_terms import webhook_terms

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
TURN = timedelta(seconds=5)  # of one webhook, before another's turn comes
AT_ONCE = 20  # deliveries of one webhook in its turn
# What is waited after each failure; after the last it is given up, a day after it happened.
PAUSES = tuple(timedelta(seconds=span) for span in (30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800))
LONGEST_PAUSE = timedelta(hours=1)  # of a webhook: one that works again is noticed within the hour
GONE, TOO_MANY = 410, 429
OF_ONE_EVENT = {400, 409, 413, 415, 422}  # an answer that may be about what was posted, and not about who posts
OUTAGE = 3  # failures in a row: what waited for its end is told at once
SHOWN = 200  # characters of an answer
BUSY = timedelta(seconds=60)  # after a claim: its turn is over, or its worker is dead


class Went(Enum):
    """How a post went: taken; refused, and the next may be taken; or not, and nothing is posted for a while."""

    TAKEN = "taken"
    REFUSED = "refused"
    PAUSED = "paused"


def deliver_due(clock: Clock, *, until: datetime) -> int:
    """Tell everything that is due, each webhook in its turn; returns how many were taken."""
    taken = 0
    if not deliverers_wanted(clock()):
        return 0
    while clock() < until:
        webhooks = _due_webhooks(clock())
        for webhook_id in webhooks:
            if clock() < until:
                taken += _deliver_in_turn(webhook_id, clock, until=min(until, clock() + TURN))
        if not webhooks:
            break
    return taken


def _due_webhooks(now: datetime) -> list[int]:
    """One of each store that has something to be told; none that another worker is telling just now.

    They come in any order: a slow receiver is not the first one each time, and twenty of one store are as one.
    """
    due = WebhookDelivery.objects.filter(state=ClaimState.PENDING, next_attempt_at__lte=now).order_by()
    found = list(due.values_list("store_id", "webhook_id").distinct())
    random.shuffle(found)
    busy = set(_being_told(now).values_list("webhook_id", flat=True))
    return list({store: pk for store, pk in found if pk not in busy}.values())


def _being_told(now: datetime) -> QuerySet[WebhookDelivery]:
    since = timedelta(seconds=settings.CLAIM_LEASE_SECONDS) - BUSY
    return WebhookDelivery.objects.filter(state=ClaimState.CLAIMED, lease_until__gt=now + since)


def deliverers_wanted(now: datetime) -> int:
    """How many workers to wake: one where something is due and none is at it; they are for the deadlines first."""
    due = WebhookDelivery.objects.filter(state=ClaimState.PENDING, next_attempt_at__lte=now)
    return int(not _being_told(now).exists() and due.exists())


def _deliver_in_turn(webhook_id: int, clock: Clock, *, until: datetime) -> int:
    """Whatever one receiver does costs the others nothing but its turn."""
    try:
        return _deliver_some(webhook_id, clock, until=until)
    except Exception:
        logger.exception("webhook %s could not be told", webhook_id)
        _pause(webhook_id, "an error of ours: see the log", LONGEST_PAUSE, now=clock())
        return 0


def _deliver_some(webhook_id: int, clock: Clock, *, until: datetime) -> int:
    """Tell one webhook some of what is due; after a failure the rest waits with it."""
    webhook = _find_webhook(webhook_id)
    if webhook is None:  # it was removed while something was recorded that it was to be told
        WebhookDelivery.objects.filter(webhook=webhook_id).delete()
        return 0
    if not webhook.is_on:
        cancel_waiting(webhook)
        return 0
    mine = WebhookDelivery.objects.filter(webhook=webhook)
    claim = claim_due(WebhookDelivery, now=clock(), limit=AT_ONCE, among=mine, order=("next_attempt_at", "pk"))
    taken = 0
    try:
        rows = WebhookDelivery.objects.filter(pk__in=claim.ids, claim_token=claim.token)
        for delivery in rows.select_related("event__order").order_by("pk"):
            if clock() >= min(until, claim.work_until):
                break
            webhook = _find_webhook(webhook_id)  # its owner may have moved it, or switched it off, since the last post
            if webhook is None or not webhook.is_on:
                break
            went = _deliver(webhook, delivery, claim, clock)
            taken += went is Went.TAKEN
            if went is Went.PAUSED:
                break
    finally:
        release_claim(WebhookDelivery, claim)
    return taken


def _find_webhook(webhook_id: int) -> Webhook | None:
    webhook: Webhook | None = Webhook.objects.select_related("store").filter(pk=webhook_id).first()
    return webhook


def deliver_now(delivery: WebhookDelivery, clock: Clock) -> WebhookDelivery:
    """Post one delivery now, for somebody who waits for the answer; gives it as it stands then.

    Where its webhook was removed meanwhile, nothing is posted.
    """
    claim = claim_due(WebhookDelivery, now=clock(), among=WebhookDelivery.objects.filter(pk=delivery.pk))
    rows = WebhookDelivery.objects.filter(pk__in=claim.ids, claim_token=claim.token).select_related("event__order")
    claimed, webhook = rows.first(), _find_webhook(delivery.webhook_id)
    if claimed and webhook:
        _deliver(webhook, claimed, claim, clock)
    release_claim(WebhookDelivery, claim)
    return WebhookDelivery.objects.filter(pk=delivery.pk).first() or delivery


def _deliver(webhook: Webhook, delivery: WebhookDelivery, claim: Claim, clock: Clock) -> Went:
    """Post it and mark how it went."""
    try:
        answer = _post(webhook, delivery, now=clock())
    except (UnreadableSecret, ForbiddenAddress, NoAnswer) as error:
        _note_failure(webhook, delivery, claim, str(error), now=clock())
        return Went.PAUSED
    said = f"HTTP {answer.status} {answer.words(SHOWN)}".strip()
    if not 200 <= answer.status < 300:
        return _note_refusal(webhook, delivery, claim, answer, said, now=clock())
    _note_success(webhook, delivery, claim, said, now=clock())
    return Went.TAKEN


def _note_success(webhook: Webhook, delivery: WebhookDelivery, claim: Claim, said: str, *, now: datetime) -> None:
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, claim_token=claim.token)
    mine.update(
        state=DeliveryState.SENT, sent_at=now, answer=said[:300], claim_token=None, lease_until=None, last_error=""
    )
    Webhook.objects.filter(pk=webhook.pk).update(
        failures=0, failing_since=None, last_ok_at=now, last_error="", next_post_at=None
    )
    if webhook.failures >= OUTAGE:
        try_at_once(webhook, now=now)


def _post(webhook: Webhook, delivery: WebhookDelivery, *, now: datetime) -> Answer:
    """Raises UnreadableSecret, ForbiddenAddress and NoAnswer."""
    body = write_body(webhook, delivery)
    headers = signed_headers(
        f"evt_{delivery.message_id.hex}", body, secret=webhook.secret, former=webhook.former_secrets(now), now=now
    )
    return tell(webhook.url, body, headers)


def write_body(webhook: Webhook, delivery: WebhookDelivery) -> bytes:
    """What is posted: the same at every attempt."""
    said = body_of(delivery.type, delivery.event, store=webhook.store.slug, at=delivery.raised_at)
    return json.dumps(said, ensure_ascii=False).encode()


# --- how it went ------------------------------------------------------------------------------------------------------
def _note_refusal(
    webhook: Webhook, delivery: WebhookDelivery, claim: Claim, answer: Answer, said: str, *, now: datetime
) -> Went:
    """Somebody answered, but did not take it: "gone" switches the webhook off, "too many" costs no attempt.

    What may be about that one event keeps the others waiting only if the next one fares no better.
    """
    asked = min(timedelta(seconds=answer.retry_after or 0), webhook_terms().longest_retry_after)
    if answer.status == TOO_MANY and asked:
        # Who says it again and again is believed to mean longer.
        _pause(webhook.pk, said, max(asked, _usual_pause(webhook.failures - 1)), now=now)
        release_claim(WebhookDelivery, Claim([delivery.pk], claim.token, claim.work_until, claim.lease_until))
    elif answer.status in OF_ONE_EVENT and not webhook.failures:
        _note_failed_delivery(webhook, delivery, claim, said, now=now)
        _count_failure(webhook.pk, said, now=now)
        return Went.REFUSED
    else:
        _note_failure(webhook, delivery, claim, said, now=now, asked=asked)
    if answer.status == GONE:
        switch_off(webhook.pk, OffReason.GONE, now=now)
    return Went.PAUSED


def _note_failure(
    webhook: Webhook,
    delivery: WebhookDelivery,
    claim: Claim,
    said: str,
    *,
    now: datetime,
    asked: timedelta = timedelta(0),
) -> None:
    _note_failed_delivery(webhook, delivery, claim, said, now=now)
    _pause(webhook.pk, said, max(asked, _usual_pause(webhook.failures)), now=now)


def _note_failed_delivery(
    webhook: Webhook, delivery: WebhookDelivery, claim: Claim, said: str, *, now: datetime
) -> None:
    logger.warning("webhook %s did not take %s: %s", webhook.pk, delivery.pk, said)
    fail_claimed(WebhookDelivery, delivery.pk, claim.token, error=said, now=now, pauses=PAUSES)


def _usual_pause(failures: int) -> timedelta:
    """What is waited after so many failures before this one."""
    return min(PAUSES[min(failures, len(PAUSES) - 1)], LONGEST_PAUSE) if failures >= 0 else timedelta(0)


def _count_failure(webhook_id: int, said: str, *, now: datetime, **more: datetime) -> None:
    Webhook.objects.filter(pk=webhook_id).update(
        failures=F("failures") + 1,
        failing_since=Coalesce("failing_since", Value(now)),
        last_error=said[:2000],
        last_error_at=now,
        **more,
    )


def _pause(webhook_id: int, said: str, span: timedelta, *, now: datetime) -> None:
    """Nothing is posted there for so long."""
    end = now + span
    with transaction.atomic():
        _count_failure(webhook_id, said, now=now, next_post_at=end)
        early = WebhookDelivery.objects.filter(
            webhook=webhook_id, state__in=[ClaimState.PENDING, ClaimState.CLAIMED], next_attempt_at__lt=end
        )
        early.update(next_attempt_at=end)
