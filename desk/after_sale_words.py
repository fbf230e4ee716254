"""What the timeline and the dates call what happens to after-sale cases and in the ledger of money."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.case_terms import Result
from disputes.services.after_sale_dates import AfterSaleMilestone

Words = str | Promise

EVENTS: dict[str, Words] = {
    "case_step": _("Step of an after-sale case"),
    "case_approval_asked": _("A second approval was asked for"),
    "case_sent_back": _("The second approval was not given"),
    "case_approved": _("After-sale case approved"),
    "case_refused": _("After-sale case refused"),
    "case_reconsidered": _("Decision of an after-sale case taken back"),
    "case_settled": _("The buyer has what was granted"),
    "case_closed": _("After-sale case closed"),
    "case_reopened": _("After-sale case opened again"),
    "case_dated": _("Next date of an after-sale case set"),
    "case_handed": _("After-sale case handed over"),
    "case_cause": _("Cause of an after-sale case changed"),
    "case_kind": _("After-sale case goes on by another playbook"),
    "case_disputed": _("A dispute took over the after-sale case"),
    "case_parcel": _("News of a parcel of an after-sale case"),
    "return_taken_back": _("The carrier takes back that the return has arrived: the dispute's answer waits again"),
    "money_booked": _("Goodwill or compensation booked"),
    "money_paid": _("Goodwill or compensation paid"),
    "money_voided": _("Goodwill or compensation voided"),
    "money_unpaid": _("Goodwill or compensation not paid after all"),
    "money_unvoided": _("Voiding of goodwill or compensation taken back"),
}

MILESTONES: dict[str, Words] = {AfterSaleMilestone.STEP_DUE: _("The next step of an after-sale case is due")}

# Why a date or an action of a case ended.
REASONS: dict[str, Words] = {
    "case_date": _("the case has another date"),
    "case_sent_back": _("the second approval was not given"),
    "reconsidered": _("the decision was taken back"),
    "dispute_opened": _("a dispute took over"),
    **{f"case_{result}": result.label for result in Result},
}
