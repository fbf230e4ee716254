"""Changing a store's rules: what it would move is looked at first, then the open orders are brought along in chunks.

New orders have the new rules at once. An order that was there has its dates moved under its own lock, by whoever
touches it first: the worker that applies the change, or a fact or a timer that comes before it.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from disputes.adopting import RULES_CHANGED, DateMove, adopt_rules, catch_up
from disputes.change_reports import Report, add_order, empty_report
from disputes.models import Dispute, PolicyChange, PolicyChangeState
from orders.lifecycle import OPEN
from orders.models import AuditKind, Milestone, Order, Store, TimelineEvent, User
from orders.policies import load_policy, override_policy
from orders.services.auditing import Doer, note_deed
from orders.services.ledger import OPEN_STATES, lock_store, open_ledgers, save_ledgers, view_ledger

CHUNK = 200  # orders that are locked, or looked at, together
SILENCE = timedelta(minutes=2)  # without a sign of work for so long, a change's worker is taken for dead

State = PolicyChangeState
logger = logging.getLogger(__name__)


class ChangeNotPossible(ValueError):
    """The change cannot be taken further as it stands; the message says why and what to do."""


def draft_change(
    store: Store,
    user: User | None,
    *,
    version: int,
    overrides: Mapping[str, Mapping[str, Any]],
    now: datetime,
    undoes: PolicyChange | None = None,
) -> PolicyChange:
    """A change for the store, to be looked at; earlier drafts that nobody applied are called off.

    Raises UnusablePolicy when the pack has no such version or does not take the values, and ChangeNotPossible when
    they are those that the store has.
    """
    override_policy(load_policy(store.policy_name, version), overrides)
    if (version, overrides) == (store.policy_version, store.policy_overrides):
        raise ChangeNotPossible("nothing was changed: these are the store's values already")
    with transaction.atomic():
        locked = lock_store(store.pk)
        drafts = PolicyChange.objects.filter(store=locked, state__in=[State.DRAFT, State.PREVIEWED])
        drafts.update(state=State.CANCELLED)
        change: PolicyChange = PolicyChange.objects.create(
            store=locked,
            user=user,
            version_before=locked.policy_version,
            version=version,
            overrides_before=locked.policy_overrides,
            overrides=overrides,
            revision=locked.rules_revision,
            undoes=undoes,
            created_at=now,
            **_beginning(locked),
        )
    return change


def draft_undoing(change: PolicyChange, user: User | None, *, now: datetime) -> PolicyChange:
    """The inverse of an applied change, to be looked at like any other.

    Raises ChangeNotPossible when the rules were changed again since.
    """
    if not may_be_undone(change):
        raise ChangeNotPossible("only the latest change can be undone: change the values themselves")
    before = {"version": change.version_before, "overrides": change.overrides_before}
    return draft_change(change.store, user, **before, now=now, undoes=change)


def may_be_undone(change: PolicyChange) -> bool:
    """Whether the change is applied, and nothing was applied after it."""
    return change.state == State.APPLIED and change.store.rules_revision == change.revision + 1


def cancel_change(change_id: int) -> None:
    """Call a change off that is not being applied. Raises ChangeNotPossible."""
    waiting = PolicyChange.objects.filter(pk=change_id, state__in=[State.DRAFT, State.PREVIEWED])
    if not waiting.update(state=State.CANCELLED):
        raise ChangeNotPossible("the change is applied, or on its way, and cannot be called off: undo it afterwards")


def start_applying(change_id: int, doer: Doer, *, now: datetime) -> PolicyChange:
    """Give the store the new rules, for new orders at once; the open orders follow by `work_on_change`.

    Raises ChangeNotPossible when the change was not looked at, or the rules were changed meanwhile.
    """
    with transaction.atomic():
        store = lock_store(PolicyChange.objects.values_list("store_id", flat=True).get(pk=change_id))
        change: PolicyChange = PolicyChange.objects.select_for_update().get(pk=change_id)
        change.store = store
        if change.state != State.PREVIEWED:
            raise ChangeNotPossible("the change is not ready to be applied: load the page again")
        if change.revision != store.rules_revision:
            raise ChangeNotPossible("the rules were changed meanwhile: make the change again, and look at it again")
        if PolicyChange.objects.filter(store=store, state=State.APPLYING).exists():
            raise ChangeNotPossible("another change is being applied: wait until it is done")
        store.policy_version, store.policy_overrides = change.version, change.overrides
        store.rules_revision += 1
        store.save(update_fields=["policy_version", "policy_overrides", "rules_revision"])
        change.state, change.applied_at, change.result = State.APPLYING, now, {}
        change.heartbeat_at, change.user = None, doer.user or change.user
        for name, value in _beginning(store).items():
            setattr(change, name, value)
        change.save()
        note_deed(AuditKind.RULES_CHANGED, doer, now=now, store=store, change=change.pk)
    return change


def waiting_changes(now: datetime) -> list[int]:
    """The changes that nobody works on."""
    silent = Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - SILENCE)
    under_way = PolicyChange.objects.filter(silent, state__in=[State.DRAFT, State.APPLYING])
    return list(under_way.order_by("pk").values_list("pk", flat=True))


def work_on_change(change_id: int, clock: Callable[[], datetime], *, until: datetime) -> None:
    """Look at the change, or apply it, order by order from where the last worker came to, until done or `until`.

    An order with which something goes wrong is kept in the report, and does not keep the others waiting.
    """
    if not _take(change_id, clock()):
        return
    while clock() < until:
        if not _work_on_chunk(change_id, clock()):
            return
    PolicyChange.objects.filter(pk=change_id).update(heartbeat_at=None)  # the next sweep goes on at once


def _beginning(store: Store) -> dict[str, int]:
    affected = affected_orders(store)
    last = store.orders.aggregate(last=Max("pk"))["last"] or 0
    return {"orders_total": affected.count(), "orders_done": 0, "last_order": last, "reached": 0}


def affected_orders(store: Store) -> QuerySet[Order]:
    """The orders whose dates follow the store's rules: those that are open, or still have a date to come."""
    dated = Exists(Milestone.objects.filter(order=OuterRef("pk"), state__in=OPEN_STATES))
    orders: QuerySet[Order] = Order.objects.filter(Q(state__in=OPEN) | dated, store=store)
    return orders


