"""What the codes of the tracking desk are called on a page: queues, steps, results, and what carriers' words tell."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disputes.tracking_lifecycle import CaseStep
from orders.tracking_readings import TrackingCause
from orders.tracking_statuses import TrackingDetail
from orders.triage import TrackingQueue

Words = str | Promise

QUEUES: dict[str, Words] = {
    TrackingQueue.UNTRACEABLE: _("Untraceable"),
    TrackingQueue.LOST: pgettext_lazy("parcel", "Lost"),
    TrackingQueue.NOT_RECEIVED: _("Delivered, not received"),
    TrackingQueue.RETURNING: _("Going back"),
    TrackingQueue.DUTY_DUE: _("Duty to pay"),
    TrackingQueue.PICKUP_WAITING: _("Waiting for pick-up"),
    TrackingQueue.FAILED_ATTEMPT: _("Delivery failed"),
    TrackingQueue.CUSTOMS: _("Held by customs"),
    TrackingQueue.PAST_TOLERANCE: _("Past tolerance"),
    TrackingQueue.STALLED: _("No news"),
    TrackingQueue.NOT_IN_DESTINATION: _("Not there yet"),
    TrackingQueue.NO_FIRST_SCAN: _("No first scan"),
}
# What a seller does about a queue, where the latest news itself names nothing better.
ADVICE: dict[str, Words] = {
    TrackingQueue.UNTRACEABLE: _("Two sources do not know the number: refund now, before the buyer complains."),
    TrackingQueue.LOST: _("Claim the parcel from the carrier, and refund the buyer or send it again."),
    TrackingQueue.NOT_RECEIVED: _("Find out who signed, and stay with it until the buyer has the parcel."),
    TrackingQueue.RETURNING: _("Ask the carrier why, tell the buyer, and offer a refund or a new parcel."),
    TrackingQueue.DUTY_DUE: _("The buyer has been told: see that the duty is paid before the deadline."),
    TrackingQueue.PICKUP_WAITING: _("The buyer has been told: see that the parcel is collected before the deadline."),
    TrackingQueue.FAILED_ATTEMPT: _("Reach the buyer, by the cause, and have the carrier try again."),
    TrackingQueue.CUSTOMS: _("Find out what customs want, and provide it or have the buyer provide it."),
    TrackingQueue.PAST_TOLERANCE: _("Most complaints come now: offer the refund, or extend the receipt time."),
    TrackingQueue.STALLED: _("Ask a second source and the carrier where the parcel is, and tell the buyer."),
    TrackingQueue.NOT_IN_DESTINATION: _("Ask the carrier for the flight or the route, and tell the buyer."),
    TrackingQueue.NO_FIRST_SCAN: _(
        "Ask the carrier whether the parcel was handed in; a wrong number is corrected at once."
    ),
}


@dataclass(frozen=True, slots=True)
class StepWords:
    """One of the four steps: its name, what is done in it, and what the button says when it is done."""

    name: Words
    what: Words
    done: Words


STEPS: dict[str, StepWords] = {
    CaseStep.QUERY: StepWords(_("Query"), _("Ask the sources where the parcel is."), _("I asked the sources")),
    CaseStep.ANALYSE: StepWords(_("Analyse"), _("Find the cause of what they say."), _("I know the cause")),
    CaseStep.REASSURE: StepWords(
        _("Reassure"), _("Tell the buyer the cause and what is done about it."), _("I told the buyer")
    ),
    CaseStep.FOLLOW_UP: StepWords(
        _("Follow up"), _("Look again on the next date, until the buyer has the parcel."), _("I looked again")
    ),
}
# What closed a case, if the parcel did not go on to another queue.
RESULTS: dict[str, Words] = {
    "refunded": _("the buyer was refunded"),
    "cancelled": _("the order was cancelled"),
    "delivered": _("the parcel was delivered"),
    "received": _("the buyer has the parcel, or claims otherwise no more"),
    "completed": _("the order was completed"),
    "moved_on": _("the parcel has moved on"),
}

DETAILS: dict[str, Words] = {
    TrackingDetail.NOT_FOUND: _("number not found"),
    TrackingDetail.CANCELLED: _("shipment called off"),
    TrackingDetail.DECLARED_AHEAD: _("declared to customs ahead of the parcel"),
    TrackingDetail.CUSTOMS_UNSAID: _("some customs"),
    TrackingDetail.MISROUTED: _("sent the wrong way"),
    TrackingDetail.DELAYED: _("delayed"),
    TrackingDetail.STOP_REQUESTED: _("stopped at the sender's request"),
    TrackingDetail.PROHIBITED: _("goods that the carrier does not take"),
    TrackingDetail.INSPECTION: _("inspected"),
    TrackingDetail.ANVISA: _("with the health authority"),
    TrackingDetail.DATA_MISSING: _("data are missing"),
    TrackingDetail.HELD: _("held"),
    TrackingDetail.TAX_REVIEW: _("tax being reviewed"),
    TrackingDetail.SEIZED: _("seized"),
    TrackingDetail.ENTRY_REFUSED: _("entry refused"),
    TrackingDetail.EXIT_REFUSED: _("exit refused"),
    TrackingDetail.DUTY_AWAITING: _("duty to be paid"),
    TrackingDetail.DESPACHO_FEE: _("the post's fee to be paid"),
    TrackingDetail.DUTY_PENDING: _("payment of the duty not confirmed yet"),
    TrackingDetail.DUTY_FAILED: _("payment of the duty failed"),
    TrackingDetail.DUTY_EXPIRED: _("time to pay the duty is over"),
    TrackingDetail.DUTY_PAID: _("duty paid"),
    TrackingDetail.NOT_TAXED: _("no duty"),
    TrackingDetail.UNPACKING_REFUSED: _("unpacking before signing was refused"),
    TrackingDetail.REFUSED: _("refused by the buyer"),
    TrackingDetail.ABSENT: _("nobody there"),
    TrackingDetail.UNREACHABLE: _("buyer not reached: wrong or blocked number"),
    TrackingDetail.WRONG_ADDRESS: _("wrong address"),
    TrackingDetail.ADDRESSEE_UNKNOWN: _("unknown there, or moved"),
    TrackingDetail.CLOSED: _("closed: holiday, school or office"),
    TrackingDetail.OUT_OF_AREA: _("outside the delivery area"),
    TrackingDetail.DOCUMENT_MISSING: _("a document is missing"),
    TrackingDetail.CARRIER_PROBLEM: _("a problem of the carrier's"),
    TrackingDetail.NOT_COLLECTED: _("not collected in time"),
    TrackingDetail.AT_REQUEST: _("at the buyer's request"),
    TrackingDetail.SENDER_REQUEST: _("at the sender's request"),
    TrackingDetail.BY_CUSTOMS: _("by order of customs"),
    TrackingDetail.IN_PERSON: _("to the buyer in person"),
    TrackingDetail.NEIGHBOUR: _("to a neighbour"),
    TrackingDetail.PROPERTY_DESK: _("to the property desk"),
    TrackingDetail.LOCKER: _("in a parcel locker"),
    TrackingDetail.PICKUP_POINT: _("at a pick-up point"),
    TrackingDetail.PO_BOX: _("in a post-office box"),
    TrackingDetail.LEFT_AT_DOOR: _("left at the door"),
    TrackingDetail.SIGNED_BY_OTHER: _("signed by somebody else"),
    TrackingDetail.COURIER: _("signed by the courier"),
    TrackingDetail.STOLEN: _("stolen"),
    TrackingDetail.DAMAGED: _("damaged"),
    TrackingDetail.DESTROYED: _("destroyed"),
    TrackingDetail.NOT_LOCATED: _("not located"),
}
# What the team does by what the carrier says of a failed delivery (T4), or by who has the parcel (T5).
BY_CAUSE: dict[str, Words] = {
    TrackingDetail.OUT_OF_AREA: _("The carrier does not go there: tell the buyer where to collect it."),
    TrackingDetail.UNREACHABLE: _("Have the buyer look for blocked calls, or give the carrier the right number."),
    TrackingDetail.ABSENT: _("Agree on a time with the buyer, and pass it on to the carrier."),
    TrackingDetail.CLOSED: _("The place is closed: tell the buyer, and ask the carrier to come again when it opens."),
    TrackingDetail.UNPACKING_REFUSED: _("Ask the carrier to let the buyer unpack, or have the buyer sign and film it."),
    TrackingDetail.REFUSED: _("Ask the buyer why he refused it, before it goes back."),
    TrackingDetail.WRONG_ADDRESS: _("Get the right address from the buyer, and give it to the carrier at once."),
    TrackingDetail.ADDRESSEE_UNKNOWN: _("Ask the buyer whether he moved, and give the carrier the right address."),
    TrackingDetail.DOCUMENT_MISSING: _("Find out which document is missing, and who has it."),
    TrackingDetail.CARRIER_PROBLEM: _("Ask the carrier when he tries again, and tell the buyer."),
    TrackingDetail.NEIGHBOUR: _("Send the buyer to his neighbours; the carrier knows which one."),
    TrackingDetail.PROPERTY_DESK: _("Send the buyer to the property desk or the reception."),
    TrackingDetail.LOCKER: _("The locker's code came by text message: have the buyer look among blocked ones."),
    TrackingDetail.PICKUP_POINT: _("Send the buyer to the pick-up point; its code may be among blocked messages."),
    TrackingDetail.PO_BOX: _("Send the buyer to his post-office box."),
    TrackingDetail.LEFT_AT_DOOR: _(
        "Have the buyer look at the door and ask in the house; ask the carrier for a photo."
    ),
    TrackingDetail.COURIER: _("A courier's own scribble, such as late in the evening: call the courier."),
    TrackingDetail.SIGNED_BY_OTHER: _("Ask the carrier for the name and the signature."),
    TrackingDetail.IN_PERSON: _("Ask the carrier for the signature, and compare it with the buyer's name."),
}
# Who may have signed, for a person to choose.
SIGNERS = [
    TrackingDetail.NEIGHBOUR,
    TrackingDetail.PROPERTY_DESK,
    TrackingDetail.LOCKER,
    TrackingDetail.PICKUP_POINT,
    TrackingDetail.LEFT_AT_DOOR,
    TrackingDetail.COURIER,
    TrackingDetail.SIGNED_BY_OTHER,
    TrackingDetail.IN_PERSON,
]
CAUSES: dict[str, Words] = {
    TrackingCause.NORMAL_COURSE: _("the normal course"),
    TrackingCause.NOT_HANDED_OVER: _("not handed to the carrier yet"),
    TrackingCause.NUMBER_WRONG: _("a wrong number"),
    TrackingCause.CARRIER_DELAY: _("a delay of the carrier's"),
    TrackingCause.CARRIER_FAULT: _("a fault of the carrier's"),
    TrackingCause.CUSTOMS_CHECK: _("a check by customs"),
    TrackingCause.PAPERS_MISSING: _("papers are missing"),
    TrackingCause.DUTY_UNPAID: _("the duty is not paid"),
    TrackingCause.AUTHORITY_DECISION: _("a decision of an authority"),
    TrackingCause.ADDRESS: _("the address"),
    TrackingCause.BUYER_ABSENT: _("the buyer was not there"),
    TrackingCause.BUYER_REFUSAL: _("the buyer refused the parcel"),
    TrackingCause.BUYER_NOT_COLLECTING: _("the buyer did not collect it"),
    TrackingCause.BUYER_DECISION: _("the buyer decided so"),
    TrackingCause.SENDER_DECISION: _("we decided so"),
    TrackingCause.SIGNATURE_DOUBT: _("a signature in doubt"),
    TrackingCause.LOSS: _("a loss"),
    TrackingCause.DAMAGE: _("damage"),
    TrackingCause.TRACKING_ENDED: _("the carrier stopped tracking"),
}
# How one looks a number up, beside what carriers' services answer by themselves.
SOURCES = ["17TRACK", "Kuaidi100", "Correios", "Cainiao", "China Post"]


def result_words(result: str) -> str:
    """What closed a case: a fact, or the queue to which the parcel went on."""
    queue = result.removeprefix("queue_")
    if queue in QUEUES and result != queue:
        return _now("the parcel went on to: %(queue)s") % {"queue": QUEUES[queue]}
    return str(RESULTS.get(result, result))
