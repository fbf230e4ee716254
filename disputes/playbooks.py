"""Playbooks: what is done about each kind of after-sale case, as data. One TOML file a kind, in `disputes/playbooks/`.

A playbook says which orders it fits, what the buyer may get, and its steps in their order: what each waits for, asks,
does, and by when it is due. Adding a kind is adding a file; `playbook_checks` says at the start what is wrong in one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from disputes.case_fields import CaseField
from disputes.case_terms import MoneyKind, ParcelWay, Remedy
from disputes.causes import CauseGroup
from messaging.vocabulary import Purpose

PLAYBOOKS = Path(__file__).parent / "playbooks"
LANGUAGES = ("en", "zh-hans", "pt-br")  # those of the pages


class UnusablePlaybook(ValueError):
    """A playbook that cannot be read; the message names the file, the step, the key and what was expected."""


class OrderWord(StrEnum):
    """What can be asked of the order itself."""

    PAID = "paid"
    NOT_SHIPPED = "not_shipped"
    SHIPPED = "shipped"
    NOT_DELIVERED = "not_delivered"
    DELIVERED = "delivered"
    LATE = "late"  # past the promised day (S6), or it was when it arrived


class ParcelWord(StrEnum):
    """How far a case's parcel has to be."""

    KNOWN = "known"  # its number is
    SCANNED = "scanned"
    HEADING = "heading"
    ARRIVED = "arrived"


class MoneyWord(StrEnum):
    """What the buyer has to have."""

    REFUNDED = "refunded"  # what was granted went back to him
    PAID = "paid"  # what is booked for the case was paid


class Since(StrEnum):
    """From when a step's time runs."""

    OPENED = "opened"  # the case
    TURN = "turn"  # the step before it was taken
    ARRIVED = "arrived"  # what the buyer sent back


class Decision(StrEnum):
    """What a step decides."""

    NOTHING = ""
    APPROVE = "approve"
    SETTLE = "settle"  # by the buyer's word


Words = Mapping[str, str]  # by the language of the page


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that has to be so; exactly one of the first seven is named.

    `values` are the answers, states or instants that do; a field without any just has to be answered. `over` is a
    number that the field has to be above. With `only_if`, it is asked for only where that holds.
    """

    step: str = ""
    field: CaseField | None = None
    slot: str = ""
    parcel: ParcelWay | None = None
    state: bool = False
    order: OrderWord | None = None
    money: MoneyWord | None = None
    values: tuple[str, ...] = ()
    over: int | None = None
    only_if: "Condition | None" = None


@dataclass(frozen=True, slots=True)
class Within:
    """A rule's value of the pack, and from when it runs."""

    rule: str
    value: str
    since: Since


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `when` it belongs to the case at all, what it `needs` before it can be taken, what it asks and does.

    `asks` says of each field whether it has to be answered. An optional step may be left out. It is done once it was
    taken and what stands in `until` is so; one that has to ask nothing waits for that alone, and facts do it.
    """

    name: str
    rule: str
    title: Words
    hint: Words
    when: tuple[Condition, ...]
    needs: tuple[Condition, ...]
    until: tuple[Condition, ...]
    asks: Mapping[CaseField, bool]
    decides: Decision
    parcel: ParcelWay | None
    books: MoneyKind | None
    tells: Purpose | None
    wants: tuple[str, ...]  # kinds of exhibits that are asked for
    within: Within | None
    is_optional: bool

    @property
    def is_waiting(self) -> bool:
        """Whether it only waits for what facts bring."""
        return bool(self.until) and not any(self.asks.values())


@dataclass(frozen=True, slots=True)
class Playbook:
    """One kind of case. `remedies` are what the buyer may get, the usual one first; `cause` is its usual group.

    `measured` is the rule by which the figures watch how long it takes until the buyer has it, and from when.
    """

    kind: str
    rule: str
    position: int
    title: Words
    hint: Words
    cause: CauseGroup
    fits: tuple[OrderWord, ...]
    remedies: tuple[Remedy, ...]
    asks: Mapping[CaseField, bool]  # when the case is opened
    tells: Purpose | None
    steps: tuple[Step, ...]
    measured: Within | None
    is_wrong_shipment: bool  # counted as a mistake of the warehouse

    def step(self, name: str) -> Step | None:
        """The step of that name, if there is one."""
        return next((step for step in self.steps if step.name == name), None)

    @property
    def approval(self) -> Step | None:
        """The step that grants what the buyer asks for; a kind that only answers has none."""
        return next((step for step in self.steps if step.decides is Decision.APPROVE), None)


def said(words: Words) -> str:
    """The words in the reader's language, else in English."""
    return words.get(get_language() or "en") or words.get("en", "")


@cache
def load_playbooks() -> Mapping[str, Playbook]:
    """Every playbook by its kind, in the order in which they are offered. Raises UnusablePlaybook."""
    found = [load_playbook(path) for path in sorted(PLAYBOOKS.glob("*.toml"))]
    return {playbook.kind: playbook for playbook in sorted(found, key=lambda playbook: playbook.position)}