def _take(change_id: int, now: datetime) -> bool:
    silent = Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - SILENCE)
    free = PolicyChange.objects.filter(silent, pk=change_id, state__in=[State.DRAFT, State.APPLYING])
    return bool(free.update(heartbeat_at=now))


def _work_on_chunk(change_id: int, now: datetime) -> bool:
    """Do the next orders in one transaction with the mark how far it came; whether there may be more."""
    with transaction.atomic():
        locked = PolicyChange.objects.select_for_update(of=("self",)).select_related("store")
        change: PolicyChange = locked.get(pk=change_id)
        if change.state not in {State.DRAFT, State.APPLYING}:
            return False
        rest = affected_orders(change.store).filter(pk__gt=change.reached, pk__lte=change.last_order)
        ids = list(rest.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        field = "preview" if change.state == State.DRAFT else "result"
        report = getattr(change, field) or empty_report()
        for order, moves in _do(change, ids, now, report):
            add_order(report, order.pk, order.order_number, moves, now=now)
        setattr(change, field, report)
        change.reached, change.heartbeat_at = ids[-1] if ids else change.reached, now
        change.orders_done += len(ids)
        if not ids:
            _finish(change, now)
        change.save()
    return bool(ids)


def _finish(change: PolicyChange, now: datetime) -> None:
    if change.state == State.DRAFT:
        change.state, change.previewed_at = State.PREVIEWED, now
    else:
        change.state = State.APPLIED
    change.heartbeat_at = None


Done = list[tuple[Order, list[DateMove]]]


def _do(change: PolicyChange, ids: list[int], now: datetime, report: Report) -> Done:
    """All of them together; where that goes wrong, in halves, until the one is found that is to blame."""
    if not ids:
        return []
    try:
        with transaction.atomic():
            return (_look_at if change.state == State.DRAFT else _bring_along)(change, ids, now)
    except OperationalError:
        raise
    except Exception as error:
        if len(ids) == 1:
            logger.exception("order %s could not be brought under the rules of change %s", ids[0], change.pk)
            report["failed"].append({"order": ids[0], "error": f"{type(error).__name__}: {error}"})
            return []
    middle = len(ids) // 2
    return [*_do(change, ids[:middle], now, report), *_do(change, ids[middle:], now, report)]


def _look_at(change: PolicyChange, ids: list[int], now: datetime) -> Done:
    """What the change would move on these orders; they are neither locked nor saved."""
    store = change.store
    store.policy_version, store.policy_overrides = change.version, change.overrides
    store.rules_revision = change.revision + 1
    ledgers = {
        order.pk: view_ledger(order, now=now, actor="preview", milestones=[], shipments=[])
        for order in Order.objects.filter(pk__in=ids).order_by("pk")
    }
    for ledger in ledgers.values():
        ledger.order.store = store
        ledger.read[Dispute.__name__] = []
    for row in Milestone.objects.filter(order__in=ids).order_by("due_at", "id"):
        ledgers[row.order_id].milestones.append(row)
    for dispute in Dispute.objects.filter(order__in=ids):
        ledgers[dispute.order_id].read[Dispute.__name__].append(dispute)
    return [(ledger.order, adopt_rules(ledger)[0]) for ledger in ledgers.values()]


def _bring_along(change: PolicyChange, ids: list[int], now: datetime) -> Done:
    """Bring these orders under the store's rules, and count what a fact or a timer has moved before us."""
    actor = str(change.user_id or "command")
    ledgers = open_ledgers(Order.objects.filter(pk__in=ids), now=now, actor=actor)
    before = _moved_before([ledger.order.pk for ledger in ledgers if not ledger.is_behind], change.revision + 1)
    done = [(ledger.order, before.get(ledger.order.pk) or catch_up(ledger)) for ledger in ledgers]
    save_ledgers(ledgers)
    rules = {"policy_version": change.store.policy_version, "rules_revision": change.store.rules_revision}
    Order.objects.filter(pk__in=ids, rules_revision__lt=change.store.rules_revision).update(**rules)
    return done


def _moved_before(ids: list[int], revision: int) -> dict[int, list[DateMove]]:
    events = TimelineEvent.objects.filter(order__in=ids, type=RULES_CHANGED, data__revision=revision)
    return {event.order_id: [DateMove.from_json(date) for date in event.data["dates"]] for event in events}
