"""Rehearsed: what the buyer still hears while his dispute is open: only of money that goes back (rules C, D11)."""

import pytest

from tests.cast import fact, mails, milestones, of, paid, replay, shipped, tracking, z
from tests.disputes.claims import accepted, disputed, opened, verdict, withdrawn

pytestmark = pytest.mark.django_db


def test_nothing_is_said_while_a_dispute_is_open() -> None:
    events = [
        opened("03-20 08:00"),
        tracking("03-22 15:00", "duty_due"),
        tracking("03-25 15:00", "pickup_waiting"),
        fact("03-26 15:00", "disruption", region="BR", cause="strike"),
        fact("04-06 15:00", "delivered"),
    ]
    answer = disputed(*events, until="06-10 00:00")
    assert [row for row in mails(answer) if row[0] > z("03-20 08:00")] == []


@pytest.mark.parametrize("end", [verdict("04-12 00:00", "lost"), accepted("04-12 00:00")])
def test_a_lost_dispute_stays_silent_until_the_refund_is_told(end: dict[str, object]) -> None:
    answer = disputed(opened("04-03 08:00"), end, fact("05-20 15:00", "refund_issued"), until="06-10 00:00")
    assert [row for row in mails(answer) if row[0] > z("04-03 08:00")] == [(z("05-20 15:00"), "refund_issued")]


def test_a_partial_refund_is_told_while_the_dispute_is_open() -> None:
    answer = disputed(opened(), fact("04-12 15:00", "refund_issued", amount="4.00"), until="04-13 00:00")
    assert mails(answer)[-1] == (z("04-12 15:00"), "refund_issued")


def test_repayment_is_asked_for_in_a_dispute_on_a_refunded_order() -> None:
    events = [fact("03-20 15:00", "refund_issued"), opened(), fact("04-12 15:00", "delivered")]
    answer = disputed(*events, until="04-13 00:00")
    assert mails(answer)[-1] == (z("04-12 15:00"), "repayment_request")
    assert of(answer["messages"], purpose="delivered") == []


@pytest.mark.parametrize("email", ["maria@example.com", ""])
def test_a_message_that_waits_for_its_hour_does_not_leave_into_a_dispute(email: str) -> None:
    answer = disputed(opened("04-04 11:00"), until="04-04 12:00", buyer={"email": email})
    assert milestones(answer, "contact_30") == [(z("04-04 10:00"), "fired", "")]
    assert of(answer["messages"], purpose="contact_30") == []


def test_a_dispute_that_ends_before_the_hour_lets_the_message_leave() -> None:
    answer = disputed(opened("04-04 11:00"), withdrawn("04-04 11:30"), until="04-04 12:00")
    assert mails(answer)[-1] == (z("04-04 12:00"), "contact_30")


def test_the_review_is_not_asked_for_in_a_dispute_nor_after_it() -> None:
    events = [fact("03-20 00:00", "delivered"), opened("03-21 00:00"), withdrawn("03-25 00:00")]
    answer = replay(paid(), shipped(), *events, until="06-10 00:00")
    assert milestones(answer, "review_request") == [(z("03-23 00:00"), "cancelled", "dispute_open")]
    assert of(answer["messages"], purpose="review_request") == []
