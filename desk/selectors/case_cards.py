"""The after-sale case behind a card of Today: where it leads, and whether its step can be taken there and then."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from desk.case_words import kind_name, step_of
from disputes.case_lifecycle import AfterSaleState
from disputes.models import ActionItem, ActionKind, AfterSaleCase
from disputes.playbooks import Decision, Step, said


@dataclass(frozen=True)
class CaseOnCard:
    """A case, and the step that a card asks for."""

    case: AfterSaleCase
    item: ActionItem

    @property
    def address(self) -> str:
        """Its page."""
        return reverse("desk:case", args=[self.case.pk])

    @property
    def told(self) -> str:
        """Its kind and the step, in words."""
        return words_of_step(self.case.kind, self.case.step, self.case.state)

    @property
    def is_quick(self) -> bool:
        """Whether nothing has to be answered or decided to take its step: one press does."""
        step = self._step
        is_asked = self.item.kind == ActionKind.CASE_STEP and self.case.state != AfterSaleState.APPROVAL_ASKED
        is_plain = step is not None and not step.is_waiting and step.decides is Decision.NOTHING
        return bool(step and is_asked and is_plain and not step.wants and not any(step.asks.values()))

    @property
    def _step(self) -> Step | None:
        return step_of(self.case.kind, self.case.step)


def words_of_step(kind: str, step: str, state: str) -> str:
    """A kind of case and the step that is next, in words; a second approval is said as such."""
    name, found = kind_name(kind), step_of(kind, step)
    if state == AfterSaleState.APPROVAL_ASKED:
        return _("%(kind)s: a second person has to agree") % {"kind": name}
    return _("%(what)s: %(which)s") % {"what": name, "which": said(found.title)} if found else name


def cases_of(items: Iterable[ActionItem]) -> dict[tuple[int, str], AfterSaleCase]:
    """The after-sale cases that the items are about, or that speak against shipping, by order and subject."""
    orders = {item.order_id for item in items if case_subject(item) or item.kind == ActionKind.SHIP}
    rows = AfterSaleCase.objects.filter(order__in=orders) if orders else []
    return {(row.order_id, row.subject): row for row in rows}


def case_subject(item: ActionItem) -> str:
    """The subject of the case that an item belongs to, that of a missing exhibit included; empty for other work."""
    return ":".join(item.subject.split(":")[:2]) if item.subject.startswith("case:") else ""
