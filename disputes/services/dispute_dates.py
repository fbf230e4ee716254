"""What the dates of a dispute do when they come: an answer or evidence that was not there in time (D1, D8)."""

from collections.abc import Callable

from disputes.deadlines import DisputeMilestone
from disputes.models import ActionKind, Dispute
from disputes.services.actions import raise_action
from disputes.services.dispute_rows import ask_answer, store_dispute
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger


def miss_response_on(ledger: OrderLedger, dispute: Dispute) -> None:
    """Noted, and loud; only the platform's word moves the state (D1)."""
    dispute.response_missed_at = ledger.now
    ledger.write(EventKind.NOTE, "response_missed", at=ledger.now, rule="D1")
    ask_answer(ledger, dispute, rule="D1", loud=True)
    store_dispute(ledger, dispute, ledger.now)


def miss_evidence_on(ledger: OrderLedger, dispute: Dispute) -> None:
    """Loud, and still open for the verdict: late evidence is better than none (D8)."""
    data = {"loud": True}
    raise_action(ledger, ActionKind.SUBMIT_EVIDENCE, rule="D8", subject=dispute.subject, data=data)
    store_dispute(ledger, dispute, ledger.now)


def _only_tell(_ledger: OrderLedger, _dispute: Dispute) -> None:
    """The line on the timeline is all: what there is to do has been asked for already."""


DISPUTE_REACTIONS: dict[str, Callable[[OrderLedger, Dispute], None]] = {
    DisputeMilestone.RESPONSE_DUE: miss_response_on,
    DisputeMilestone.ESCALATION: _only_tell,
    DisputeMilestone.EVIDENCE_DUE: miss_evidence_on,
    DisputeMilestone.RESPONSE_REMINDER: _only_tell,
    DisputeMilestone.EVIDENCE_REMINDER: _only_tell,
    DisputeMilestone.APPEAL_DUE: _only_tell,
}
