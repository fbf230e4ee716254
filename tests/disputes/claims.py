"""What happens in a dispute on Maria's order, and what a replay's answer says of it.

By default she disputes on 10 April at 08:00 UTC: in `aliexpress-br` the answer is due on 15 April at 08:00.
"""

from typing import Any

from tests.cast import Rows, fact, of, paid, replay, shipped

OPENED = "04-10 08:00"
NOTICED = "04-17 08:00"


def opened(when: str = OPENED, reason: str = "in_transit", **keys: Any) -> dict[str, Any]:
    """The buyer opened a dispute."""
    return fact(when, "dispute_opened", **({"reason": reason, "amount": "24.00"} | keys))


def changed(when: str, **keys: Any) -> dict[str, Any]:
    """The buyer changed his claim."""
    return fact(when, "dispute_changed", **keys)


def offered(when: str = "04-11 08:00", **keys: Any) -> dict[str, Any]:
    """The seller made a counter-offer, by default of nothing."""
    return fact(when, "counter_offer", **({"amount": "0"} | keys))


def noticed(when: str = NOTICED) -> dict[str, Any]:
    """The platform took the case."""
    return fact(when, "platform_notice")


def exhibit(when: str, kind: str, **keys: Any) -> dict[str, Any]:
    """Something that proves something."""
    return fact(when, "evidence_added") | {"kind": kind} | keys


def submitted(when: str) -> dict[str, Any]:
    """The evidence was handed in."""
    return fact(when, "evidence_submitted")


def verdict(when: str, outcome: str, **keys: Any) -> dict[str, Any]:
    """The platform ruled."""
    return fact(when, "verdict", outcome=outcome, **keys)


def withdrawn(when: str) -> dict[str, Any]:
    """The buyer took his claim back."""
    return fact(when, "dispute_withdrawn")


def accepted(when: str) -> dict[str, Any]:
    """The seller gave in."""
    return fact(when, "dispute_accepted")


def disputed(*events: dict[str, Any], until: str, **said: Any) -> dict[str, Any]:
    """The answer to a paid and shipped order with these events."""
    return replay(paid(), shipped(), *events, until=until, **said)


def steps(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The disputes' moves, as (instant, new state, what moved it)."""
    return [(row["at"], row["to"], row["by"]) for row in of(answer["transitions"], of="dispute")]


def states(answer: dict[str, Any]) -> list[str]:
    """The states that the disputes went through."""
    return [row["to"] for row in of(answer["transitions"], of="dispute")]


def rules(answer: dict[str, Any]) -> list[str]:
    """The rules of the advice, one after the other."""
    return [row["rule"] for row in answer["advice"]]


def said(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The advice, as (rule, recommendation, liability)."""
    return [(row["rule"], row["recommendation"], row["liability"]) for row in answer["advice"]]


def refusals(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """What was refused, as (type, rule)."""
    return [(row["type"], row["rule"]) for row in answer["refused"]]


def slots(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The exhibits asked for, as (slot, instant, due)."""
    return [(row["slot"], row["at"], row["due_at"]) for row in of_kind(answer, "provide_exhibit")]


def of_kind(answer: dict[str, Any], kind: str) -> Rows:
    """The actions of a kind."""
    return of(answer["actions"], kind=kind)
