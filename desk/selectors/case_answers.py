"""What was answered in a case's steps, in words: each answer by its field, as it was kept."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from desk import clocks
from desk.case_words import Words, kind_name, step_name
from disputes.case_facts import OPENED
from disputes.case_fields import FIELD_KINDS, CaseField, FieldForm
from disputes.case_terms import Result
from disputes.causes import CauseGroup
from orders.models import Order


def told_answers(order: Order, data: Mapping[str, Any], words: Mapping[str, Any]) -> list[tuple[Words, str]]:
    """The answers of one step, each with its field's name; what no field names is left out."""
    given = {**data, **words}
    return [
        (CaseField(name).label, told_answer(order, CaseField(name), value))
        for name, value in given.items()
        if name in set(CaseField) and value not in (None, "")
    ]


def is_about_case(event_type: str) -> bool:
    """Whether a line of the timeline tells of a case by codes of its own; news of its parcels are told as others."""
    return event_type.startswith("case_") and event_type != "case_parcel"


def told_event(order: Order, data: Mapping[str, Any], private: Mapping[str, Any]) -> list[tuple[Words, str]]:
    """A line of the timeline about a case: its kind, the step that was taken, what was answered or decided."""
    kind, step = str(data.get("kind", "")), str(data.get("step", ""))
    said: list[tuple[Words, str]] = [(_("Case"), kind_name(kind))] if kind else []
    said += [(_("Step"), _("opened") if step == OPENED else step_name(kind, step))] if step else []
    said += told_answers(order, data, private)
    codes: list[tuple[Words, dict[str, Words], str]] = [
        (_("Result"), dict(Result.choices), "result"),
        (_("Cause"), dict(CauseGroup.choices), "cause"),
    ]
    said += [(name, str(table.get(data[key], data[key]))) for name, table, key in codes if data.get(key)]
    if data.get("next_at"):
        said.append((_("Next date"), told_answer(order, CaseField.ARRIVES_AT, data["next_at"])))
    return said + ([(_("Reason"), str(private["text"]))] if private.get("text") else [])


def told_answer(order: Order, field: CaseField, value: Any) -> str:
    """One answer: a choice's name, an amount with its currency, a date on the reader's clock, or the words."""
    kind = FIELD_KINDS[field]
    if kind.choices is not None:
        return str(dict(kind.choices.choices).get(value, value))
    if kind.form is FieldForm.YES_NO:
        return _("yes") if value else _("no")
    with suppress(InvalidOperation, ValueError, TypeError):
        if kind.form is FieldForm.AMOUNT:
            return clocks.format_money(Decimal(str(value)), order.currency)
        if kind.form is FieldForm.INSTANT:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return clocks.format_instant(at, now=at)
    return str(value)
