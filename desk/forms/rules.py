"""The form of a store's own values: one field for each value of each rule that its pack applies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from desk.rules import CODES, VALUE_NAMES, format_value, rule_group, rule_order, rule_sentence
from desk.source_words import Words, source_words
from orders.calendars import Calendar
from orders.models import Store
from orders.policies import SCHEMA, Policy, load_policy, override_policy
from orders.policy_forms import ANCHORS, DURATION, LONGEST, READERS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNITS = {"days": DAY, "hours": HOUR}
SPAN_UNITS = [("days", _("days")), ("hours", _("hours"))]
STAGES = ("C1", "C2", "C3")  # of contact, in their order
LABELLED = "label"  # follows from the days: nobody writes it


def write_span(span: timedelta) -> str:
    """A span as a pack's file writes it."""
    unit = "hours" if span % DAY or span < 2 * DAY else "days"
    amount = f"{span / UNITS[unit]:g}"
    return f"{amount} {unit if amount != '1' else unit[:-1]}"


class SpanWidget(forms.MultiWidget):
    """A number and its unit."""

    def __init__(self, name: str) -> None:
        number = forms.NumberInput(attrs={"min": 0, "max": LONGEST.days * 24, "step": "any", "inputmode": "decimal"})
        unit = _("unit")
        super().__init__([number, forms.Select(attrs={"aria-label": f"{name}: {unit}"}, choices=SPAN_UNITS)])

    def decompress(self, value: timedelta | None) -> list[Any]:
        """As a pack's file would write it."""
        if value is None:
            return [None, "days"]
        amount, unit = write_span(value).split()
        return [amount, unit if unit.endswith("s") else f"{unit}s"]


class SpanField(forms.MultiValueField):
    """A span of time, as a pack's file writes it: "30 days"."""

    def __init__(self, **options: Any) -> None:
        number = forms.FloatField(min_value=0, required=options["required"])
        fields = (number, forms.ChoiceField(choices=SPAN_UNITS))
        super().__init__(fields, widget=SpanWidget(str(options["label"])), require_all_fields=False, **options)

    def compress(self, values: list[Any]) -> str | None:
        """The span in words; None where no number was given."""
        if not values or values[0] is None:
            return None
        return write_span(values[0] * UNITS[values[1]])


class HoursField(forms.CharField):
    """Several spans in hours, such as "48, 24, 6"."""

    def prepare_value(self, value: Any) -> Any:
        """The hours alone."""
        return ", ".join(f"{span / HOUR:g}" for span in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """The spans as a pack's file writes them."""
        given = super().clean(value).replace("，", ",").split(",")
        try:
            return [f"{float(hours):g} hours" for hours in given if hours.strip()]
        except ValueError as error:
            raise ValidationError(_("Hours with commas between them, such as 48, 24, 6.")) from error


def _field(form: str, label: Any, *, required: bool) -> forms.Field:
    """The field for a value of one of the forms of `orders.policies.SCHEMA`."""
    said: dict[str, Any] = {"label": label, "required": required}
    match form:
        case "duration":
            return SpanField(**said)
        case "durations":
            return HoursField(max_length=200, help_text=_("in hours, with commas between them"), **said)
        case "number":
            return forms.FloatField(min_value=0, **said)
        case "share":
            return forms.FloatField(min_value=0, max_value=1, widget=forms.NumberInput(attrs={"step": "any"}), **said)
        case "count":
            return forms.IntegerField(min_value=1, **said)
        case "flag":
            return forms.BooleanField(label=label, required=False)
        case "clock":
            return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **said)
        case "anchor":
            return forms.ChoiceField(choices=[(code, CODES[code]) for code in sorted(ANCHORS)], **said)
        case "calendar":
            none = [] if required else [("", "–")]
            return forms.ChoiceField(choices=[*none, *((code, CODES[code]) for code in Calendar)], **said)
    return forms.CharField(max_length=50, **said)


