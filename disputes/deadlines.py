"""A dispute's dates: planned from its facts and the policy, ended by its state (D1, D3–D7)."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from disputes.lifecycle import ANSWERABLE, DisputeState
from disputes.models import Dispute
from disputes.reasons import Reason
from orders.planning import Planned
from orders.policies import Policy
from orders.services.ledger import OrderLedger
from orders.services.milestones import Series, bring_in_line


class DisputeMilestone(StrEnum):
    """The kinds of milestone that belong to a dispute."""

    RESPONSE_DUE = "dispute_response_due"
    ESCALATION = "escalation"
    EVIDENCE_DUE = "evidence_due"
    RESPONSE_REMINDER = "dispute_response_reminder"
    EVIDENCE_REMINDER = "evidence_reminder"
    APPEAL_DUE = "appeal_due"


Kind = DisputeMilestone

DEADLINES = {Kind.RESPONSE_DUE, Kind.EVIDENCE_DUE}

# In which states of the dispute a kind still has a sense.
LIVE_STATES: dict[DisputeMilestone, set[str]] = {
    Kind.RESPONSE_DUE: {DisputeState.OPENED},
    Kind.RESPONSE_REMINDER: {DisputeState.OPENED},
    Kind.ESCALATION: set(ANSWERABLE),
    Kind.EVIDENCE_DUE: {DisputeState.EVIDENCE_DUE},
    Kind.EVIDENCE_REMINDER: {DisputeState.EVIDENCE_DUE},
    Kind.APPEAL_DUE: {DisputeState.LOST},
}


def response_deadline(dispute: Dispute, policy: Policy, *, since: datetime, rule: str = "D1") -> datetime | None:
    """When silence lets the platform carry out the buyer's request (D1): the case's own, else counted from `since`.

    None where nobody knows it, or it does not apply before the return has arrived.
    """
    if dispute.respond_when:
        return None
    return dispute.platform_respond_by or policy.end_of(rule, since)


def evidence_deadline(dispute: Dispute, policy: Policy) -> datetime | None:
    """When the evidence has to be there (D4, customs D5): the case's own date, else counted from the platform's notice.

    None before the notice, and where nobody knows it.
    """
    if dispute.noticed_at is None:
        return None
    return dispute.platform_evidence_by or policy.end_of(evidence_rule(dispute, policy), dispute.noticed_at)


def appeal_deadline(dispute: Dispute, policy: Policy) -> datetime | None:
    """Until when a decision against us can be appealed (D13); None where the platform knows no appeal."""
    return dispute.closed_at + policy.duration("D13") if dispute.closed_at and policy.has("D13") else None


def evidence_rule(dispute: Dispute, policy: Policy) -> str:
    """The rule of the evidence window: customs has its own."""
    return "D5" if dispute.reason == Reason.CUSTOMS_HOLD and policy.has("D5") else "D4"


def work_deadline(dispute: Dispute, policy: Policy) -> datetime | None:
    """The date that the team works to: the platform's, less a margin (D7); None where the platform's is not known."""
    if dispute.deadline is None or not policy.has("D7"):
        return dispute.deadline
    return dispute.deadline - policy.duration("D7", "margin")


def plan_dispute(dispute: Dispute, policy: Policy) -> Iterator[Planned]:
    """Every milestone that the dispute calls for in its state."""
    reminders = policy.value("D6", "before") or []
    dues = {Kind.ESCALATION: [("D3", dispute.opened_at + policy.duration("D3"))] if policy.has("D3") else []}
    if dispute.respond_by:
        dues[Kind.RESPONSE_DUE] = [("D1", dispute.respond_by)]
        dues[Kind.RESPONSE_REMINDER] = [("D6", dispute.respond_by - before) for before in reminders]
    if dispute.evidence_by:
        dues[Kind.EVIDENCE_DUE] = [(evidence_rule(dispute, policy), dispute.evidence_by)]
        dues[Kind.EVIDENCE_REMINDER] = [("D6", dispute.evidence_by - before) for before in reminders]
    if appeal_by := appeal_deadline(dispute, policy):
        dues[Kind.APPEAL_DUE] = [("D13", appeal_by)]
    for kind, dates in dues.items():
        if dispute.state in LIVE_STATES[kind]:
            yield from (Planned(kind, rule, due_at) for rule, due_at in dates)


def replan_dispute(ledger: OrderLedger, dispute: Dispute, *, at: datetime) -> None:
    """Make the dispute's milestones those that it calls for; the rest ends, with the state as the reason.

    `at` is when the fact behind it happened (UTC). Learnt late, it reminds of nothing that has passed; but a deadline
    that has passed meanwhile is missed, and that is said aloud.
    """
    wanted = list(plan_dispute(dispute, ledger.policy))
    for kind in DisputeMilestone:
        series = Series(kind, str(dispute.state), repeats=True, subject=dispute.subject)
        since = ledger.now if kind in DEADLINES else at
        bring_in_line(ledger, series, [planned for planned in wanted if planned.kind == kind], at=since)


def dispute_obstacle(kind: DisputeMilestone, dispute: Dispute) -> str:
    """Why the milestone must not fire now, looked at again on its date; an empty string when it may."""
    return "" if dispute.state in LIVE_STATES[kind] else str(dispute.state)
