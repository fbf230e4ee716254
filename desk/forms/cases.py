"""Forms of an after-sale case beside its steps: opening one, its next date and person, and how it ends."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.forms.case_fields import StepForm
from desk.forms.instants import not_far
from desk.selectors.team import short_name
from disputes.case_terms import MoneyKind
from disputes.causes import CauseGroup
from disputes.models import AfterSaleCase
from disputes.playbooks import Playbook
from orders.models import User


def _people(team: Iterable[User]) -> list[tuple[str, Any]]:
    return [*((str(user.pk), short_name(user)) for user in team), ("", pgettext_lazy("who has it", "nobody"))]


class OpenCaseForm(StepForm):
    """What a kind of case asks when it is opened, why it came to it, and who has it (R12)."""

    cause = forms.ChoiceField(label=_("Where the trouble began"), choices=CauseGroup.choices)
    responsible = forms.ChoiceField(label=_("Who has it"), required=False)

    def __init__(self, *args: Any, playbook: Playbook, team: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, asked=playbook.asks, **kwargs)
        self.fields["cause"].initial = playbook.cause
        self.fields["responsible"].choices = _people(team)  # type: ignore[attr-defined]
        self.order_fields([*playbook.asks, "cause", "responsible"])

    def answers(self) -> dict[str, Any]:
        """What the playbook asked."""
        return {name: value for name, value in super().answers().items() if name not in {"cause", "responsible"}}

    def responsible_id(self) -> int | None:
        """Who has it."""
        return int(self.cleaned_data["responsible"]) if self.cleaned_data["responsible"] else None


class PlanForm(forms.Form):
    """Who has a case, where the trouble began, and when somebody looks again (R12)."""

    responsible = forms.ChoiceField(label=_("Who has it"), required=False)
    next_at = forms.DateTimeField(
        label=_("Next date"),
        required=False,
        help_text=_("On your clock."),
        validators=[not_far],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    cause = forms.ChoiceField(label=_("Where the trouble began"), choices=CauseGroup.choices)

    def __init__(self, *args: Any, case: AfterSaleCase, team: Iterable[User], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.now = case, now
        self.initial = {"responsible": str(case.responsible_id or ""), "next_at": case.next_at, "cause": case.cause}
        self.fields["responsible"].choices = _people(team)  # type: ignore[attr-defined]

    def clean_next_at(self) -> datetime | None:
        """Another date than before lies ahead; none is no change."""
        at: datetime | None = self.cleaned_data["next_at"]
        if at is None or at == self.case.next_at.replace(second=0, microsecond=0):
            return None
        if at <= self.now:
            raise ValidationError(_("This has passed."))
        return at

    def responsible_id(self) -> int | None:
        """Who has it."""
        return int(self.cleaned_data["responsible"]) if self.cleaned_data["responsible"] else None


class BookForm(forms.Form):
    """A line of the ledger: goodwill or another sum that the buyer gets beside a refund."""

    kind = forms.ChoiceField(label=_("For what"), choices=MoneyKind.choices)
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=13, decimal_places=2)
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$", label=_("Currency"), widget=forms.TextInput(attrs={"maxlength": 3, "autocomplete": "off"})
    )
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)
