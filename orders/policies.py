"""Policy packs: the values of the rules, as data. One TOML file a pack and version, in `orders/packs/NAME/`.

A table of the file is a rule by its id; a rule that has no table is switched off. A store may override single values.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from orders.calendars import add_counting_days
from orders.duties import load_duties
from orders.events import EventType
from orders.platforms import PLATFORM, order_address, read_platform
from orders.policy_forms import (
    ANCHOR,
    CALENDAR,
    CLOCK,
    COUNT,
    DURATION,
    DURATIONS,
    FLAG,
    NUMBER,
    READERS,
    SHARE,
    TEXT,
)
from orders.sourcing import SOURCES, Sources, is_unknown, read_sources, unsourced
from orders.zones import known_zone

PACKS = Path(__file__).parent / "packs"

# Rule → its values → their form. A value with a "?" may be left out.
SCHEMA: dict[str, dict[str, str]] = {
    "C": {"opens": CLOCK, "closes": CLOCK},
    "P2": {"exception?": FLAG},
    "P3": {"after": DURATION},
    "P4": {"after": DURATION, "calendar?": CALENDAR},
    "P5": {},
    "P7": {},
    "P8": {"after": DURATION, "before?": DURATIONS},
    "S1": {"high_value": NUMBER, "currency": TEXT},
    "S2": {},
    "S3": {},
    # `until` bounds how late a parcel may still leave where no protection (G1) does.
    "S4": {"handling": DURATION, "warn_share": SHARE, "until?": DURATION},
    "S5": {"from": ANCHOR, "after?": DURATION, "working_days?": COUNT, "calendar?": CALENDAR},
    "S6": {"promise": DURATION},
    "S7": {"news_for": DURATION},
    "C1": {"after": DURATION, "label": TEXT},
    "C2": {"after": DURATION, "label": TEXT},
    "C3": {"after": DURATION, "label": TEXT},
    "C4": {"until?": DURATION},
    # How many parcels a lane needs before its estimate is learnt, and what is said until then.
    "T1": {"parcels": COUNT, "earliest?": DURATION, "latest?": DURATION},
    "T2": {"after": DURATION},
    "T3": {"after": DURATION},
    "T4": {},
    "T5": {},
    "T6": {"sources": COUNT},
    "T7": {"after": DURATION},
    "T8": {"after": DURATION},
    "T9": {},
    "T11": {"complaints": COUNT, "within": DURATION},
    "G1": {"after": DURATION, "before_end": DURATION, "after_promise": DURATION},
    "G2": {},
    "G3": {"after": DURATION},
    "G4": {"after": DURATION},
    "G5": {},
    "D1": {"after?": DURATION, "working_days?": COUNT, "calendar?": CALENDAR},
    "D2": {},
    "D3": {"after": DURATION},
    "D4": {"after?": DURATION, "working_days?": COUNT, "calendar?": CALENDAR},
    "D5": {"after?": DURATION, "working_days?": COUNT, "calendar?": CALENDAR},
    "D6": {"before": DURATIONS},
    "D7": {"margin": DURATION},
    "D8": {},
    "D9": {},
    "D10": {},
    "D11": {},
    "D12": {"after?": DURATION, "working_days?": COUNT, "calendar?": CALENDAR},
    "D13": {"after": DURATION},
    # The arithmetic of a dispute's options. `daily_turnover` is the store's to say, in its own currency.
    "A": {"win_rate": SHARE, "cases": COUNT, "freeze_days?": COUNT, "daily_turnover?": NUMBER},
    "M10": {"urgent": DURATION, "before": DURATIONS, "every": DURATION, "until": DURATION, "escalate": DURATION},
    # When the team is reminded of an answer that it promised, and by when it promises one unless it says otherwise.
    "M7": {"before": DURATIONS, "within": DURATION},
    # `target` is how long a case of its kind may take; from `second_approval` on (the store's currency) two approve.
    "R1": {"target": DURATION, "second_approval?": NUMBER},
    "R2": {},
    "R3": {"target": DURATION},
    "R4": {"target": DURATION, "ship_back?": DURATION},
    "R5": {"second_approval?": NUMBER},
    "R6": {},
    "R7": {},
    "R8": {},
    "R9": {"daily": NUMBER, "currency": TEXT, "cap?": NUMBER},
    # How old a bad review may be and still be work, and when somebody comes back to a buyer who was asked to change it.
    "R10": {"after": DURATION, "bad_stars": COUNT, "open_for?": DURATION, "follow_up?": DURATION},
    "R11": {"suspicious": SHARE},
    # How often a buyer in this mood hears how it goes, until he has it.
    "R12": {"next_date": DURATION, "upset?": DURATION, "furious?": DURATION},
}
# Without these nothing could be said, asked or answered: when buyers may be written to, when the team is asked for
# what has no date of its own, and how long an answer and the evidence of a dispute may take.
INDISPENSABLE = ("C", "R12", "D1", "D4")
ALWAYS_KNOWN = {"C", "R12"}
# A span in hours or days, in days that count, or in one after the other.
SPANS = {"S5", "D1", "D4", "D5", "D12"}
SERVICES = {"postal", "commercial_express"}
HEADINGS = {
    "title",
    "platform_zone",
    "country",
    "language",
    "currency",
    "duties",
    "shipping_services",
    "statuses",
    PLATFORM,
    SOURCES,
}


class UnusablePolicy(ValueError):
    """A pack or an override that cannot be used; the message says which value of which rule, and why."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a pack, with a store's overrides applied."""

    name: str
    version: int
    title: Mapping[str, str]
    platform_zone: str
    country: str
    language: str
    rules: Mapping[str, Mapping[str, Any]]
    shipping_services: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    # What buyers pay in duty and tax: the `table` of orders/duty_tables and the marketplace's `regime` in it, if any.
    duties: Mapping[str, str] = field(default_factory=dict)
    # Where the marketplace shows an order: `order_url`, if it is known.
    platform: Mapping[str, str] = field(default_factory=dict)
    # What a new store of it counts in, where it is not told otherwise; empty: US dollars.
    currency: str = ""
    # How sure each value is, and who says so.
    sources: Sources = field(default_factory=dict)
    # The rules that lack a value: nothing is planned by them before the store gives it.
    incomplete: frozenset[str] = frozenset()

    def order_url(self, order_number: str) -> str:
        """The order's page on the platform, or an empty string where the pack names none."""
        return order_address(self.platform.get("order_url", ""), order_number)

    def has(self, rule: str) -> bool:
        """Whether the pack applies the rule, and every value that it needs is known."""
        return rule in self.rules and rule not in self.incomplete

    def lacks(self, rule: str) -> list[str]:
        """The values that a rule of the pack needs and that nobody knows: the store fills them in."""
        return lacking(rule, self.rules[rule]) if rule in self.incomplete else []

    def value(self, rule: str, key: str) -> Any:
        """A rule's value, already of its type (timedelta, time, Decimal-free number, text), or None where not given."""
        return self.rules.get(rule, {}).get(key)

    def duration(self, rule: str, key: str = "after") -> timedelta:
        """A rule's span. Raises KeyError when the pack does not give it."""
        span: timedelta = self.rules[rule][key]
        return span

    def end_of(self, rule: str, start: datetime) -> datetime | None:
        """Where the rule's span ends that begins at `start` (UTC); None where the span is not known."""
        values = self.rules.get(rule, {})
        if lacking(rule, values):
            return None
        end: datetime = start + values.get("after", timedelta(0))
        days = values.get("working_days")
        return add_counting_days(end, days, values["calendar"]) if days else end

    def service(self, word: str) -> str:
        """`postal` or `commercial_express` for the platform's name of a shipping service, else an empty string."""
        return self.shipping_services.get(_plain(word), "")

    def status_fact(self, word: str) -> str | None:
        """The type of the fact that a platform's status tells ("" for none yet), or None where the word is unknown."""
        return self.statuses.get(_plain(word))


