"""What a dispute of the platform tells: its steps and plans as facts, and every way in which it can end."""

from decimal import Decimal
from typing import Any

import pytest

from orders.platform.interface import PlatformError
from orders.platform.issue_facts import facts_of, reason_of
from orders.platform.issue_forms import read_issue
from tests.cast import at
from tests.servers.aliexpress import Issue


def opened(amount: str = "24.00") -> Issue:
    issue = Issue("6001", "8012345678901234", "8012345678901234", at("03-10 12:00"))
    issue.step("initiate", "buyer", at("03-10 12:00"), "Não chegou")
    issue.plan("buyer", amount, at("03-10 12:00"))
    return issue


def told(issue: Issue) -> list[tuple[str, dict[str, Any]]]:
    facts = facts_of(read_issue({"result_object": issue.detail()}), currency="USD")
    return [(fact.event.type, dict(fact.event.data)) for fact in facts]


def end_of(issue: Issue) -> tuple[str, dict[str, Any]]:
    return told(issue)[-1]


def test_an_opening_tells_the_reason_the_amount_and_the_words() -> None:
    said = {"reason": "in_transit", "amount": Decimal("24.00"), "text": "Não chegou"}
    assert told(opened()) == [("dispute_opened", said)]


def test_the_plan_that_comes_with_the_opening_is_no_change_and_a_later_one_is() -> None:
    issue = opened()
    issue.step("buyer_create_solution", "buyer", at("03-10 12:01"))
    issue.plan("buyer", "10.00", at("03-12 09:00"))
    issue.step("buyer_create_solution", "buyer", at("03-12 09:00"), "então metade")
    assert told(issue)[1:] == [("dispute_changed", {"amount": Decimal("10.00"), "text": "então metade"})]


def test_a_plan_with_the_goods_coming_back_is_an_offer_of_a_return() -> None:
    issue = opened()
    issue.plan("seller", "24.00", at("03-11 09:00"), kind="return_and_refund")
    issue.step("seller_create_solution", "seller", at("03-11 09:00"))
    assert end_of(issue) == ("counter_offer", {"amount": Decimal("24.00"), "remedy": "return"})


def test_a_rejection_is_an_offer_of_nothing() -> None:
    issue = opened()
    issue.plan("seller", "0.00", at("03-11 09:00"))
    issue.step("seller_create_solution", "seller", at("03-11 09:00"))
    assert end_of(issue) == ("counter_offer", {"amount": Decimal(0)})


@pytest.mark.parametrize(
    ("owner", "amount", "how", "expected"),
    [
        ("buyer", "24.00", "negotiation_consensus", ("dispute_accepted", None)),
        ("seller", "5.00", "negotiation_consensus", ("verdict", "settled")),
        ("platform", "0.00", "platform_arbitrate", ("verdict", "won")),
        ("platform", "24.00", "platform_arbitrate", ("verdict", "lost")),
        ("platform", "12.00", "platform_arbitrate", ("verdict", "settled")),
        ("buyer", "24.00", "seller_reponse_timeout", ("verdict", "lost")),
    ],
)
def test_the_plan_that_was_reached_says_how_it_ended(
    owner: str, amount: str, how: str, expected: tuple[str, str | None]
) -> None:
    issue = opened()
    issue.plan(owner, amount, at("03-14 09:00"), status="reached")["reached_type"] = how
    kind, data = end_of(issue)
    assert (kind, data.get("outcome")) == expected
    assert data["amount"] == Decimal(amount)


def test_a_dispute_that_was_taken_back_says_so_by_its_step_or_by_its_status() -> None:
    issue = opened()
    issue.status = "canceled_issue"
    assert end_of(issue)[0] == "dispute_withdrawn"
    issue.step("cancel", "buyer", at("03-13 09:00"))
    assert end_of(issue)[0] == "dispute_withdrawn"


def test_agreeing_with_a_plan_of_the_platforms_alone_ends_nothing() -> None:
    issue = opened()
    issue.plan("platform", "12.00", at("03-14 09:00"))
    issue.step("seller_accept", "seller", at("03-14 10:00"))
    assert [kind for kind, _data in told(issue)] == ["dispute_opened", "platform_notice"]


def test_an_end_without_a_plan_is_told_by_who_agreed_last_or_not_at_all() -> None:
    issue = opened()
    issue.status = "finish"
    assert end_of(issue)[0] == "dispute_opened"
    issue.step("seller_accept", "seller", at("03-13 09:00"))
    assert end_of(issue)[0] == "dispute_accepted"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Customs problem@3rdIssueReason", "customs_hold"),
        ("Quantity shortage", "short_shipment"),
        ("Color_not_as_described@3rdIssueReason", "different"),
        ("Product not as described", "different"),
        ("货物仍在运输途中", "in_transit"),
        ("something new", "something new"),
    ],
)
def test_a_reason_is_ours_where_its_words_are_known(words: str, reason: str) -> None:
    assert reason_of(words) == reason


def test_a_dispute_without_number_or_date_cannot_be_read() -> None:
    with pytest.raises(PlatformError, match="no number"):
        read_issue({"result_object": {"id": 1}})
