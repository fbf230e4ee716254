"""Open work of which nobody is asked, as when its card was called done: found, and asked for anew (R12)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from disputes.models import ActionItem, ActionState
from orders.models import Milestone
from orders.services.ledger import OPEN_STATES, OrderLedger, open_ledger, save_ledgers

BATCH = 200  # rows at once


def mend_undated(
    rows: QuerySet[Any],
    name: str,
    *,
    date: str,
    mend: Callable[[OrderLedger], None],
    now: datetime,
) -> int:
    """Mend the orders of those open rows for which no open item asks; returns how many orders.

    Dates and items have the subject `<name>:<number of the row>`; `date` is their kind of milestone. What waits behind
    an open dispute asks nobody, and has a date all the same. `now` is in UTC. Two looks find the same order at once, so
    it is looked at again under its lock: what was asked for meanwhile may have been handed or put aside by now.
    """
    subject = Concat(Value(f"{name}:"), Cast(OuterRef("number"), CharField()), output_field=CharField())
    its = Q(order=OuterRef("order"), subject=subject)
    dates = Milestone.objects.filter(its, kind=date, state__in=OPEN_STATES)
    asked = ActionItem.objects.filter(its, state=ActionState.OPEN)
    is_waiting = Q(Exists(dates), order__disputed_at__isnull=False)
    lost = rows.filter(~Exists(asked), ~is_waiting, closed_at=None).order_by("next_at", "pk")
    ids = set(lost.values_list("order_id", flat=True)[:BATCH])
    count = 0
    for pk in sorted(ids):
        with transaction.atomic():
            ledger = open_ledger(pk, now=now, actor="reconciliation")
            if not lost.filter(order=pk).exists():
                continue
            mend(ledger)
            save_ledgers([ledger])
            count += 1
    return count