def _plain(word: str) -> str:
    return " ".join(word.split()).casefold()


def _read_values(rule: str, given: Mapping[str, Any]) -> dict[str, Any]:
    forms = {key.removesuffix("?"): form for key, form in SCHEMA[rule].items()}
    values = {}
    for key, value in given.items():
        if key not in forms:
            raise UnusablePolicy(f"[{rule}] has no value {key!r}: it takes {', '.join(forms) or 'none'}")
        try:
            values[key] = READERS[forms[key]](value)
        except ValueError as error:
            raise UnusablePolicy(f"[{rule}] {key} = {value!r}: {error}") from error
    return values


def _read_rule(rule: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise UnusablePolicy(f"{rule} = {given!r}: expected a table [{rule}]")
    if rule not in SCHEMA:
        raise UnusablePolicy(f"[{rule}] is no rule with values: expected one of {', '.join(SCHEMA)}")
    return _read_values(rule, given)


def lacking(rule: str, values: Mapping[str, Any]) -> list[str]:
    """The values that the rule needs and that are not among these."""
    missing = [key for key in SCHEMA[rule] if not key.endswith("?") and key not in values]
    has_span = "after" in values or {"working_days", "calendar"} <= set(values)
    return missing if rule not in SPANS or has_span else [*missing, "after"]


def _incomplete(rules: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(rule for rule, values in rules.items() if lacking(rule, values))


def _check_whole(rules: Mapping[str, Mapping[str, Any]], sources: Sources) -> None:
    """What a rule needs is there, or the pack says that nobody knows it; of the rest it says where it is from."""
    for rule in _incomplete(rules):
        for key in lacking(rule, rules[rule]):
            if rule in ALWAYS_KNOWN or not is_unknown(sources, rule, key):
                other = ", or 'working_days' and 'calendar'" if rule in SPANS and key == "after" else ""
                raise UnusablePolicy(f"[{rule}] needs a value {key!r}{other}")
    if sources and (gap := next(unsourced(sources, rules), "")):
        raise UnusablePolicy(gap)


def _read_sources(given: Any, rules: Mapping[str, Any]) -> Sources:
    try:
        names = {rule: {key.removesuffix("?") for key in SCHEMA[rule]} for rule in rules}
        return read_sources(given, names | {heading: set() for heading in HEADINGS})
    except ValueError as error:
        raise UnusablePolicy(str(error)) from error


def _read_duties(given: Any) -> dict[str, str]:
    if given == {}:
        return {}
    if not isinstance(given, dict) or set(given) != {"table", "regime"}:
        raise UnusablePolicy("[duties] takes two values, 'table' and 'regime'")
    try:
        known = load_duties(given["table"]).at_checkout
    except (OSError, TypeError, ValueError, KeyError, ArithmeticError) as error:
        raise UnusablePolicy(f"[duties] table = {given['table']!r}: {error!r}") from error
    if given["regime"] not in known:
        raise UnusablePolicy(f"[duties] regime = {given['regime']!r}: expected one of {', '.join(known)}")
    return given


def _read_platform(given: Any) -> dict[str, str]:
    try:
        return read_platform(given)
    except ValueError as error:
        raise UnusablePolicy(str(error)) from error


def _read_pack(name: str, version: int, data: dict[str, Any]) -> Policy:
    if not known_zone(data.get("platform_zone", "")):
        raise UnusablePolicy(f"platform_zone = {data.get('platform_zone')!r}: expected an IANA time zone")
    services = {_plain(word): service for word, service in data.get("shipping_services", {}).items()}
    if wrong := set(services.values()) - SERVICES:
        raise UnusablePolicy(f"[shipping_services] names {sorted(wrong)[0]!r}: expected one of {sorted(SERVICES)}")
    statuses = {_plain(word): fact for word, fact in data.get("statuses", {}).items()}
    if wrong := set(statuses.values()) - {"", *EventType}:
        raise UnusablePolicy(f"[statuses] names {sorted(wrong)[0]!r}: expected a type of event, or nothing")
    try:
        heading = {key: data[key] for key in ("title", "platform_zone", "country", "language")}
    except KeyError as error:
        raise UnusablePolicy(f"{error.args[0]} is missing at the top of the file") from error
    rules = {rule: _read_rule(rule, given) for rule, given in data.items() if rule not in HEADINGS}
    if missing := [rule for rule in INDISPENSABLE if rule not in rules]:
        raise UnusablePolicy(f"[{missing[0]}] is missing: no pack can do without it")
    sources = _read_sources(data.get(SOURCES, {}), rules)
    _check_whole(rules, sources)
    return Policy(
        name=name,
        version=version,
        rules=rules,
        shipping_services=services,
        statuses=statuses,
        duties=_read_duties(data.get("duties", {})),
        platform=_read_platform(data.get(PLATFORM, {})),
        currency=data.get("currency", ""),
        sources=sources,
        incomplete=_incomplete(rules),
        **heading,
    )


def policy_names() -> list[str]:
    """The packs that are installed."""
    return sorted(path.name for path in PACKS.iterdir() if any(path.glob("*.toml")))


def policy_versions(name: str) -> list[int]:
    """The versions of a pack, oldest first. Raises UnusablePolicy when there is no such pack."""
    if name not in policy_names():
        raise UnusablePolicy(f"there is no policy pack {name!r}: expected one of {', '.join(policy_names())}")
    stems = [path.stem for path in (PACKS / name).glob("*.toml")]
    if wrong := [stem for stem in stems if not stem.isdigit()]:
        raise UnusablePolicy(f"{wrong[0]}.toml of policy pack {name!r}: a version's file is called by its number")
    return sorted(int(stem) for stem in stems)


@cache
def load_policy(name: str, version: int | None = None) -> Policy:
    """A pack by name, its latest version unless one is named.

    Raises UnusablePolicy when there is no such pack or version, or its file holds a value that cannot be used.
    """
    versions = policy_versions(name)
    chosen = version or versions[-1]
    path = PACKS / name / f"{chosen}.toml"
    if chosen not in versions:
        raise UnusablePolicy(f"policy pack {name!r} has no version {chosen}: expected one of {versions}")
    try:
        return _read_pack(name, chosen, tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnusablePolicy) as error:
        raise UnusablePolicy(f"{path.name} of policy pack {name!r}: {error}") from error


def override_policy(policy: Policy, overrides: Mapping[str, Mapping[str, Any]]) -> Policy:
    """The pack with a store's own values in place of its own, written as in the pack's file.

    Raises UnusablePolicy when a value cannot be used, or its rule is not one that the pack applies.
    """
    rules = dict(policy.rules)
    platform = _read_platform(overrides.get(PLATFORM)) or policy.platform
    for rule, given in overrides.items():
        if rule == PLATFORM:
            continue
        if rule not in rules:
            raise UnusablePolicy(f"[{rule}] is not a rule of policy pack {policy.name!r}")
        if not isinstance(given, Mapping):
            raise UnusablePolicy(f"[{rule}] = {given!r}: expected the rule's values by their names")
        rules[rule] = _merge(rule, rules[rule], _read_values(rule, given))
        if "working_days" in rules[rule] and "calendar" not in rules[rule]:
            raise UnusablePolicy(f"[{rule}] working_days needs a value 'calendar': which days count")
    return replace(policy, rules=rules, platform=platform, incomplete=_incomplete(rules))


def _merge(rule: str, values: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A store's own span takes the place of the pack's, in hours or in days that count, and is not added to it."""
    dropped: set[str] = set()
    if rule in SPANS - {"S5"}:
        dropped = {"working_days"} if "after" in own else {"after"} if "working_days" in own else set()
    return {key: value for key, value in values.items() if key not in dropped} | dict(own)
