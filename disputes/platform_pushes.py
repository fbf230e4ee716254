"""Working off what the platform posted: a post is a bell, so what it is about is read from the platform at once."""

from datetime import datetime

from orders.models import PlatformPush
from orders.models.platforms import PlatformPushState
from orders.platform.interface import PlatformError
from orders.platform.pushes import read_push
from orders.services.claiming import claim_due, release_claim
from orders.services.platform_calls import Clock
from orders.services.platform_capabilities import bring_forward

FREE = {"claim_token": None, "lease_until": None}


def take_platform_pushes(clock: Clock, *, until: datetime) -> int:
    """Work off what is due, until nothing is left or the budget ends at `until`. Returns how many posts rang."""
    rang = 0
    while clock() < until:
        claim = claim_due(PlatformPush, now=clock())
        if not claim.ids:
            break
        for push in PlatformPush.objects.filter(pk__in=claim.ids, claim_token=claim.token).select_related("account"):
            state, error = _ring(push, clock())
            PlatformPush.objects.filter(pk=push.pk, claim_token=claim.token).update(
                state=state, last_error=error, **FREE
            )
            rang += state == PlatformPushState.DONE
        release_claim(PlatformPush, claim)
    return rang


def _ring(push: PlatformPush, now: datetime) -> tuple[PlatformPushState, str]:
    """What became of it, and why it rang no bell."""
    try:
        read = read_push(bytes(push.body))
    except PlatformError as error:
        return PlatformPushState.UNREADABLE, str(error)
    if read.seller_id and push.account.seller_id and read.seller_id != push.account.seller_id:
        return PlatformPushState.UNKNOWN, f"it is about the seller {read.seller_id[:64]}"
    bring_forward(push.account_id, read.brings, now=now)
    return PlatformPushState.DONE, ""
