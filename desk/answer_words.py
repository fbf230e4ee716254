"""Words of an answer to a claim: what contesting gives, what happens after each answer, and what stands as answered."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.events import EventType

Words = str | Promise

CONTEST = "contest"  # a counter-offer under its plain name: a claim is contested with one (D2)
CONTEST_LABEL = _("Contest the claim")


class Gives(StrEnum):
    """What contesting gives the buyer; D2 wants one of them said."""

    NOTHING = "nothing"  # an offer of 0
    RESHIP = "reship"
    RETURN = "return"


GIVES: dict[str, Words] = {
    Gives.NOTHING: _("nothing: an offer of 0"),
    Gives.RESHIP: _("to send the goods again, and no money"),
    Gives.RETURN: _("to take the goods back first"),
}
# What an answer does here, and what comes after it; it is said to the platform on its own page.
NEXT: dict[str, Words] = {
    CONTEST: _(
        "Reject it on the platform's page, then say so here: the clock of the answer stops. The buyer is next: he may "
        "agree, change the claim or insist. Unsettled it goes to the platform, which then asks for evidence."
    ),
    EventType.COUNTER_OFFER: _(
        "Make the offer on the platform's page, then enter it here: the clock of the answer stops, and the buyer is "
        "next. Unsettled it goes to the platform, which then asks for evidence."
    ),
    EventType.DISPUTE_ACCEPTED: _("The buyer gets what he asks for, and the dispute is closed."),
}
ANSWERED: dict[str, Words] = {
    Gives.NOTHING: _("Answered: the claim is contested, with an offer of 0."),
    Gives.RESHIP: _("Answered: instead of the claim, the goods are sent again."),
    Gives.RETURN: _("Answered: instead of the claim, the goods are to come back."),
}
OFFERED = _("Answered: %(amount)s is offered instead of the claim.")
HANDED_IN = _("The evidence is with the platform.")
