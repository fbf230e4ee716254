"""What is wrong with a playbook, found before a case is worked on by it: gaps, unknown names, steps never reached."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from disputes.case_fields import FIELD_KINDS, CaseField, FieldForm
from disputes.case_lifecycle import AfterSaleState
from disputes.case_terms import ParcelWay, Remedy
from disputes.checklists import exhibit_kinds
from disputes.playbooks import (
    LANGUAGES,
    PLAYBOOKS,
    Condition,
    Decision,
    Playbook,
    Since,
    Step,
    UnusablePlaybook,
    Within,
    Words,
    load_playbook,
)
from orders.policies import SCHEMA
from orders.policy_forms import DURATION

NAME_LENGTH = 30  # of a kind and of a step, in the database


def check_playbooks(folder: Path = PLAYBOOKS) -> list[str]:
    """All that is wrong with the playbooks in a folder, file by file."""
    problems: list[str] = []
    measured: dict[str, Within] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            playbook = load_playbook(path)
        except UnusablePlaybook as error:
            problems.append(str(error))
        else:
            found = (*_problems(playbook), *_measured_problems(playbook, measured))
            problems += [f"{path.name}: {problem}" for problem in found]
    return problems


def _problems(playbook: Playbook) -> Iterator[str]:
    yield from _missing_words("title", playbook.title, is_required=True)
    yield from _missing_words("hint", playbook.hint, is_required=False)
    if playbook.rule not in SCHEMA:
        yield f"rule {playbook.rule!r} is not one with values"
    if len(playbook.kind) > NAME_LENGTH:
        yield f"a kind has at most {NAME_LENGTH} letters"
    if not playbook.remedies or Remedy.UNDECIDED in playbook.remedies:
        yield "remedies: name at least one thing that the buyer may get"
    names = [step.name for step in playbook.steps]
    if double := {name for name in names if names.count(name) > 1}:
        yield f"two steps are called {sorted(double)[0]!r}"
    for step in playbook.steps:
        yield from (f"step {step.name!r}: {problem}" for problem in _step_problems(playbook, step))
    yield from _ends(playbook)


def _missing_words(what: str, words: Words, *, is_required: bool) -> Iterator[str]:
    if not isinstance(words, Mapping):
        yield f"{what} is not a table of languages"
    elif is_required or words:
        yield from (f"{what} is missing in {code}" for code in LANGUAGES if not words.get(code))


def _step_problems(playbook: Playbook, step: Step) -> Iterator[str]:
    yield from _missing_words("title", step.title, is_required=True)
    yield from _missing_words("hint", step.hint, is_required=False)
    if not 0 < len(step.name) <= NAME_LENGTH:
        yield f"a name has from 1 to {NAME_LENGTH} letters"
    if step.rule not in SCHEMA:
        yield f"rule {step.rule!r} is not one with values"
    for slot in step.wants:
        yield from _slot_problems(slot)
    if step.within:
        yield from _span_problems("within", step.within)
    for condition in (*step.when, *step.needs):
        yield from _condition_problems(playbook, step, condition)
    for condition in step.until:
        yield from _condition_problems(playbook, step, condition, is_own=True)
    yield from _effect_problems(step)


def _span_problems(key: str, span: Within) -> Iterator[str]:
    if _forms(span.rule).get(span.value) != DURATION:
        yield f"{key}: [{span.rule}] has no span {span.value!r}"


def _measured_problems(playbook: Playbook, others: dict[str, Within]) -> Iterator[str]:
    """The kinds that one rule measures are counted together, so that their time has to run alike."""
    if (measured := playbook.measured) is None:
        return
    yield from _span_problems("measured", measured)
    if measured.since is Since.TURN:
        yield "measured: a case's time runs from when it was opened, or from the arrival of what came back"
    if others.setdefault(measured.rule, measured) != measured:
        yield f"measured: another kind's time by {measured.rule} runs differently"


def _forms(rule: str) -> dict[str, str]:
    return {key.removesuffix("?"): form for key, form in SCHEMA.get(rule, {}).items()}


def _effect_problems(step: Step) -> Iterator[str]:
    if step.decides is Decision.SETTLE and CaseField.BUYER_SAYS not in step.asks:
        yield "a step that settles asks what the buyer says: buyer_says"
    if step.parcel and CaseField.TRACKING_NUMBER not in step.asks:
        yield "a step that registers a parcel asks for its number: tracking_number"
    if step.books and not {CaseField.COST, CaseField.GRANTED} & set(step.asks):
        yield "a step that books money asks for it: cost, or granted"
    if step.is_waiting and (step.decides or step.parcel or step.books or step.tells):
        yield "a step that only waits does nothing itself"


def _slot_problems(slot: str) -> Iterator[str]:
    if slot not in exhibit_kinds():
        yield f"{slot!r} is no kind of exhibit"


def _condition_problems(playbook: Playbook, step: Step, condition: Condition, *, is_own: bool = False) -> Iterator[str]:
    """What a condition speaks of has to exist, and to be brought about by an earlier step: else it never holds."""
    earlier = list(playbook.steps[: playbook.steps.index(step) + is_own])
    if condition.only_if:
        yield from _condition_problems(playbook, step, condition.only_if, is_own=is_own)
    if condition.step and playbook.step(condition.step) is None:
        yield f"there is no step {condition.step!r}"
    elif condition.step and condition.step not in [other.name for other in earlier] and not condition.only_if:
        yield f"it waits for {condition.step!r}, which comes after it"
    if condition.field:
        yield from _field_problems(playbook, [*earlier, step], condition)
    if condition.slot:
        yield from _slot_problems(condition.slot)
    if condition.parcel and condition.parcel not in {other.parcel for other in playbook.steps}:
        yield f"no step registers a parcel {condition.parcel}"
    if condition.state and (wrong := set(condition.values) - set(AfterSaleState)):
        yield f"{sorted(wrong)[0]!r} is no state of a case"


def _field_problems(playbook: Playbook, asking: Iterable[Step], condition: Condition) -> Iterator[str]:
    assert condition.field is not None  # noqa: S101  whoever calls has looked
    kind = FIELD_KINDS[condition.field]
    asked = {field for step in asking for field in step.asks} | set(playbook.asks)
    if condition.field not in asked:
        yield f"nobody asks {condition.field.value!r} before it"
    known = set(kind.choices.values) if kind.choices else {"yes", "no"} if kind.form is FieldForm.YES_NO else None
    if known is not None and (wrong := set(condition.values) - known):
        yield f"{condition.field.value!r} is never {sorted(wrong)[0]!r}"
    if condition.over is not None and kind.form is not FieldForm.COUNT:
        yield f"{condition.field.value!r} is no number"


def _ends(playbook: Playbook) -> Iterator[str]:
    """Whether each thing that the buyer may get can come to be, so that the case can close."""
    steps = playbook.steps
    ways = {
        Remedy.REFUND: any(condition.money for step in steps for condition in step.until),
        Remedy.COMPENSATION: any(condition.money for step in steps for condition in step.until),
        Remedy.RESHIP: any(step.parcel is ParcelWay.OUT for step in steps),
        Remedy.EXCHANGE: any(step.parcel is ParcelWay.OUT for step in steps),
        Remedy.ANSWER: any(step.decides is Decision.SETTLE for step in steps),
    }
    yield from (f"no step gives the buyer {remedy.value!r}" for remedy in playbook.remedies if not ways.get(remedy))
    if playbook.approval is None and set(playbook.remedies) != {Remedy.ANSWER}:
        yield "no step approves what the buyer gets"
