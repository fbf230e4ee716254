"""What a change of a store's rules changes and moves, for its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.rules import VALUE_NAMES, format_value, rule_order, rule_sentence
from desk.setup_words import FATES
from desk.words import WRITING_KINDS, Words, milestone_label
from disputes.adopting import Fate
from disputes.change_reports import Report, missed_dates
from disputes.models import PolicyChange
from orders.policies import Policy, UnusablePolicy, load_policy, override_policy

COLUMNS = list(Fate)
KEPT_BY_DISPUTES = {"D1", "D4", "D5", "D12"}  # a running dispute keeps the date that it was given when it began


@dataclass(frozen=True)
class ChangedValue:
    """One value of a rule before and after; an empty text where there is none."""

    rule: str
    sentence: str
    name: Words
    was: str
    becomes: str


@dataclass(frozen=True)
class Line:
    """One date of an order that moves (UTC)."""

    order: int
    number: str
    label: str
    rule: str
    was: datetime | None
    becomes: datetime | None
    fate: Fate
    told: Words


@dataclass(frozen=True)
class KindRow:
    """A kind of date, with how many of it meet which fate, in the order of `COLUMNS`."""

    label: str
    writes: bool
    counts: list[int]


@dataclass(frozen=True)
class ShownReport:
    """What a change moves, as the page lists it; `orders` are those looked at: open, or with a date to come."""

    orders: int
    touched: int
    dates: int
    soon: int
    missed_count: int
    unwritten: int
    kinds: list[KindRow]
    lines: list[Line]
    biggest: list[Line]
    missed: list[Line]
    failed: list[Mapping[str, Any]]


def changed_values(change: PolicyChange) -> list[ChangedValue]:
    """Each value that differs, in the order of the rules."""
    before = _policy(change, change.version_before, change.overrides_before)
    after = _policy(change, change.version, change.overrides)
    if before is None or after is None:
        return []
    found = []
    for rule in sorted({*before.rules, *after.rules}, key=rule_order):
        old, new = before.rules.get(rule, {}), after.rules.get(rule, {})
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) != new.get(key):
                said = (VALUE_NAMES.get(key, key), _value(old.get(key)), _value(new.get(key)))
                found.append(ChangedValue(rule, rule_sentence(rule, after), *said))
    return found


def _policy(change: PolicyChange, version: int, overrides: dict[str, Any]) -> Policy | None:
    try:
        return override_policy(load_policy(change.store.policy_name, version), overrides)
    except UnusablePolicy:  # a version that is not installed any more
        return None


def _value(value: Any) -> str:
    return "" if value is None else format_value(value)


def show_report(report: Report, policy: Policy) -> ShownReport:
    """The summed-up report in words."""
    kinds = [
        KindRow(milestone_label(kind, policy), kind in WRITING_KINDS, [counts[fate] for fate in COLUMNS])
        for kind, counts in sorted(report["kinds"].items())
    ]
    lists = {name: [_line(line, policy) for line in report[name]] for name in ("lines", "biggest", "missed")}
    return ShownReport(
        orders=report["orders"],
        touched=report["touched"],
        dates=report["dates"],
        soon=report["soon"],
        failed=report["failed"],
        missed_count=missed_dates(report),
        unwritten=sum(counts[Fate.MISSED] for kind, counts in report["kinds"].items() if kind in WRITING_KINDS),
        kinds=kinds,
        lines=lists["lines"],
        biggest=lists["biggest"],
        missed=lists["missed"],
    )


def _line(line: Mapping[str, Any], policy: Policy) -> Line:
    was, becomes = (datetime.fromisoformat(line[key]) if line[key] else None for key in ("was", "becomes"))
    label = milestone_label(line["kind"], policy)
    return Line(
        line["order"], line["number"], label, line["rule"], was, becomes, Fate(line["fate"]), FATES[line["fate"]]
    )
