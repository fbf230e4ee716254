"""The form of a case's step, made from the fields that its playbook asks for: each typed in by its own kind."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.case_words import FIELD_HELP
from disputes.case_fields import FIELD_KINDS, MOST_PIECES, CaseField, FieldForm, UnusableAnswer
from disputes.case_terms import BuyerReason, Inspection
from orders.models import Order

LONG_LISTS = 5  # choices; more of them unfold
ARROWS = {"inputmode": "decimal", "step": "0.01", "min": "0.01"}


class StepForm(forms.Form):
    """The answers that a step asks for, with what is known of them already; the service reads them once more."""

    def __init__(self, *args: Any, asked: Mapping[CaseField, bool], order: Order, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        for field, is_required in asked.items():
            made = MAKERS[FIELD_KINDS[field].form](field, order)
            made.label, made.required = field.label, is_required
            made.help_text = str(FIELD_HELP.get(field, ""))
            self.fields[field.value] = made

    def offer(self, field: CaseField, values: Collection[str]) -> None:
        """Leave only these of a field's choices; of one alone there is nothing to choose."""
        chosen, terms = self.fields[field.value], FIELD_KINDS[field].choices
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101  made from a choice
        assert terms is not None  # noqa: S101  which has choices
        chosen.choices = [(value, label) for value, label in terms.choices if value in values]
        if len(values) == 1:
            chosen.initial = next(iter(values))

    def answers(self) -> dict[str, Any]:
        """What was answered, by the field; empty answers are left out."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def refuse(self, error: UnusableAnswer) -> None:
        """Say beside its field what the service does not take."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


def _choice(field: CaseField, _order: Order) -> forms.Field:
    terms = FIELD_KINDS[field].choices
    assert terms is not None  # noqa: S101  a choice has choices
    choices = [(value, label) for value, label in terms.choices if value]
    widget = forms.RadioSelect if len(choices) <= LONG_LISTS or terms in {BuyerReason, Inspection} else forms.Select
    return forms.ChoiceField(choices=choices, widget=widget)


def _yes_no(_field: CaseField, _order: Order) -> forms.Field:
    return forms.ChoiceField(choices=[("yes", _("yes")), ("no", _("no"))], widget=forms.RadioSelect)


def _amount(_field: CaseField, _order: Order) -> forms.Field:
    return forms.DecimalField(max_digits=13, decimal_places=2, widget=forms.NumberInput(attrs=ARROWS))


def _count(_field: CaseField, _order: Order) -> forms.Field:
    return forms.IntegerField(min_value=1, max_value=MOST_PIECES)


def _instant(_field: CaseField, _order: Order) -> forms.Field:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget)


def _code(_field: CaseField, _order: Order) -> forms.Field:
    return forms.CharField(max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def _item(_field: CaseField, order: Order) -> forms.Field:
    items = [(item.sku or str(item.position), item.title or item.sku) for item in order.items.all()]
    return forms.ChoiceField(choices=[("", _("the whole order")), *items])


def _line(_field: CaseField, _order: Order) -> forms.Field:
    return forms.CharField(max_length=200)


def _words(_field: CaseField, _order: Order) -> forms.Field:
    return forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


MAKERS: dict[FieldForm, Callable[[CaseField, Order], forms.Field]] = {
    FieldForm.CHOICE: _choice,
    FieldForm.YES_NO: _yes_no,
    FieldForm.AMOUNT: _amount,
    FieldForm.COUNT: _count,
    FieldForm.INSTANT: _instant,
    FieldForm.CODE: _code,
    FieldForm.ITEM: _item,
    FieldForm.LINE: _line,
    FieldForm.WORDS: _words,
}
