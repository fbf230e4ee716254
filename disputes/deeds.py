"""What a deed for many orders is: for each order what would happen, doing it, and taking it back."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from messaging.models import Message
from orders.services.ledger import OrderLedger


@dataclass(frozen=True)
class Verdict:
    """What happens, or happened, to one order: whether it is done, else the rule and the reason that forbid it.

    The reason is one of the codes of `desk.words`, or a rule's own sentence. `data` is what undoing needs.
    """

    is_done: bool
    rule: str = ""
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def yes(rule: str, data: Mapping[str, Any] | None = None) -> Verdict:
    """It is done, by this rule."""
    return Verdict(is_done=True, rule=rule, data=dict(data or {}))


def no(rule: str, reason: str) -> Verdict:
    """It is not done, by this rule and for this reason."""
    return Verdict(is_done=False, rule=rule, reason=reason)


class Deed(ABC):
    """One kind of deed with its parameters."""

    is_undoable = True

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def asks_platform(self, store_ids: Iterable[int]) -> set[int]:
        """Which of the stores' platforms it asks, so that their yes is what counts; most deeds ask none."""
        return set()

    @abstractmethod
    def foresee(self, ledger: OrderLedger, messages: Sequence[Message]) -> Verdict:
        """What would happen to an order; `messages` are those of it that have not left. Changes nothing."""

    @abstractmethod
    def do(self, order_id: int, *, now: datetime, actor: str) -> Verdict:
        """Do it, in the caller's transaction. Raises Order.DoesNotExist."""

    def undo(self, order_id: int, data: Mapping[str, Any], *, now: datetime, actor: str) -> bool:
        """Take it back, in the caller's transaction; say whether that was still possible."""
        return False
