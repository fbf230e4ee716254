"""The parts of the documentation that follow from the code: the machines, the rules, and the values of a policy pack.

A page in `docs/` holds each part between two marks; `manage.py write_docs` puts the present one there.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from desk.rules import RULES, rule_sentence
from disputes.advising import TABLE
from disputes.case_lifecycle import AfterSaleLifecycle
from disputes.lifecycle import DisputeLifecycle
from disputes.playbooks import load_playbooks
from disputes.review_lifecycle import ReviewLifecycle
from disputes.tracking_lifecycle import TrackingCaseLifecycle
from orders.lifecycle import OrderLifecycle
from orders.policies import HEADINGS, PACKS, SCHEMA, Policy, load_policy, policy_names, policy_versions
from orders.rules import printed_position
from orders.sourcing import Confidence, Source, source_of

SIDE_BY_SIDE = ("aliexpress-br", "taobao-cn")  # the packs that the list of rules compares; the others have a page
FEW = 4  # a transition from more states than these is drawn from one box that names them
BLOCK = re.compile(r"(?<=<!-- written: )(?P<name>[a-z-]+)(?P<mark> -->\n).*?(?=<!-- end -->)", re.DOTALL)


class UnknownPart(ValueError):
    """A page marks a part that nothing here writes."""


def fill_page(text: str) -> str:
    """A page with the present text between each pair of marks. Raises UnknownPart."""
    return BLOCK.sub(lambda found: f"{found['name']}{found['mark']}\n{_write(found['name'])}\n\n", text)


def _write(name: str) -> str:
    if name not in PARTS:
        raise UnknownPart(f"no part is called {name!r}: expected one of {', '.join(PARTS)}")
    with override("en"):
        return "\n".join(PARTS[name]())


# --- machines ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Move:
    """One transition of a machine: the method, the states it leads from, the one it leads to, and what it tells."""

    name: str
    sources: tuple[str, ...]
    target: str
    meaning: str


def machine_moves(lifecycle: type[Any]) -> list[Move]:
    """The transitions of a machine, in the order in which its module prints them."""
    return [
        Move(
            name,
            tuple(state for state in _states(lifecycle) if state in method._django_fsm.transitions),
            str(next(iter(method._django_fsm.transitions.values())).target),
            str(method.__doc__).splitlines()[0],
        )
        for name, method in vars(lifecycle).items()
        if hasattr(method, "_django_fsm")
    ]


def _states(lifecycle: type[Any]) -> list[str]:
    return [str(value) for value, _label in lifecycle._meta.get_field("state").choices]


def _draw(lifecycle: type[Any]) -> Iterator[str]:
    """The machine as a Mermaid drawing, and each of its transitions in a table."""
    moves, states = machine_moves(lifecycle), _states(lifecycle)
    yield from ("```mermaid", "stateDiagram-v2", f"    [*] --> {states[0]}")
    yield from (f"    {line}" for line in _draw_moves(moves, states))
    yield from ("```", "", "| transition | from | to | what happened |", "|---|---|---|---|")
    for move in moves:
        yield f"| `{move.name}` | {', '.join(move.sources)} | {move.target} | {move.meaning} |"


def _draw_moves(moves: list[Move], states: list[str]) -> Iterator[str]:
    """Each transition as an arrow; many sources, or many ways out of one state, share a box."""
    boxes: dict[tuple[str, ...], str] = {}
    arrows: dict[str, None] = {}
    for move in moves:
        alike = [other for other in moves if other.sources == move.sources]
        starts, end, name = list(move.sources), move.target, move.name
        if len(starts) > FEW:
            starts = [boxes.setdefault(move.sources, f"several_{len(boxes) + 1}")]
        elif len(starts) == 1 and len(alike) > FEW:
            end = boxes.setdefault(tuple(other.target for other in alike), f"several_{len(boxes) + 1}")
            name = _shared_words([other.name for other in alike])
        arrows |= dict.fromkeys(f"{start} --> {end} : {name.replace('_', ' ')}" for start in starts)
    yield from (f'state "{_box(named, states)}" as {box}' for named, box in boxes.items())
    yield from arrows


def _shared_words(names: list[str]) -> str:
    """What alike transitions are called: "return to" for `return_to_paid` and `return_to_shipped`."""
    columns = zip(*(name.split("_") for name in names), strict=False)
    return " ".join(words[0] for words in columns if len(set(words)) == 1)


def _box(named: tuple[str, ...], states: list[str]) -> str:
    others = [state for state in states if state not in named]
    return f"any state but {' and '.join(others)}" if len(others) <= 2 else "<br/>".join(named)


# --- playbooks --------------------------------------------------------------------------------------------------------
def _list_playbooks() -> Iterator[str]:
    """The kinds of after-sale cases in the order in which they are offered, with their steps."""
    yield from ("| kind | rule | on an order that is | the buyer gets | steps |", "|---|---|---|---|---|")
    for playbook in load_playbooks().values():
        fits = ", ".join(word.replace("_", " ") for word in playbook.fits)
        steps = " → ".join(f"({step.name})" if step.is_optional else step.name for step in playbook.steps)
        yield f"| `{playbook.kind}` | {playbook.rule} | {fits} | {', '.join(playbook.remedies)} | {steps} |"


# --- rules ------------------------------------------------------------------------------------------------------------
def _list_rules() -> Iterator[str]:
    packs = {name: _pack_file(name) for name in SIDE_BY_SIDE}
    yield f"| rule | what it says | {' | '.join(packs)} |"
    yield "|---|---|" + "---|" * len(packs)
    for rule in sorted(RULES.keys() | SCHEMA.keys(), key=printed_position):
        values = [_written(rule, pack) for pack in packs.values()]
        yield f"| {rule} | {rule_sentence(rule, None)} | {' | '.join(values)} |"


def _pack_file(name: str) -> dict[str, Any]:
    path = PACKS / name / f"{policy_versions(name)[-1]}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _written(rule: str, pack: dict[str, Any]) -> str:
    """A rule's values as the pack's file writes them; a dash where the pack leaves the rule out."""
    if rule not in SCHEMA:
        return ""
    if rule not in pack:
        return "–"
    return "<br>".join(f"{key} = {_plain(value)}" for key, value in pack[rule].items()) or "on"


def _list_packs() -> Iterator[str]:
    """Each pack's values, how sure each is and who says so; what nobody knows stands there, too."""
    for name in policy_names():
        policy, file = load_policy(name), _pack_file(name)
        yield from (f"### {policy.title['en']} (`{name}`, version {policy.version})", "")
        yield f"Dates of the platform: {policy.platform_zone}. Buyers without a country: {policy.country}."
        yield from ("", "| rule | value | is | how sure | source |", "|---|---|---|---|---|")
        for rule in sorted(policy.rules, key=printed_position):
            yield from _list_sources(policy, rule, file[rule])
        yield ""


