"""Reading from the platform what is due, for every connected store, by any number of workers.

Claiming, calling and recording are three steps; no transaction is open while the platform is called. Whatever keeps one
store or one capability from being read costs the others nothing.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from disputes.platform_lists import read_ended_issues, read_open_issues, read_reviews_since
from disputes.platform_orders import read_orders
from disputes.platform_readings import Reading, Unfinished
from orders.models import PlatformAccount, PlatformCapability, PlatformCommand, PlatformPush
from orders.models.claims import ClaimState
from orders.platform.interface import FEEDS, Capability, PlatformError
from orders.platform.terms import command_terms
from orders.services.claiming import claim_due, fail_claimed, release_claim
from orders.services.platform_accounts import due_renewals, renew_tokens
from orders.services.platform_calls import (
    Clock,
    PlatformResting,
    Sleep,
    awake_accounts,
    note_failure,
    note_success,
    open_gateway,
)
from orders.services.platform_capabilities import due_feeds, note_broken_off, note_put_off, note_read, note_refused

logger = logging.getLogger(__name__)

READERS: dict[Capability, Callable[[Reading], None]] = {
    Capability.ORDERS: read_orders,
    Capability.FINISHED_ORDERS: read_orders,
    Capability.ISSUES: read_open_issues,
    Capability.FINISHED_ISSUES: read_ended_issues,
    Capability.REVIEWS: read_reviews_since,
}
# Only these have a date up to which everything is read.
DATED = {Capability.ORDERS, Capability.FINISHED_ORDERS, Capability.REVIEWS, Capability.FINISHED_ISSUES}


def platform_waits(now: datetime) -> bool:
    """Whether something is due: to be renewed, sent, taken in or read."""
    due, awake = {"state": ClaimState.PENDING, "next_attempt_at__lte": now}, awake_accounts(now)
    commands = PlatformCommand.objects.filter(**due)
    return (
        due_renewals(now).exists()
        or PlatformPush.objects.filter(**due).exists()
        or commands.filter(Q(account__in=awake) | Q(asked_at__lt=now - command_terms().too_old)).exists()
        or due_feeds(now, awake).exists()
    )


def sync_due(clock: Clock, *, until: datetime, sleep: Sleep = time.sleep) -> int:
    """Renew the tokens that are due, then read every feed whose turn has come, until the budget ends at `until`.

    Returns how many feeds were read to their end.
    """
    for account in due_renewals(clock()):
        renew_tokens(account, clock, sleep=sleep)
    return sum(_sync_account(account, clock, until, sleep) for account in awake_accounts(clock()))


def _sync_account(account: PlatformAccount, clock: Clock, until: datetime, sleep: Sleep) -> int:
    read = 0
    for name in FEEDS:
        if clock() >= until or not awake_accounts(clock()).filter(pk=account.pk).exists():
            break
        mine = PlatformCapability.objects.filter(account=account, name=name)
        claim = claim_due(PlatformCapability, now=clock(), limit=1, among=mine)
        for pk in claim.ids:
            row: PlatformCapability = PlatformCapability.objects.get(pk=pk)
            read += _read_feed(account, row, clock, min(until, claim.work_until), sleep)
        release_claim(PlatformCapability, claim)
    return read


def _read_feed(account: PlatformAccount, row: PlatformCapability, clock: Clock, until: datetime, sleep: Sleep) -> bool:
    """Whether it was read to its end; whatever else came of it is noted."""
    try:
        reading = Reading(account, row, open_gateway(account, clock, sleep=sleep), clock, until)
        READERS[reading.name](reading)
    except Unfinished:
        note_success(account.pk, now=clock())
        note_broken_off(row, now=clock())
    except PlatformResting:
        resting = PlatformAccount.objects.get(pk=account.pk).rests_until
        note_put_off(row, resting or clock())
    except PlatformError as error:
        note_failure(account.pk, error, now=clock())
        note_refused(row, error, now=clock())
    except Exception as error:
        # The one broad net: what cannot be recorded waits, and the other feeds go on.
        logger.exception("feed %s of account %s broke off", row.name, account.pk)
        text = f"{type(error).__name__}: {error}"
        if row.claim_token:
            fail_claimed(PlatformCapability, row.pk, row.claim_token, error=text, now=clock())
    else:
        note_success(account.pk, now=clock())
        cursor = reading.span()[1] if reading.name in DATED else None
        note_read(row, now=clock(), cursor_at=cursor, problems="\n".join(reading.problems))
        return True
    return False
