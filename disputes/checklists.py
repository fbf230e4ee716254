"""What a dispute of each reason needs as evidence (rule E), and which of it is there."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ChecklistSlot:
    """One thing to prove: the kind of exhibit, how many sources it takes, and from how many there is one."""

    kind: str
    sources_needed: int
    sources_given: int
    is_buyers: bool  # the buyer's to give

    @property
    def is_filled(self) -> bool:
        """Whether nothing is missing here."""
        return self.sources_given >= self.sources_needed


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "checklists.toml").read_text())


def exhibit_kinds() -> list[str]:
    """Every kind of exhibit that some checklist asks for."""
    return sorted({kind for slots in _table()["slots"].values() for kind in slots})


def checklist(reason: str, exhibits: Iterable[tuple[str, str]], *, is_delivered: bool) -> list[ChecklistSlot]:
    """The slots of a reason, in their order; `exhibits` are (kind, source) of what has been added."""
    sources: dict[str, set[str]] = defaultdict(set)
    for kind, source in exhibits:
        sources[kind].add(source)
    table = _table()
    doubled = table["two_sources"].get(reason, [])
    return [
        ChecklistSlot(kind, 2 if kind in doubled else 1, _count(sources[kind]), kind in table["from_buyer"])
        for kind in table["slots"].get(reason, [])
        if is_delivered or kind not in table["once_delivered"]
    ]


def is_proof(added: Mapping[str, Any]) -> bool:
    """Whether an `evidence_added` with these values proves anything: a file that cannot be read fills no slot."""
    return not added.get("unreadable")


def _count(sources: set[str]) -> int:
    """How many sources these are for sure: one that is not named may be any of the others."""
    return len(sources - {""}) or len(sources)


def missing_slots(slots: Iterable[ChecklistSlot]) -> list[str]:
    """The kinds of the slots that are still empty, in the checklist's order."""
    return [slot.kind for slot in slots if not slot.is_filled]
