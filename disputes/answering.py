"""Draft answers to the platform, one for each reason and a general one: texts as data, filled in from the case.

A line that begins with `? ` is optional: it stays only where all of its variables have a value. One that begins with
names, as in `?shipped,carrier `, stays where each named state holds or each named variable has a value: so a draft says
nothing that the order's record does not hold. Any other variable without a value leaves a visible gap, so that no
half-filled answer looks finished.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path

from disputes.checklists import exhibit_kinds
from disputes.reasons import Reason
from messaging.rendering import clean_value
from messaging.vocabulary import Language

ANSWERS = Path(__file__).parent / "answers"
GENERAL = "general"
LANGUAGES = (Language.EN, Language.ZH_HANS)  # what the platforms read; the one beside it is for the seller
FACTS = {
    "carrier",
    "claimed_amount",
    "customs_cause",
    "delivered_date",
    "disruption",
    "exhibit_list",
    "item_titles",
    "missing_quantity",
    "offer",
    "order_date",
    "order_number",
    "ordered_quantity",
    "promised_date",
    "shipped_date",
    "sources_found",
    "tracking_number",
    "tracking_summary",
    "written_dates",
}
# What a line may be conditional on besides: what is so in the order's record, at the moment of the draft.
STATES = {
    "delivered",
    "in_transit",  # seen by a carrier, and on no way that ends elsewhere
    "money_offered",  # by the latest offer, as is the other
    "promise_running",
    "reship_offered",
    "returning",
    "shipped",
}

_OPTIONAL = re.compile(r"\?(?P<names>[\w,]*) ")
_VARIABLE = re.compile(r"\{(\w+)\}")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer to be looked over and copied; `gaps` are the variables that nobody knows yet."""

    language: Language
    text: str
    gaps: tuple[str, ...]


def variables() -> set[str]:
    """Every variable that a text may use: the facts, and each kind of exhibit by its mark."""
    return FACTS | set(exhibit_kinds())


def load_answer(reason: str, language: Language) -> str:
    """The text for a reason; the general one for a reason that we do not know."""
    return _read(reason if reason in set(Reason) else GENERAL, language)


@cache
def _read(name: str, language: Language) -> str:
    return (ANSWERS / language / f"{name}.txt").read_text("utf-8")


def offered_states(amount: Decimal | None, remedy: str) -> Iterator[str]:
    """What an offer of this amount, or this remedy, lets the seller promise: nothing where it gives nothing."""
    if remedy == "reship":
        yield "reship_offered"
    if not remedy and amount:
        yield "money_offered"


def draft_answer(
    reason: str, language: Language, values: Mapping[str, str], *, states: Collection[str] = frozenset()
) -> Draft:
    """The reason's text with the case's values, each as one harmless line (M9); `states` are those that hold."""
    known = _clean(values)
    text = _BLANK_LINES.sub("\n\n", "\n".join(_kept(reason, language, known, states))).strip()
    gaps = tuple(dict.fromkeys(name for name in _VARIABLE.findall(text) if name not in known))
    return Draft(language, _VARIABLE.sub(lambda match: known.get(match[1], f"[{match[1]}]"), text), gaps)


def complete_answer(
    reason: str, language: Language, values: Mapping[str, str], *, states: Collection[str] = frozenset()
) -> list[str]:
    """The same as paragraphs that can stand without being looked over: what has a gap is left out."""
    known, joint = _clean(values), "" if language is Language.ZH_HANS else " "
    lines = _kept(reason, language, known, states)
    whole = [line for line in lines if all(name in known for name in _VARIABLE.findall(line))]
    filled = [_VARIABLE.sub(lambda match: known[match[1]], line) for line in whole]
    return [joint.join(group) for is_text, group in groupby(filled, key=bool) if is_text]


def _clean(values: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_value(value) for name, value in values.items() if value.strip()}


def _kept(reason: str, language: Language, known: Mapping[str, str], states: Collection[str]) -> list[str]:
    """The lines of the reason's text that are to be said, without their conditions."""
    lines = load_answer(reason, language).splitlines()
    return [_OPTIONAL.sub("", line, count=1) for line in lines if _stays(line, known, states)]


def check_answers() -> list[str]:
    """All that is wrong with the texts that ship: unknown variables and states, and stray braces."""
    problems = []
    for path in sorted(ANSWERS.rglob("*.txt")):
        text, name = path.read_text("utf-8"), path.relative_to(ANSWERS).as_posix()
        problems += [f"{name}: unknown variable {found}" for found in set(_VARIABLE.findall(text)) - variables()]
        named = {condition for line in text.splitlines() for condition in _conditions(line)}
        problems += [f"{name}: unknown condition {found}" for found in named - variables() - STATES]
        if re.search(r"[{}]", _VARIABLE.sub("", text)):
            problems.append(f"{name}: a brace that is no variable")
    return problems


def _stays(line: str, known: Mapping[str, str], states: Collection[str]) -> bool:
    return all(name in known or name in states for name in _conditions(line))


def _conditions(line: str) -> list[str]:
    """What a line depends on: what it names, or else its variables; nothing, where it is not optional."""
    found = _OPTIONAL.match(line)
    if found is None:
        return []
    return found["names"].split(",") if found["names"] else _VARIABLE.findall(line)
