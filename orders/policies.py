"""Policy packs: the values of the rules, as data. One TOML file a pack and version, in `orders/packs/NAME/`.

A table of the file is a rule by its id; a rule that has no table is switched off. A store may override single values.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from orders.calendars import Calendar
from orders.duties import load_duties
from orders.events import EventType
from orders.zones import known_zone

PACKS = Path(__file__).parent / "packs"

DURATION = "duration"  # "2 days", "48 hours"
DURATIONS = "durations"  # several of them
NUMBER = "number"
SHARE = "share"  # between 0 and 1
COUNT = "count"  # a whole number, at least 1
ANCHOR = "anchor"  # the fact from which a date is counted
TEXT = "text"
FLAG = "flag"
CLOCK = "clock"  # "09:00"
CALENDAR = "calendar"

# Rule → its values → their form. A value with a "?" may be left out.
SCHEMA: dict[str, dict[str, str]] = {
    "C": {"opens": CLOCK, "closes": CLOCK},
    "P2": {"exception?": FLAG},
    "P3": {"after": DURATION},
    "P4": {"after": DURATION, "calendar?": CALENDAR},
    "P5": {},
    "P7": {},
    "S1": {"high_value": NUMBER, "currency": TEXT},
    "S2": {},
    "S3": {},
    "S4": {"handling": DURATION, "warn_share": SHARE},
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
    "D1": {"after": DURATION},
    "D2": {},
    "D3": {"after": DURATION},
    "D4": {"after": DURATION},
    "D5": {"after": DURATION},
    "D6": {"before": DURATIONS},
    "D7": {"margin": DURATION},
    "D8": {},
    "D9": {},
    "D10": {},
    "D11": {},
    # The arithmetic of a dispute's options. `daily_turnover` is the store's to say, in its own currency.
    "A": {"win_rate": SHARE, "cases": COUNT, "freeze_days?": COUNT, "daily_turnover?": NUMBER},
    "R10": {"after": DURATION, "bad_stars": COUNT},
    "R12": {"next_date": DURATION},
}
ANCHORS = {"placed_at", "paid_at", "shipped_at", "delivered_at"}
# Without these nothing could be said, asked or answered: when buyers may be written to, when the team is asked for
# what has no date of its own, and how long an answer and the evidence of a dispute may take.
INDISPENSABLE = ("C", "R12", "D1", "D4")
SERVICES = {"postal", "commercial_express"}
HEADINGS = {"title", "platform_zone", "country", "language", "duties", "shipping_services", "statuses"}
LONGEST = timedelta(days=3650)
UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


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

    def has(self, rule: str) -> bool:
        """Whether the pack applies the rule."""
        return rule in self.rules

    def value(self, rule: str, key: str) -> Any:
        """A rule's value, already of its type (timedelta, time, Decimal-free number, text), or None where not given."""
        return self.rules.get(rule, {}).get(key)

    def duration(self, rule: str, key: str = "after") -> timedelta:
        """A rule's span. Raises KeyError when the pack does not give it."""
        span: timedelta = self.rules[rule][key]
        return span

    def service(self, word: str) -> str:
        """`postal` or `commercial_express` for the platform's name of a shipping service, else an empty string."""
        return self.shipping_services.get(_plain(word), "")

    def status_fact(self, word: str) -> str | None:
        """The type of the fact that a platform's status tells ("" for none yet), or None where the word is unknown."""
        return self.statuses.get(_plain(word))


def _plain(word: str) -> str:
    return " ".join(word.split()).casefold()


def _read_duration(value: Any) -> timedelta:
    match = re.fullmatch(r"(\d+(?:\.\d+)?) (hour|day)s?", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a span such as "2 days" or "48 hours"')
    amount = float(match[1])
    if not 0 < amount <= LONGEST / UNITS[match[2]]:
        raise ValueError(f"expected more than nothing and at most {LONGEST.days} days")
    return amount * UNITS[match[2]]


def _read_durations(value: Any) -> list[timedelta]:
    if not isinstance(value, list) or not value:
        raise ValueError('expected a list of spans such as ["48 hours", "6 hours"]')
    return sorted((_read_duration(span) for span in value), reverse=True)


def _read_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError("expected a number, not negative")
    return value


def _read_share(value: Any) -> float:
    if not 0 <= _read_number(value) <= 1:
        raise ValueError("expected a share between 0 and 1")
    return float(value)


def _read_count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("expected a whole number, at least 1")
    return value


def _read_anchor(value: Any) -> str:
    if value not in ANCHORS:
        raise ValueError(f"expected one of {', '.join(sorted(ANCHORS))}")
    return str(value)


def _read_calendar(value: Any) -> Calendar:
    return Calendar(_read_text(value))


def _read_clock(value: Any) -> time:
    return time.fromisoformat(_read_text(value))


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("expected a text")
    return value


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


READERS: dict[str, Callable[[Any], Any]] = {
    DURATION: _read_duration,
    DURATIONS: _read_durations,
    NUMBER: _read_number,
    TEXT: _read_text,
    FLAG: _read_flag,
    SHARE: _read_share,
    COUNT: _read_count,
    ANCHOR: _read_anchor,
    CLOCK: _read_clock,
    CALENDAR: _read_calendar,
}


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
    required = {key for key in SCHEMA[rule] if not key.endswith("?")}
    if missing := required - set(given):
        raise UnusablePolicy(f"[{rule}] needs a value {sorted(missing)[0]!r}")
    values = _read_values(rule, given)
    if rule == "S5" and not ("after" in values or {"working_days", "calendar"} <= set(values)):
        raise UnusablePolicy("[S5] needs a value 'after', or 'working_days' and 'calendar'")
    return values


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
    return Policy(
        name=name,
        version=version,
        rules=rules,
        shipping_services=services,
        statuses=statuses,
        duties=_read_duties(data.get("duties", {})),
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
    for rule, given in overrides.items():
        if rule not in rules:
            raise UnusablePolicy(f"[{rule}] is not a rule of policy pack {policy.name!r}")
        if not isinstance(given, Mapping):
            raise UnusablePolicy(f"[{rule}] = {given!r}: expected the rule's values by their names")
        rules[rule] = {**rules[rule], **_read_values(rule, given)}
    return replace(policy, rules=rules)
