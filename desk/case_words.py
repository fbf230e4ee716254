"""What the codes of after-sale cases are called on a page; kinds and steps bring their words with their playbook."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disputes.case_fields import CaseField
from disputes.playbooks import Step, load_playbooks, said

Words = str | Promise

FIELD_HELP: dict[CaseField, Words] = {
    CaseField.WORDS: _("As he wrote them, in his language."),
    CaseField.GRANTED: _("In the order's currency."),
    CaseField.ARRIVES_AT: _("On your clock. It is told to the buyer as a day on which money is normally there."),
    CaseField.PICK_UP_AT: _("On your clock."),
    CaseField.FEEDBACK: _("It goes into the monthly list for the goods; the buyer never sees it."),
    CaseField.REASON: _("Kept with the decision."),
}
MONEY_STATES: dict[str, Words] = {
    "unpaid": _("Not paid yet"),
    "settled": pgettext_lazy("lines of the ledger", "Paid or voided"),
}


def kind_name(kind: str) -> str:
    """What a kind is called; one whose playbook is gone as it is."""
    playbook = load_playbooks().get(kind)
    return said(playbook.title) if playbook else kind.replace("_", " ")


def step_of(kind: str, step: str) -> Step | None:
    """The step of a kind's playbook, if there is one."""
    playbook = load_playbooks().get(kind)
    return playbook.step(step) if playbook else None


def step_name(kind: str, step: str) -> str:
    """What a step is called; one that the playbook does not have any more as it is."""
    found = step_of(kind, step)
    return said(found.title) if found else step.replace("_", " ")