def playbook_of(kind: str) -> Playbook:
    """The playbook of a kind. Raises UnusablePlaybook where there is none (any more)."""
    if kind not in load_playbooks():
        raise UnusablePlaybook(f"there is no playbook {kind!r}: expected one of {', '.join(load_playbooks())}")
    return load_playbooks()[kind]


def measured_by() -> Mapping[str, list[Playbook]]:
    """The kinds whose duration the figures watch, by the rule with its target."""
    found: dict[str, list[Playbook]] = {}
    for playbook in load_playbooks().values():
        if playbook.measured:
            found.setdefault(playbook.measured.rule, []).append(playbook)
    return dict(sorted(found.items()))


def wrong_shipments() -> list[str]:
    """The kinds that count as mistakes of the warehouse."""
    return [playbook.kind for playbook in load_playbooks().values() if playbook.is_wrong_shipment]


# --- reading ----------------------------------------------------------------------------------------------------------
STEP_KEYS = {
    *("name", "rule", "title", "hint", "when", "needs", "asks", "decides", "parcel", "books", "tells", "wants"),
    *("within", "optional", "until"),
}
KIND_KEYS = {
    *("rule", "position", "title", "hint", "cause", "fits", "remedies", "asks", "tells", "steps"),
    *("measured", "wrong_shipment"),
}


def load_playbook(path: Path) -> Playbook:
    """One file. Raises UnusablePlaybook."""
    try:
        return _read_playbook(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusablePlaybook(f"{path.name}: {error!r}") from error


def _read_playbook(kind: str, given: dict[str, Any]) -> Playbook:
    if unknown := set(given) - KIND_KEYS:
        raise UnusablePlaybook(f"{sorted(unknown)[0]!r} is no key of a playbook")
    return Playbook(
        kind=kind,
        rule=given["rule"],
        position=given["position"],
        title=given["title"],
        hint=given.get("hint", {}),
        cause=CauseGroup(given["cause"]),
        fits=tuple(map(OrderWord, given["fits"])),
        remedies=tuple(map(Remedy, given["remedies"])),
        asks=_read_asks(given.get("asks", [])),
        tells=Purpose(given["tells"]) if given.get("tells") else None,
        steps=tuple(_read_step(step) for step in given["steps"]),
        measured=_read_within(given["measured"]) if given.get("measured") else None,
        is_wrong_shipment=bool(given.get("wrong_shipment", False)),
    )


def _read_step(given: dict[str, Any]) -> Step:
    if unknown := set(given) - STEP_KEYS:
        raise UnusablePlaybook(f"step {given.get('name')!r}: {sorted(unknown)[0]!r} is no key of a step")
    return Step(
        name=given["name"],
        rule=given["rule"],
        title=given["title"],
        hint=given.get("hint", {}),
        when=tuple(map(_read_condition, given.get("when", []))),
        needs=tuple(map(_read_condition, given.get("needs", []))),
        until=tuple(map(_read_condition, given.get("until", []))),
        asks=_read_asks(given.get("asks", [])),
        decides=Decision(given.get("decides", "")),
        parcel=ParcelWay(given["parcel"]) if given.get("parcel") else None,
        books=MoneyKind(given["books"]) if given.get("books") else None,
        tells=Purpose(given["tells"]) if given.get("tells") else None,
        wants=tuple(given.get("wants", [])),
        within=_read_within(given["within"]) if given.get("within") else None,
        is_optional=bool(given.get("optional", False)),
    )


def _read_asks(names: list[str]) -> dict[CaseField, bool]:
    """Each field, and whether it has to be answered: one with a "?" may be left out."""
    return {CaseField(name.removesuffix("?")): not name.endswith("?") for name in names}


def _read_within(given: dict[str, str]) -> Within:
    return Within(given["rule"], given["value"], Since(given.get("since", Since.TURN)))


CONDITION_KEYS = {"step", "field", "is", "over", "slot", "parcel", "was", "state", "order", "money", "if"}


def _read_condition(given: dict[str, Any]) -> Condition:
    named = {"step", "field", "slot", "parcel", "state", "order", "money"} & set(given)
    if len(named) != 1 or set(given) - CONDITION_KEYS:
        raise UnusablePlaybook(f"{given!r} is no condition: it names a step, a field, a slot, a parcel or states")
    if "parcel" in given:
        values = (ParcelWord(given["was"]).value,)
    else:
        values = tuple(given.get("is", [])) or tuple(given.get("state", []))
    return Condition(
        step=given.get("step", ""),
        field=CaseField(given["field"]) if "field" in given else None,
        slot=given.get("slot", ""),
        parcel=ParcelWay(given["parcel"]) if "parcel" in given else None,
        state="state" in given,
        order=OrderWord(given["order"]) if "order" in given else None,
        money=MoneyWord(given["money"]) if "money" in given else None,
        values=values,
        over=given.get("over"),
        only_if=_read_condition(given["if"]) if "if" in given else None,
    )