@dataclass(frozen=True)
class ValueRow:
    """A rule with its fields, each with the pack's value, how sure that one is, and who says so."""

    rule: str
    sentence: str
    fields: list[tuple[forms.BoundField, str, Words, str]]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a value: of which rule, what the value is called, and where on the page it stands."""

    rule: str
    name: str
    anchor: str
    said: str


class RulesForm(forms.Form):
    """Every value that the store may set, filled in with the one that holds now."""

    def __init__(self, data: Any = None, *, store: Store, version: int, overrides: dict[str, Any]) -> None:
        super().__init__(data)
        self.pack = load_policy(store.policy_name, version)
        self.policy = override_policy(
            self.pack, {rule: own for rule, own in overrides.items() if rule in self.pack.rules}
        )
        for rule, key, form, required in _values(self.pack):
            name = VALUE_NAMES.get(key, key)
            field = _field(form, name, required=required)
            field.initial = self.policy.value(rule, key)
            self.fields[f"{rule}-{key}"] = field

    def groups(self) -> Iterator[tuple[Any, list[ValueRow]]]:
        """The rules with values under their headings."""
        rows: dict[Any, list[ValueRow]] = {}
        for rule in sorted({name.split("-")[0] for name in self.fields}, key=rule_order):
            rows.setdefault(rule_group(rule), []).append(self._row(rule))
        yield from rows.items()

    def faults(self) -> list[Fault]:
        """What is wrong, in the order of the page, with the way there: the form is many screens long."""
        found = [self[name] for name in self.fields if name in self.errors]
        found.sort(key=lambda field: rule_order(field.name.split("-")[0]))
        return [
            Fault(
                rule=field.name.split("-")[0],
                name=str(field.label),
                anchor=f"{field.auto_id}_0" if field.use_fieldset else field.auto_id,
                said=" ".join(str(error) for error in field.errors),
            )
            for field in found
        ]

    def _row(self, rule: str) -> ValueRow:
        fields = []
        for name in self.fields:
            owner, key = name.split("-")
            if owner == rule:
                value = self.pack.value(rule, key)
                said = format_value(value) if value is not None else ""
                fields.append((self[name], said, *source_words(self.pack, rule, key)))
        return ValueRow(rule, rule_sentence(rule, self.policy), fields)

    def clean(self) -> None:
        """The stages of contact follow each other: each of them asks more of the buyer than the one before."""
        spans = ((rule, _read_span(self.cleaned_data.get(f"{rule}-after"))) for rule in STAGES)
        days = [(rule, span) for rule, span in spans if span is not None]
        for (earlier, before), (later, after) in pairwise(days):
            if after <= before:
                told = _("%(later)s comes after %(earlier)s: choose a longer time than %(span)s.")
                said = {"later": later, "earlier": earlier, "span": format_value(before)}
                self.add_error(f"{later}-after", told % said)

    def overrides(self) -> dict[str, dict[str, Any]]:
        """What differs from the pack, as its file would write it."""
        own: dict[str, dict[str, Any]] = {}
        for name, given in self.cleaned_data.items():
            rule, key = name.split("-")
            if given in (None, "") or _reads_as(given) == _reads_as(self.pack.value(rule, key)):
                continue
            own.setdefault(rule, {})[key] = f"{given:%H:%M}" if isinstance(given, time) else given
        for rule, values in own.items():
            if LABELLED in SCHEMA[rule] and (after := values.get("after", "")).endswith(("days", "day")):
                values[LABELLED] = f"day {after.split()[0]}"
        return own


def _read_span(text: Any) -> timedelta | None:
    """A span as a pack's file writes it; None of what is none, which is told elsewhere."""
    try:
        span: timedelta = READERS[DURATION](text)
    except ValueError:
        return None
    return span


def _values(pack: Policy) -> Iterator[tuple[str, str, str, bool]]:
    """Rule, value, its form, and whether it must be given: of the rules that the pack applies."""
    for rule, forms_ in SCHEMA.items():
        if rule in pack.rules:
            for name, form in forms_.items():
                key = name.removesuffix("?")
                if key != LABELLED:
                    is_needed = not name.endswith("?") and key not in pack.lacks(rule)
                    yield rule, key, form, is_needed or pack.value(rule, key) is not None


def _reads_as(value: Any) -> Any:
    """The same for a value of the pack and for what the form makes of it."""
    if isinstance(value, timedelta):
        return write_span(value)
    if isinstance(value, list):
        return sorted(f"{span / HOUR:g} hours" if isinstance(span, timedelta) else span for span in value)
    return value if value is not None else False
