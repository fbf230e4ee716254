"""How sure each value of a pack is: by its table of sources or, in a file without one, by the mark † (assumed)."""

import re
from functools import cache

from orders.policies import PACKS, Policy
from orders.sourcing import Confidence, Source, source_of

ASSUMED = "†"


def note_of(policy: Policy, rule: str, key: str) -> Source | None:
    """How sure the pack is of a value, and who says so; None where its file says nothing of it."""
    if policy.sources:
        return source_of(policy.sources, rule, key)
    return Source(Confidence.ASSUMED) if (rule, key) in assumed_values(policy.name, policy.version) else None


@cache
def assumed_values(name: str, version: int) -> frozenset[tuple[str, str]]:
    """The values of a pack's version, by rule and name, that carry the mark; one beside a rule's own line marks all."""
    found, rule, all_marked = set(), "", False
    for line in (PACKS / name / f"{version}.toml").read_text(encoding="utf-8").splitlines():
        if table := re.match(r"\[(\w+)\]", line):
            rule, all_marked = table[1], ASSUMED in line
        elif (value := re.match(r"(\w+) = ", line)) and rule and (all_marked or ASSUMED in line):
            found.add((rule, value[1]))
    return frozenset(found)
