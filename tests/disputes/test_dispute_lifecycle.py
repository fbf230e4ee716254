"""The dispute's machine: a literal table of every state and every transition (D1–D11)."""

from datetime import datetime

import pytest
from django_fsm import TransitionNotAllowed

from disputes.lifecycle import OPEN_DISPUTE, DisputeState
from disputes.models import Dispute
from tests.cast import at

NOW = at("04-10 08:00")
# The rows are the states, the columns the transitions: the state after it, or "-" where the machine refuses.
COLUMNS = "make_counter_offer reopen ask_evidence submit_evidence miss_evidence accept withdraw win lose settle"
TABLE = """
opened              negotiating  -       evidence_due  -                   -                accepted  withdrawn  won  lost  settled
negotiating         -            opened  evidence_due  -                   -                accepted  withdrawn  won  lost  settled
evidence_due        -            -       -             evidence_submitted  evidence_missed  accepted  withdrawn  won  lost  settled
evidence_missed     -            -       evidence_due  evidence_submitted  -                accepted  withdrawn  won  lost  settled
evidence_submitted  -            -       evidence_due  -                   -                accepted  withdrawn  won  lost  settled
won                 -            -       -             -                   -                -         -          -    -     -
lost                -            -       -             -                   -                -         -          -    -     -
settled             -            -       -             -                   -                -         -          -    -     -
accepted            -            -       -             -                   -                -         -          -    -     -
withdrawn           -            -       -             -                   -                -         -          -    -     -
"""  # noqa: E501  a table is read across
CASES = [
    (state, transition, target)
    for state, *targets in (line.split() for line in TABLE.strip().splitlines())
    for transition, target in zip(COLUMNS.split(), targets, strict=True)
]
# Which instant a transition sets.
STAMPS = {
    "make_counter_offer": "answered_at",
    "reopen": "changed_at",
    "ask_evidence": "noticed_at",
    "submit_evidence": "submitted_at",
    "miss_evidence": "missed_at",
}


@pytest.mark.parametrize(("state", "transition", "target"), CASES)
def test_each_transition_is_possible_only_from_its_states(state: str, transition: str, target: str) -> None:
    dispute = Dispute(state=state)
    change = getattr(dispute, transition)
    if target == "-":
        with pytest.raises(TransitionNotAllowed):
            change(NOW)
        assert dispute.state == state
        return
    change(NOW)
    assert dispute.state == target
    assert stamp_of(dispute, transition) == NOW


def stamp_of(dispute: Dispute, transition: str) -> datetime:
    stamp: datetime = getattr(dispute, STAMPS.get(transition, "closed_at"))
    return stamp


def test_the_table_has_every_state_and_every_transition() -> None:
    machine = {row.name for row in Dispute().get_all_state_transitions()}
    assert {state for state, _transition, _target in CASES} == set(DisputeState.values)
    assert {transition for _state, transition, _target in CASES} == machine


@pytest.mark.parametrize("state", DisputeState)
def test_a_dispute_is_open_until_one_of_the_five_ends(state: DisputeState) -> None:
    ends = {"won", "lost", "settled", "accepted", "withdrawn"}
    assert (state in OPEN_DISPUTE) == (state not in ends)