def _list_sources(policy: Policy, rule: str, written: dict[str, Any]) -> Iterator[str]:
    for key in [*written, *policy.lacks(rule)] or [""]:
        source = source_of(policy.sources, rule, key) or Source(Confidence.ASSUMED)
        value = _plain(written[key]) if key in written else "" if key else "on"
        yield f"| {rule} | {f'`{key}`' if key else ''} | {value} | {source.confidence} | {source.origin} |"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list_advice() -> Iterable[str]:
    yield from ("| rule | recommendation | liability |", "|---|---|---|")
    yield from (f"| {row.rule} | `{row.recommendation}` | {row.liability} |" for row in TABLE)


def _list_values() -> Iterator[str]:
    yield from ("| rule | value | form |", "|---|---|---|")
    for rule in sorted(SCHEMA, key=printed_position):
        for key, form in SCHEMA[rule].items():
            optional = ", may be left out" if key.endswith("?") else ""
            yield f"| {rule} | `{key.removesuffix('?')}` | {form}{optional} |"
    bare = [rule for rule in sorted(SCHEMA, key=printed_position) if not SCHEMA[rule]]
    yield from ("", f"Rules without a value, which an empty table switches on: {', '.join(bare)}.")
    yield from ("", f"At the top of the file: {', '.join(f'`{name}`' for name in sorted(HEADINGS))}.")


PARTS: dict[str, Callable[[], Iterable[str]]] = {
    "order-machine": lambda: _draw(OrderLifecycle),
    "dispute-machine": lambda: _draw(DisputeLifecycle),
    "tracking-machine": lambda: _draw(TrackingCaseLifecycle),
    "after-sale-machine": lambda: _draw(AfterSaleLifecycle),
    "review-machine": lambda: _draw(ReviewLifecycle),
    "playbooks": _list_playbooks,
    "rules": _list_rules,
    "advice": _list_advice,
    "policy-values": _list_values,
    "packs": _list_packs,
}
