"""When the team is told of a deadline: the steps on the way to it, from the policy's values (D6, D7, M10)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from disputes.models import ActionKind
from orders.policies import Policy

# What a dispute's own dates hang on: reminders and escalation follow D6 and D7.
OF_DISPUTES = frozenset({ActionKind.ANSWER_DISPUTE, ActionKind.SUBMIT_EVIDENCE})
# The platform acts by itself on their date, so that an owner hears before it.
OF_PLATFORM = frozenset({ActionKind.SHIP, ActionKind.EXTEND_RECEIPT_TIME, ActionKind.ANSWER_CANCELLATION})


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is known of an open item (instants in UTC); `platform_at` is its dispute's own deadline, if it is of one."""

    kind: str
    raised_at: datetime
    due_at: datetime
    platform_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step, told once at its instant (UTC); an escalation goes to the owners."""

    name: str
    at: datetime
    is_escalation: bool = False


def list_rungs(deadline: Deadline, policy: Policy) -> list[Rung]:
    """All steps on the way to a deadline and past it, in their order; none without the rule M10."""
    if not policy.has("M10"):
        return []
    rungs = [*_reminders(deadline, policy), *_repeats(deadline, policy), *_escalation(deadline, policy)]
    return sorted(rungs, key=lambda rung: rung.at)


def _reminders(deadline: Deadline, policy: Policy) -> Iterator[Rung]:
    if deadline.platform_at is not None:
        end, spans = deadline.platform_at, policy.value("D6", "before") or []
    else:
        end, spans = deadline.due_at, policy.value("M10", "before")
    if deadline.due_at - deadline.raised_at <= policy.duration("M10", "urgent"):
        yield Rung("raised", deadline.raised_at)
    for span in spans:
        if end - span > deadline.raised_at:
            yield Rung(f"before {_hours(span)}", end - span)


def _repeats(deadline: Deadline, policy: Policy) -> Iterator[Rung]:
    every, until = policy.duration("M10", "every"), policy.duration("M10", "until")
    for number in range(min(until // every, 99) + 1):
        yield Rung(f"due {number}", deadline.due_at + number * every)


def _escalation(deadline: Deadline, policy: Policy) -> Iterator[Rung]:
    """In time for an owner to do it himself: with a dispute's whole margin left (D7)."""
    span = policy.duration("M10", "escalate")
    if deadline.platform_at is not None:
        at = deadline.platform_at - max(policy.value("D7", "margin") or span, span)
    elif deadline.kind in OF_PLATFORM:
        at = deadline.due_at - span
    else:
        return
    yield Rung("escalated", max(at, deadline.raised_at), is_escalation=True)


def latest(rungs: Iterable[Rung], *, now: datetime, since: datetime) -> Rung | None:
    """The last step that has come since then: after an outage one is told, not all that were missed."""
    come = [rung for rung in rungs if since < rung.at <= now]
    return come[-1] if come else None


def farthest(policy: Policy) -> tuple[timedelta, timedelta]:
    """How long before its deadline an item may be told first, and how long after it last."""
    if not policy.has("M10"):
        return timedelta(0), timedelta(0)
    spans = [policy.duration("M10", key) for key in ("urgent", "escalate")]
    spans += [*(policy.value("D6", "before") or []), *policy.value("M10", "before")]
    return max(spans), policy.duration("M10", "until") + policy.duration("M10", "every")


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):g} h"
