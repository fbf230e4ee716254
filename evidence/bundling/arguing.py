"""What the seller can say to a claim, and what proves it: only what the record bears out (arguments.toml)."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evidence.bundling.cases import CaseExhibit, CaseFile, TrackingNews

ARGUMENTS = Path(__file__).parent.parent / "arguments.toml"
OTHER = "other"  # the claim whose reason the table does not know
GIVEN_IN = "accepted"
CONTESTED = "contest"
# The positions that go with offers or with nothing: the seller does not contest.
UNCONTESTED = {GIVEN_IN, "offered", "on_record"}


@dataclass(frozen=True, slots=True)
class Assertion:
    """One thing that the seller says, with the exhibits (by mark) and the parts of the record that prove it."""

    key: str
    marks: tuple[str, ...]
    sections: tuple[str, ...]


def load_arguments() -> Mapping[str, Any]:
    """The table of arguments."""
    return _load()


@cache
def _load() -> Mapping[str, Any]:
    return tomllib.loads(ARGUMENTS.read_text(encoding="utf-8"))


def facts_of(case: CaseFile) -> set[str]:
    """What is so in this case, by the names that arguments.toml uses."""
    promised, opened = case.dates.get("promised"), case.dates.get("opened")
    facts = {
        "shipped": "shipped" in case.dates,
        "tracked": bool(standing_news(case)),
        "delivered": "delivered" in case.dates,
        "promise_running": bool(promised and opened and opened < promised),
        "disrupted": bool(case.disruptions),
        "written": bool(case.messages),
        "offered": any(offer.gives_something for offer in case.offers),
        "contested": case.position not in UNCONTESTED,
        "customs_cause": bool(case.claim.customs_cause),
        "listed": any(row.kind == "listing" for row in case.snapshots)
        or any(exhibit.kind == "listing_snapshot" for exhibit in proofs_of(case)),
    }
    return {name for name, is_so in facts.items() if is_so}


def proofs_of(case: CaseFile) -> list[CaseExhibit]:
    """The exhibits that can be cited: what cannot be read proves nothing."""
    return [exhibit for exhibit in case.exhibits if exhibit.is_readable]


def standing_news(case: CaseFile) -> list[TrackingNews]:
    """The carriers' news without what was taken back, and without the answers that there was none."""
    return [news for news in case.tracking if news.voided_at is None and news.status != "no_scan"]


def position_of(rule: str, kinds: set[str]) -> str:
    """What the seller maintains by this rule's advice to contest, if what he then calls enclosed is among `kinds`."""
    needed = load_arguments()["positions"].get(rule)
    return rule if needed is not None and kinds >= {*needed} else CONTESTED


def argue(case: CaseFile, sections: list[str]) -> Iterator[Assertion]:
    """What the seller says, in the table's order; nothing where he gave in. `sections` are those of the bundle."""
    if case.position == GIVEN_IN:
        return
    table, facts = load_arguments(), facts_of(case)
    proofs = proofs_of(case)
    given = {exhibit.kind for exhibit in proofs}
    for key in table["claims"].get(case.claim.reason, table["claims"][OTHER]):
        assertion = table["assertions"][key]
        if facts >= {*assertion.get("when", [])} and given >= {*assertion.get("kinds_needed", [])}:
            kinds = assertion.get("kinds", [])
            yield Assertion(
                key,
                tuple(exhibit.mark for exhibit in proofs if exhibit.kind in kinds),
                tuple(name for name in assertion.get("sections", []) if name in sections),
            )
