"""Rehearsing an order on a virtual clock: the real services, in a transaction that is rolled back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from disputes.deadlines import work_deadline
from disputes.firing import fire_in
from disputes.models import ActionItem, AdviceEntry
from disputes.reactions import react_to_placed
from disputes.recording import record_in
from disputes.services.dispute_rows import latest_dispute
from messaging.models import Message, MessageState
from messaging.sending import settle_departure
from orders.events import Event, EventType
from orders.models import Milestone, Store, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind
from orders.planning import protection_end
from orders.policies import load_policy, override_policy
from orders.records import OrderRecord
from orders.rules import printed_position
from orders.services.intake import start_order
from orders.services.ledger import REHEARSAL, OrderLedger, save_ledgers
from orders.services.milestones import replan

LISTED = {MessageState.PENDING, MessageState.WAITING}
OUTCOMES = {MilestoneState.FIRED: "fired", MilestoneState.CANCELLED: "cancelled"}


@dataclass
class Rehearsal:
    """One order on its virtual clock; nobody else can touch it, so its ledger stays open from beginning to end."""

    ledger: OrderLedger
    departed: list[Message] = field(default_factory=list)

    def run(self, events: Iterable[Event], *, until: datetime) -> None:
        """Let every event and every timer happen in its turn, up to and at `until` (UTC)."""
        for event in events:
            if event.at > until:
                break
            # Timers of the same instant come after the event.
            self._run_timers(lambda due, end=event.at: due < end)
            self.ledger.now = event.at
            record_in(self.ledger, event)
        self._run_timers(lambda due: due <= until)
        save_ledgers([self.ledger])

    def _run_timers(self, is_due: Any) -> None:
        while turn := self._next_turn():
            at, row = turn
            if not is_due(at):
                return
            self.ledger.now = max(at, self.ledger.now)
            if isinstance(row, Message):
                self._depart(row)
            else:
                fire_in(self.ledger, row)

    def _next_turn(self) -> tuple[datetime, Milestone | Message] | None:
        """The next timer: milestones in the order of the rules, then the messages whose window opens."""
        milestones = [row for row in self.ledger.milestones if row.state == MilestoneState.PENDING]
        turns: list[tuple[datetime, int, Milestone | Message]] = [
            (row.due_at, position, row)
            for position, row in enumerate(sorted(milestones, key=lambda row: printed_position(row.rule)))
        ]
        turns += [(row.send_after, len(turns), row) for row in self._waiting()]
        if not turns:
            return None
        at, _position, row = min(turns, key=lambda turn: turn[:2])
        return at, row

    def _waiting(self) -> list[Message]:
        rows = self.ledger.rows_of(Message)
        return [row for row in rows if row.state in LISTED and row not in self.departed]

    def _depart(self, message: Message) -> None:
        if settle_departure(self.ledger, message):
            self.departed.append(message)

    def messages(self) -> list[Message]:
        """What left, and what was queued in time and leaves later."""
        return sorted([*self.departed, *self._waiting()], key=lambda message: (message.send_after, message.pk))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules to rehearse: a pack, its latest version where none is named, and own values in place of its own."""

    policy_name: str
    version: int | None = None
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def rehearse(record: OrderRecord, events: Iterable[Event], *, rules: RuleSet, until: datetime) -> dict[str, Any]:
    """The contract's answer for one order. Raises UnusablePolicy."""
    with transaction.atomic():
        try:
            rehearsal = _start(record, rules)
            rehearsal.run(_as_facts(record, events), until=until)
            return answer(rehearsal)
        finally:
            transaction.set_rollback(True)


def tally(
    record: OrderRecord, events: Iterable[Event] = (), *, rules: RuleSet, until: datetime
) -> dict[str, Counter[tuple[str, ...]]]:
    """What one order adds to the answer for an order file."""
    return count_answer(rehearse(record, events, rules=rules, until=until))


def count_answer(result: Mapping[str, Any]) -> dict[str, Counter[tuple[str, ...]]]:
    """What the answer for one order adds to a sum."""
    return {
        "states": Counter([(result["order"]["state"],)]),
        "milestones": Counter((row["kind"], row["outcome"]) for row in result["milestones"]),
        "messages": Counter((row["purpose"],) for row in result["messages"]),
        "violations": Counter((row["rule"],) for row in result["violations"]),
    }


