"""Disputes of the platform: how they are asked for and answered, and what an answer says."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from orders.platform.interface import PlatformError, Trouble
from orders.platform.money import read_money
from orders.platform.order_forms import listed
from orders.platform.terms import feed_terms, issue_terms, method
from orders.platform.times import read_time
from orders.providers.reading import table, text

BUYER, SELLER, PLATFORM = "buyer", "seller", "platform"
REFUND, RETURN = "refund", "return_and_refund"


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan that one side or the platform put forward: money, with or without the goods going back.

    `amounts` are the same money by its currencies. `made_at` is its last change (UTC).
    """

    number: str
    owner: str
    kind: str
    amounts: dict[str, Decimal]
    status: str
    made_at: datetime | None = None
    reached: str = ""
    reached_at: datetime | None = None

    @property
    def is_reached(self) -> bool:
        """Whether it is what will be done, or was."""
        return self.status in issue_terms().reached_states["states"]

    def amount_in(self, currency: str) -> Decimal | None:
        """The money in a currency; in any, where it was told in none that fits."""
        return self.amounts.get(currency, next(iter(self.amounts.values()), None))


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did in a dispute, when (UTC), and in which words."""

    number: str
    action: str
    member: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """A dispute as the platform keeps it; `child` is the line of the order that it is about."""

    number: str
    child: str
    parent: str
    status: str
    reason: str
    buyer_login: str
    opened_at: datetime
    solutions: tuple[Solution, ...] = ()
    steps: tuple[Step, ...] = ()
    return_number: str = ""

    def plans_of(self, owner: str) -> list[Solution]:
        """The plans of one side, oldest first."""
        mine = [plan for plan in self.solutions if plan.owner == owner]
        return sorted(mine, key=lambda plan: plan.made_at or self.opened_at)

    @property
    def is_over(self) -> bool:
        """Whether the platform has closed it."""
        return self.status in issue_terms().ended


# --- questions and answers --------------------------------------------------------------------------------------------
def list_question(status: str, page: int) -> dict[str, str]:
    """The parameters that ask for a page of disputes."""
    asked = {"current_page": page, "page_size": feed_terms().page, "issue_status": status}
    return {"query_dto": json.dumps(asked)}


def detail_question(issue_number: str, buyer_login: str) -> dict[str, str]:
    """The parameters that ask for one dispute."""
    return {"issue_id": issue_number, "buyer_login_id": buyer_login}


def agree_order(issue: Issue, plan: Solution, *, return_address: str = "") -> dict[str, str]:
    """The parameters that agree with a plan; goods that come back need the number of an address."""
    said = {"buyer_login_id": issue.buyer_login, "issue_id": issue.number, "solution_id": plan.number}
    return said | ({"return_address_id": return_address} if return_address else {})


def offer_order(
    issue: Issue, *, amount: Decimal, currency: str, kind: str, words: str, return_address: str = ""
) -> dict[str, str]:
    """The parameters that put another plan beside the buyer's: nothing at all is a rejection.

    Where we have made a plan already, it is that one which changes.
    """
    mine = [plan for plan in issue.plans_of(SELLER) if not plan.is_reached]
    theirs = issue.plans_of(BUYER)
    said: dict[str, Any] = {
        "issue_id": issue.number,
        "buyer_login_id": issue.buyer_login,
        "add_seller_solution": not mine,
        "add_solution_type": kind,
        "refund_amount": str(amount),
        "refund_amount_currency": currency,
        "solution_context": words,
    }
    said |= {"modify_seller_solution_id": mine[-1].number} if mine else {}
    said |= {"buyer_solution_id": theirs[-1].number} if theirs and not mine else {}
    said |= {"return_good_address_id": return_address} if return_address else {}
    return {"param_dto": json.dumps(said, ensure_ascii=False)}


# --- answers ----------------------------------------------------------------------------------------------------------
def issue_number_of(row: dict[str, Any]) -> str:
    """The number of a dispute in a list; empty where it has none."""
    return text(row.get("issue_id")) or text(row.get("id"))


def read_issue(answer: dict[str, Any]) -> Issue:
    """A dispute's detail. Raises PlatformError."""
    told = table(answer.get("result_object")) or table(answer.get("result")) or answer
    number, opened_at = issue_number_of(told), read_time(told.get("gmt_create"))
    if not number or opened_at is None:
        raise PlatformError(Trouble.UNREADABLE, f"dispute {number or '?'}: no number, or no date of creation")
    child = text(told.get("order_id"))
    parent = text(told.get("parent_order_id"))
    return Issue(
        number=number,
        child=child,
        parent=parent if parent not in {"", "0"} else child,
        status=text(told.get("issue_status")),
        reason=text(told.get("issue_reason"))[:100],
        buyer_login=text(told.get("buyer_login_id"))[:200],
        opened_at=opened_at,
        solutions=tuple(
            _read_solution(row, owner)
            for owner in (BUYER, SELLER, PLATFORM)
            for row in listed(told.get(f"{owner}_solution_list"))
        ),
        steps=tuple(sorted(_read_steps(told), key=lambda step: step.at)),
        return_number=text(told.get("buyer_return_no"))[:64],
    )


def _read_solution(row: dict[str, Any], owner: str) -> Solution:
    amounts = {}
    for name in ("refund_money", "refund_money_post"):
        money = read_money(row.get(name))
        if money is not None:
            amounts[text(row.get(f"{name}_currency")).upper()] = money
    return Solution(
        number=text(row.get("id")),
        owner=owner,
        kind=text(row.get("solution_type")) or REFUND,
        amounts=amounts,
        status=text(row.get("status")),
        made_at=read_time(row.get("gmt_modified")) or read_time(row.get("gmt_create")),
        reached=text(row.get("reached_type")),
        reached_at=read_time(row.get("reached_time")),
    )


def _read_steps(told: dict[str, Any]) -> list[Step]:
    steps = []
    for row in listed(told.get("process_dto_list")):
        at = read_time(row.get("gmt_create"))
        if at is not None:
            action, member = text(row.get("action_type")), text(row.get("submit_member_type"))
            number = text(row.get("id")) or f"{action}@{at.isoformat()}"
            steps.append(Step(number, action, member, at, text(row.get("content"))))
    return steps


def was_done(answer: dict[str, Any]) -> bool:
    """Whether the platform says that it did what it was told to."""
    said = next((answer[name] for name in ("result_object", "target", "is_success", "success") if name in answer), None)
    return said is True or str(said).lower() == "true"


ISSUE_LIST, ISSUE_DETAIL = method("issue_list"), method("issue_detail")
AGREE, SAVE_SOLUTION = method("agree"), method("save_solution")
