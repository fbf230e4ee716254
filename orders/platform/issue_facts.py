"""From a dispute's steps and plans to facts of the contract: who did what, which plan was reached, how it ended.

What a step means is data. A key names each fact, so that a dispute can be read any number of times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from orders.events import Event, EventType
from orders.platform.issue_forms import BUYER, PLATFORM, RETURN, SELLER, Issue, Solution, Step
from orders.platform.terms import issue_terms

OPENED, NOTICE, END = "opened", "notice", "end"
SETTLED, AGREED, LOST = "settled", "agreed", "lost"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a dispute tells, under a key that stays the same however often it is read."""

    key: str
    event: Event


def reason_of(words: str) -> str:
    """Our name for the platform's reason; another one as it came, for a person to look at."""
    said = words.casefold().replace("_", " ")
    return next((ours for part, ours in issue_terms().reasons.items() if part in said), words)


def facts_of(issue: Issue, *, currency: str) -> list[Fact]:
    """What the dispute tells, in the order in which it happened; amounts in the order's currency."""
    return sorted(_Story(issue, currency).facts(), key=lambda fact: (fact.event.at, ORDER.get(fact.key, 1)))


ORDER = {OPENED: 0, END: 2}  # at one instant it is opened first, and ends last


@dataclass(frozen=True)
class _Story:
    issue: Issue
    currency: str

    def facts(self) -> Iterator[Fact]:
        yield self._opening()
        for step in self.issue.steps:
            yield from self._step(step)
        yield from self._notice()
        if (end := self._end()) is not None:
            yield Fact(END, end)

    # --- how it goes --------------------------------------------------------------------------------------------------
    def _opening(self) -> Fact:
        begun = next((step for step in self.issue.steps if self._meaning(step) == EventType.DISPUTE_OPENED), None)
        at = begun.at if begun else self.issue.opened_at
        words = begun.words if begun else ""
        data = {"reason": reason_of(self.issue.reason), "amount": self._amount(BUYER, at), "text": words}
        return Fact(OPENED, _event(EventType.DISPUTE_OPENED, at, data))

    def _step(self, step: Step) -> Iterator[Fact]:
        meaning = self._meaning(step)
        if meaning == EventType.DISPUTE_CHANGED and not self._is_opening(step):
            data = {"amount": self._amount(BUYER, step.at), "text": step.words}
            yield Fact(f"step:{step.number}", _event(EventType.DISPUTE_CHANGED, step.at, data))
        elif meaning == EventType.COUNTER_OFFER:
            plan = self._plan(SELLER, step.at)
            data = {"amount": self._amount(SELLER, step.at) or Decimal(0), "text": step.words}
            data |= {"remedy": "return"} if plan and plan.kind == RETURN else {}
            yield Fact(f"step:{step.number}", _event(EventType.COUNTER_OFFER, step.at, data))

    def _notice(self) -> Iterator[Fact]:
        """The platform takes the case when it first speaks, or puts a plan forward."""
        spoke = [step.at for step in self.issue.steps if self._is_platforms(step)]
        planned = [plan.made_at for plan in self.issue.plans_of(PLATFORM) if plan.made_at]
        if spoke or planned:
            yield Fact(NOTICE, _event(EventType.PLATFORM_NOTICE, min([*spoke, *planned]), {}))

    # --- how it ends --------------------------------------------------------------------------------------------------
    def _end(self) -> Event | None:
        cancelled = next(
            (step for step in self.issue.steps if self._meaning(step) == EventType.DISPUTE_WITHDRAWN), None
        )
        reached = max(
            (plan for plan in self.issue.solutions if plan.is_reached),
            key=lambda plan: plan.reached_at or plan.made_at or self.issue.opened_at,
            default=None,
        )
        if cancelled or self.issue.status == issue_terms().cancelled:
            return _event(EventType.DISPUTE_WITHDRAWN, cancelled.at if cancelled else self._latest(), {})
        if reached is not None:
            return self._end_by(reached)
        return self._end_by_word() if self.issue.is_over else None

    def _end_by(self, plan: Solution) -> Event:
        at = plan.reached_at or plan.made_at or self._latest()
        amount = plan.amount_in(self.currency)
        how = issue_terms().reached.get(plan.reached, AGREED if plan.owner != PLATFORM else "")
        if how == AGREED and plan.owner == BUYER:
            return _event(EventType.DISPUTE_ACCEPTED, at, {"amount": amount})
        outcome = SETTLED if how == AGREED else LOST if how == LOST else self._outcome(amount)
        return _event(EventType.VERDICT, at, {"outcome": outcome, "amount": amount})

    def _outcome(self, amount: Decimal | None) -> str:
        """What a ruling means: nothing for the buyer is won, all that he asks for is lost."""
        claimed = self._amount(BUYER, self._latest())
        if not amount:
            return "won" if amount is not None else LOST
        return LOST if claimed is None or amount >= claimed else SETTLED

    def _end_by_word(self) -> Event | None:
        """It is over, and no plan says how: the last one who agreed does."""
        for step in reversed(self.issue.steps):
            meaning = self._meaning(step)
            if meaning == EventType.DISPUTE_ACCEPTED:
                return _event(EventType.DISPUTE_ACCEPTED, step.at, {"amount": self._amount(BUYER, step.at)})
            if meaning == SETTLED:
                amount = self._amount(SELLER, step.at)
                return _event(EventType.VERDICT, step.at, {"outcome": SETTLED, "amount": amount})
        return None

    # --- what stands where --------------------------------------------------------------------------------------------
    def _meaning(self, step: Step) -> str:
        return issue_terms().steps.get(step.action, "")

    def _is_platforms(self, step: Step) -> bool:
        notice = EventType.PLATFORM_NOTICE
        return self._meaning(step) == notice or issue_terms().members.get(step.member) == notice

    def _is_opening(self, step: Step) -> bool:
        """The first plan is made with the dispute itself: it changes nothing."""
        return step.at - self._opening().event.at <= issue_terms().same_moment

    def _plan(self, owner: str, at: datetime) -> Solution | None:
        """The plan that was put forward nearest to an instant: a changed one keeps its number and its last date."""
        return min(
            self.issue.plans_of(owner), key=lambda plan: abs((plan.made_at or self.issue.opened_at) - at), default=None
        )

    def _amount(self, owner: str, at: datetime) -> Decimal | None:
        plan = self._plan(owner, at)
        return plan.amount_in(self.currency) if plan else None

    def _latest(self) -> datetime:
        return max((step.at for step in self.issue.steps), default=self.issue.opened_at)


def _event(kind: EventType, at: datetime, data: dict[str, Any]) -> Event:
    return Event(kind, at, data={name: value for name, value in data.items() if value not in (None, "")})