def _as_facts(record: OrderRecord, events: Iterable[Event]) -> list[Event]:
    """The dated columns are facts as well; at one instant they come first."""
    parcel = {"carrier": record.carrier, "tracking_number": record.tracking_number}
    dated = [Event(EventType(kind), at, data=parcel if kind == "shipped" else {}) for at, kind in record.dated_facts()]
    return sorted([*dated, *events], key=lambda event: event.at)


def _start(record: OrderRecord, rules: RuleSet) -> Rehearsal:
    policy = override_policy(load_policy(rules.policy_name, rules.version), rules.overrides)
    store = Store.objects.create(
        slug="rehearsal",
        name=str(policy.title["en"]),
        policy_name=policy.name,
        policy_version=policy.version,
        policy_overrides=dict(rules.overrides),
        timezone=policy.platform_zone,
    )
    ledger = start_order(record, store, now=record.placed_at, actor=REHEARSAL)
    replan(ledger, at=record.placed_at)
    for milestone in ledger.milestones:
        milestone.state, milestone.outcome_at = (
            MilestoneState.PENDING,
            None,
        )  # nothing is stale on a virtual clock
    react_to_placed(ledger)
    save_ledgers([ledger])
    return Rehearsal(ledger)


def answer(rehearsal: Rehearsal) -> dict[str, Any]:
    """What the rehearsal left in the database, in the contract's words."""
    order = rehearsal.ledger.order
    timeline = list(TimelineEvent.objects.filter(order=order))
    return {
        "order": {
            "state": order.state,
            "protection_ends_at": instant(protection_end(order, rehearsal.ledger.policy)),
        },
        "dispute": _dispute(rehearsal.ledger),
        "transitions": [
            {"at": instant(event.at), "by": event.type, **move}
            for event in timeline
            for move in event.data.get("transitions", ())
        ],
        "milestones": [_milestone(row) for row in Milestone.objects.filter(order=order)],
        "messages": [_message(message) for message in rehearsal.messages()],
        "actions": [_action(item) for item in ActionItem.objects.filter(order=order).order_by("raised_at", "id")],
        "advice": [_advice(row) for row in AdviceEntry.objects.filter(order=order)],
        "violations": [
            {"at": instant(event.at), "rule": rule} for event in timeline for rule in event.data.get("violations", ())
        ],
        "refused": [
            {"at": instant(event.at), "type": event.type, "rule": event.rule, "error": event.data["error"]}
            for event in timeline
            if event.kind == EventKind.REFUSED
        ],
    }


def instant(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with Z, whole seconds unless there are fractions."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _milestone(row: Milestone) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "rule": row.rule,
        "due_at": instant(row.due_at),
        "outcome": OUTCOMES.get(MilestoneState(row.state), "pending"),
        "at": instant(row.outcome_at),
        "reason": row.reason,
    }


def _dispute(ledger: OrderLedger) -> dict[str, Any] | None:
    dispute = latest_dispute(ledger)
    if dispute is None:
        return None
    return {
        "state": dispute.state,
        "respond_by": instant(dispute.respond_by),
        "evidence_by": instant(dispute.evidence_by),
        "work_by": instant(work_deadline(dispute, ledger.policy)),
    }


def _advice(row: AdviceEntry) -> dict[str, Any]:
    amount = {} if row.amount is None else {"amount": str(row.amount), "currency": row.order.currency}
    said = {"recommendation": row.recommendation, "liability": row.liability, "rule": row.rule}
    return {"at": instant(row.at), **said, "missing": row.missing, **amount}


def _message(row: Message) -> dict[str, Any]:
    return {
        "at": instant(row.send_after),
        "purpose": row.purpose,
        "channel": row.channel,
        "language": row.language,
        "to": row.to,
        "subject": row.subject,
        "body": row.body,
    }


def _action(row: ActionItem) -> dict[str, Any]:
    said = {"at": instant(row.raised_at), "kind": row.kind, "rule": row.rule, "due_at": instant(row.due_at)}
    return said | {key: row.data[key] for key in ("slot", "amount", "currency") if row.data.get(key)}
