"""What a calendar address shows: the open work and the disputes' deadlines of its person, as far as he may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from disputes.lifecycle import DisputeState
from disputes.models import ActionItem, ActionKind, ActionState, Dispute
from disputes.models.disputes import running_deadline
from disputes.reminding import OF_DISPUTES
from orders.models import CalendarFeed, Store

AHEAD = timedelta(days=90)
BEHIND = timedelta(days=7)  # what is overdue stays in the calendar for so long
MOST = 2000


@dataclass(frozen=True)
class Entries:
    """What is in the calendar; the answers and evidence of disputes stand there once, as the dispute's own dates."""

    items: Sequence[ActionItem] = ()
    disputes: Sequence[Dispute] = ()


def list_entries(feed: CalendarFeed, *, now: datetime) -> Entries:
    """The open work due from last week to in 90 days, at most 2000 entries, without what is put aside.

    Only stores in which the person is a member now are shown, whatever the address was made for.
    """
    stores = _stores_of(feed)
    items = ActionItem.objects.filter(store__in=stores, state=ActionState.OPEN).exclude(snoozed_until__gt=now)
    items = items.filter(due_at__gt=now - BEHIND, due_at__lt=now + AHEAD).exclude(kind__in=OF_DISPUTES)
    if feed.kinds:
        items = items.filter(kind__in=feed.kinds)
    if feed.only_mine:
        items = items.filter(assignee=feed.user_id)
    disputes = _disputes(feed, stores, now)
    rows = items.select_related("order__store", "assignee").order_by("due_at", "id")
    return Entries(list(rows[: MOST - 2 * len(disputes)]), disputes)


def _stores_of(feed: CalendarFeed) -> list[int]:
    mine = Store.objects.for_member(feed.user)
    chosen = list(feed.stores.values_list("pk", flat=True))
    return list((mine.filter(pk__in=chosen) if chosen else mine).values_list("pk", flat=True))


def _disputes(feed: CalendarFeed, stores: Sequence[int], now: datetime) -> list[Dispute]:
    """Disputes that wait for the team; where kinds were chosen, those whose work is among them."""
    if feed.kinds and not OF_DISPUTES & set(feed.kinds):
        return []
    span = {"due__gt": now - BEHIND, "due__lt": now + AHEAD}
    rows = Dispute.objects.filter(_open(feed), order__store__in=stores, closed_at=None)
    rows = rows.annotate(due=running_deadline()).filter(**span)
    if feed.only_mine:
        rows = rows.filter(pk__in=_his(feed))
    return [row for row in rows.select_related("order__store").order_by("due", "id")[: MOST // 4] if row.deadline]


def _open(feed: CalendarFeed) -> Q:
    states = {ActionKind.ANSWER_DISPUTE: DisputeState.OPENED, ActionKind.SUBMIT_EVIDENCE: DisputeState.EVIDENCE_DUE}
    return Q(state__in=[state for kind, state in states.items() if not feed.kinds or kind in feed.kinds])


def _his(feed: CalendarFeed) -> list[Any]:
    """The disputes whose work is the person's."""
    items = ActionItem.objects.filter(assignee=feed.user_id, state=ActionState.OPEN, kind__in=OF_DISPUTES)
    wanted = {(item.order_id, item.case) for item in items}
    rows = Dispute.objects.filter(order__in=[order for order, _case in wanted], closed_at=None)
    return [row.pk for row in rows if (row.order_id, row.subject) in wanted]
