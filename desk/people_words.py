"""What chases, moods, calls, escalations and incidents are called on a page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.models.calls import CallResult
from disputes.services.calling import CallMilestone, CallProblem
from disputes.services.chasing import ChaseEnd, ChaseMilestone
from disputes.services.moods import MoodMilestone
from orders.moods import Mood
from orders.services.buyers import Mark

Words = str | Promise

EVENTS: dict[str, Words] = {
    "agent_set": _("The buyer's agent changed"),
    "chase_opened": _("The buyer asks where his parcel is"),
    "chase_closed": _("The buyer's asking is settled"),
    "chase_checked": _("Looked where the parcel is"),
    "chase_given": _("Somebody else looks after the buyer's asking"),
    "carrier_asked": _("The carrier was asked"),
    "carrier_answered": _("The carrier answered"),
    "mood": _("How the buyer feels"),
    "phone_call": _("Call with the buyer"),
    "incident": _("Part of an incident"),
}
MILESTONES: dict[str, Words] = {
    ChaseMilestone.CHECK: _("Ask again where the parcel is: the buyer waits"),
    MoodMilestone.REPORT: _("Tell the upset buyer how it goes"),
    CallMilestone.CALL_BACK: _("Call the buyer again"),
}
REASONS: dict[str, Words] = {
    "calm": _("the buyer is calm"),
    "rule_off": _("the store's rules ask for no reports"),
    "called": _("the buyer was called"),
    "chase_checked": _("somebody looked"),
    ChaseEnd.CONTENT: _("the buyer knows where it is"),
    ChaseEnd.MISTAKE: _("it was registered by mistake"),
}
# What the team did with what it has to do.
ACTION_EVENTS: dict[str, Words] = {
    "escalated": _("Given to the specialists"),
    "given_back": _("Given back by the specialists"),
}
MARKS: dict[str, Words] = {
    Mark.EMAIL: _("the same e-mail address"),
    Mark.PHONE: _("the same phone"),
    Mark.TAX_ID: _("the same tax number"),
    Mark.NAME: _("the same platform name"),
}
MOODS: dict[str, Words] = {
    Mood.CALM: _("calm"),
    Mood.UPSET: _("upset"),
    Mood.FURIOUS: _("furious"),
}
CALL_RESULTS: dict[str, Words] = dict(CallResult.choices)
CALL_PROBLEMS: dict[str, Words] = {
    CallProblem.FUTURE: _("This lies ahead: enter when the call was made."),
    CallProblem.BEFORE_ORDER: _("This was before the order: check the date."),
    CallProblem.CALL_BACK_PAST: _("This has passed: choose a later time, or leave it empty."),
}
NOT_AWAITED: dict[str, Words] = {
    "delivered": _("The parcel was delivered: record that the buyer did not get it, if that is what he says."),
    "completed": _("The order is completed: record that the buyer did not get it, if that is what he says."),
    "refunded": _("The buyer was refunded: nobody waits for this parcel."),
    "cancelled": _("The order was cancelled: there is no parcel to ask for."),
}
