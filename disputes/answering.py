"""Draft answers to the platform, one for each reason and a general one: texts as data, filled in from the case.

A line that begins with `? ` is optional: it stays only where all of its variables have a value. Any other variable
without a value leaves a visible gap, so that no half-filled answer looks finished.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
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
}

_OPTIONAL = "? "
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


def draft_answer(reason: str, language: Language, values: Mapping[str, str]) -> Draft:
    """The reason's text with the case's values, each as one harmless line (M9)."""
    known = {name: clean_value(value) for name, value in values.items() if value.strip()}
    lines = load_answer(reason, language).splitlines()
    kept = [line.removeprefix(_OPTIONAL) for line in lines if _stays(line, known)]
    text = _BLANK_LINES.sub("\n\n", "\n".join(kept)).strip()
    gaps = tuple(dict.fromkeys(name for name in _VARIABLE.findall(text) if name not in known))
    return Draft(language, _VARIABLE.sub(lambda match: known.get(match[1], f"[{match[1]}]"), text), gaps)


def check_answers() -> list[str]:
    """All that is wrong with the texts that ship: unknown variables, and stray braces."""
    problems = []
    for path in sorted(ANSWERS.rglob("*.txt")):
        text, name = path.read_text("utf-8"), path.relative_to(ANSWERS).as_posix()
        problems += [f"{name}: unknown variable {found}" for found in set(_VARIABLE.findall(text)) - variables()]
        if re.search(r"[{}]", _VARIABLE.sub("", text)):
            problems.append(f"{name}: a brace that is no variable")
    return problems


def _stays(line: str, known: Mapping[str, str]) -> bool:
    return not line.startswith(_OPTIONAL) or all(name in known for name in _VARIABLE.findall(line))
