"""What the program's codes are called on a page: events, dates, messages, reasons."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from desk import after_sale_words, people_words, review_event_words
from desk.message_words import PURPOSES as PURPOSES  # said here of old, and still asked for here
from desk.message_words import VARIABLES as VARIABLES
from disputes.deadlines import DisputeMilestone
from disputes.lifecycle import DisputeState
from disputes.reasons import Reason
from disputes.services.tracking_cases import CaseMilestone
from messaging.models.promises import PromiseMilestone
from messaging.vocabulary import Language
from messaging.wording import WordingKind
from orders.arrivals import ParcelOutcome
from orders.events import EventType
from orders.lifecycle import OrderState
from orders.planning import MilestoneKind
from orders.policies import Policy
from orders.services.erasure import Obstacle
from orders.tracking_statuses import TrackingStatus

Words = str | Promise

# As the stores' files spell them; others are shown as they are.
PAYMENT_METHODS: dict[str, Words] = {
    "boleto": "Boleto",
    "pix": "Pix",
    "credit_card": _("credit card"),
    "debit_card": _("debit card"),
    "voucher": _("voucher"),
}
SHIPPING_SERVICES: dict[str, Words] = {"postal": _("post"), "commercial_express": _("commercial express")}

EVENTS: dict[str, Words] = {
    "placed": _("Order placed"),
    "corrected": _("Order data corrected"),
    "contact_added": _("Contact data of the buyer added"),
    "stale": _("Dates that had passed before the order came in"),
    "rules_changed": _("The store's rules changed, and dates with them"),
    "response_missed": _("The answer to the dispute was missed"),
    "note": _("Note of the team"),
    "note_taken_back": _("Note taken back"),
    "lesson": _("Lesson written"),
    "tracking_step": _("Step of the follow-through"),
    "tracking_case_closed": _("Follow-through closed"),
    "message_put_away": _("The buyer's message needs no answer"),
    "message_brought_back": _("The buyer's message needs an answer after all"),
    "snapshot": _("View of the day kept"),
    "erased": _("The buyer's personal data were erased"),
    "legal_hold": _("Legal hold set or lifted"),
    EventType.PAYMENT_CHECKING: _("The platform checks the payment"),
    EventType.PAYMENT_CONFIRMED: _("The funds arrived"),
    EventType.CANCELLATION_REQUESTED: _("The buyer asks to cancel the order"),
    EventType.CANCELLATION_REFUSED: _("The order goes on: it is not cancelled"),
    EventType.CANCELLED: _("Order cancelled"),
    EventType.COMPLETED: _("Order completed"),
    EventType.TAX_ID_PROVIDED: _("Tax number provided"),
    EventType.RECEIPT_EXTENDED: _("Receipt time extended"),
    EventType.FUNDS_RELEASED: _("Funds released"),
    EventType.BUYER_CHOICE: _("The buyer chose"),
    EventType.SHIPPED: _("Parcel shipped"),
    EventType.DISRUPTION: _("Disruption on the way"),
    EventType.TRACKING: _("Tracking news"),
    EventType.TRACKING_LOOKUP: _("Tracking number looked up"),
    EventType.DELIVERED: _("Parcel delivered"),
    EventType.RECEIPT_DENIED: _("The buyer says that it did not arrive"),
    EventType.RECEIPT_CONFIRMED: _("The buyer has the parcel"),
    EventType.BUYER_MESSAGE: _("The buyer wrote"),
    EventType.DISPUTE_OPENED: _("Dispute opened"),
    EventType.DISPUTE_CHANGED: _("Dispute changed by the buyer"),
    EventType.COUNTER_OFFER: _("Counter-offer made"),
    EventType.DISPUTE_ACCEPTED: _("Dispute accepted"),
    EventType.DISPUTE_WITHDRAWN: _("Dispute withdrawn by the buyer"),
    EventType.PLATFORM_NOTICE: _("The platform asks for evidence"),
    EventType.RETURN_ARRIVED: _("What the buyer sent back has arrived"),
    EventType.EVIDENCE_ADDED: _("Evidence added"),
    EventType.EVIDENCE_SUBMITTED: _("Evidence submitted"),
    EventType.VERDICT: _("The platform's verdict"),
    EventType.REFUND_ISSUED: _("Refund issued"),
    EventType.REPAID: _("The buyer paid again"),
    EventType.REVIEW_RECEIVED: _("Review received"),
    **people_words.EVENTS,
    **review_event_words.EVENTS,
    **after_sale_words.EVENTS,
}

# What the seller asks for, on a button.
COMMANDS: dict[EventType, Words] = {
    EventType.PAYMENT_CONFIRMED: _("Confirm the payment"),
    EventType.SHIPPED: _("Ship"),
    EventType.DELIVERED: _("Mark as delivered"),
    EventType.COMPLETED: _("Complete the order"),
    EventType.CANCELLED: _("Cancel the order"),
    EventType.RETURN_ARRIVED: _("What the buyer sent back has arrived"),
    EventType.CANCELLATION_REQUESTED: _("Record that the buyer wants to cancel"),
    EventType.CANCELLATION_REFUSED: _("Do not cancel: the order goes on"),
    EventType.REFUND_ISSUED: _("Refund the buyer"),
    EventType.TAX_ID_PROVIDED: _("Enter the tax number"),
    EventType.RECEIPT_EXTENDED: _("Extend the receipt time"),
    EventType.BUYER_CHOICE: _("Record what the buyer chose"),
    EventType.FUNDS_RELEASED: _("Funds were released"),
    EventType.REPAID: _("The buyer paid again"),
    EventType.PAYMENT_CHECKING: _("The platform checks the payment"),
    EventType.TRACKING: _("Add tracking news"),
    EventType.BUYER_MESSAGE: _("Record what the buyer wrote"),
    EventType.RECEIPT_DENIED: _("Record that the buyer did not get it"),
    EventType.RECEIPT_CONFIRMED: _("Record that the buyer has it"),
}

MILESTONES: dict[str, Words] = {
    MilestoneKind.PAYMENT_REMINDER: _("Remind the buyer to pay"),
    MilestoneKind.PAYMENT_EXPIRY: _("The payment expires"),
    MilestoneKind.CANCELLATION_REMINDER: _("Remind the team to answer the request to cancel"),
    MilestoneKind.CANCELLATION_DUE: _("The answer to the request to cancel is due"),
    MilestoneKind.SHIP_WARNING: _("Warn the team: time to ship"),
    MilestoneKind.SHIP_OVERDUE: _("The handling time ends"),
    MilestoneKind.FIRST_SCAN: _("First scan by the carrier is due"),
    MilestoneKind.PROMISE_END: _("The promised delivery ends"),
    MilestoneKind.CONTACT_30: _("First contact with the buyer"),
    MilestoneKind.CONTACT_45: _("Second contact with the buyer"),
    MilestoneKind.CONTACT_60: _("Third contact with the buyer"),
    MilestoneKind.TRACKING_STALLED: _("Check: no tracking news"),
    MilestoneKind.NOT_IN_DESTINATION: _("Check: not in the buyer's country yet"),
    MilestoneKind.PROTECTION_CHECK: _("Check the buyer's protection"),
    MilestoneKind.REVIEW_REQUEST: _("Ask the buyer for a review"),
    MilestoneKind.COMPLETION: _("The order completes"),
    MilestoneKind.REVIEW_REPLY_DUE: _("The reply to the review is due"),
    CaseMilestone.FOLLOW_UP: _("Look again where the parcel is"),
    PromiseMilestone.REMINDER: _("Remind the team of the answer that it promised"),
    PromiseMilestone.DUE: _("The promised answer is due"),
    DisputeMilestone.RESPONSE_DUE: _("The answer to the dispute is due"),
    DisputeMilestone.ESCALATION: _("The dispute may go to the platform"),
    DisputeMilestone.EVIDENCE_DUE: _("The evidence is due"),
    DisputeMilestone.RESPONSE_REMINDER: _("Remind the team to answer the dispute"),
    DisputeMilestone.EVIDENCE_REMINDER: _("Remind the team of the evidence"),
    DisputeMilestone.APPEAL_DUE: _("The time for an appeal ends"),
    **people_words.MILESTONES,
    **review_event_words.MILESTONES,
    **after_sale_words.MILESTONES,
}
# The kinds that write to the buyer when they fire.
WRITING_KINDS = [
    MilestoneKind.PAYMENT_REMINDER,
    MilestoneKind.PAYMENT_EXPIRY,
    MilestoneKind.SHIP_OVERDUE,
    MilestoneKind.CONTACT_30,
    MilestoneKind.CONTACT_45,
    MilestoneKind.CONTACT_60,
    MilestoneKind.REVIEW_REQUEST,
]

LANGUAGES: dict[str, Words] = {
    Language.PT_BR: _("Portuguese (Brazil)"),
    Language.ES: _("Spanish"),
    Language.EN: _("English"),
    Language.ZH_HANS: _("Chinese (simplified)"),
}

TRACKING: dict[str, Words] = {
    TrackingStatus.NO_SCAN: _("No scan yet"),
    TrackingStatus.IN_TRANSIT: _("In transit"),
    TrackingStatus.EXPORT_CUSTOMS: _("At export customs"),
    TrackingStatus.ARRIVED: _("In the buyer's country"),
    TrackingStatus.CUSTOMS: _("At customs"),
    TrackingStatus.DUTY_DUE: _("Duty to be paid"),
    TrackingStatus.RELEASED: _("Released by customs"),
    TrackingStatus.OUT_FOR_DELIVERY: _("Out for delivery"),
    TrackingStatus.PICKUP_WAITING: _("Waiting at the pick-up point"),
    TrackingStatus.FAILED_ATTEMPT: _("Delivery failed"),
    TrackingStatus.RETURNING: _("On the way back"),
    TrackingStatus.RETURNED: _("Returned"),
    TrackingStatus.DELIVERED: _("Delivered"),
    TrackingStatus.LOST: _("Lost"),
    TrackingStatus.EXPIRED: _("Tracking ended"),
}

PARCEL_OUTCOMES: dict[str, Words] = {
    ParcelOutcome.ON_TIME: _("in time"),
    ParcelOutcome.LATE: _("late"),
    ParcelOutcome.LOST: _("lost or refunded"),
    ParcelOutcome.OVERDUE: _("open past the promise"),
    ParcelOutcome.OPEN: _("on the way"),
    ParcelOutcome.UNKNOWN: _("not known"),
    "complaint": _("complained of"),
}

CHOICES: dict[str, Words] = {
    "wait": _("wait"),
    "refund": _("refund"),
    "partial_refund": _("partial refund"),
}

DISPUTE_REASONS: dict[str, Words] = {
    Reason.IN_TRANSIT: _("Not received: on the way"),
    Reason.TRACKING_NOT_FOUND: _("Not received: the number is not found"),
    Reason.CUSTOMS_HOLD: _("Not received: held by customs"),
    Reason.RETURNED_TO_SENDER: _("Not received: sent back"),
    Reason.WRONG_ADDRESS: _("Not received: wrong address"),
    Reason.LOST: _("Not received: lost"),
    Reason.SIGNED_NOT_RECEIVED: _("Signed for but not received"),
    Reason.VIRTUAL_GOODS: _("Virtual goods"),
    Reason.SHORT_SHIPMENT: _("Fewer pieces than ordered"),
    Reason.DAMAGED: _("Damaged"),
    Reason.WRONG_ITEM: _("Wrong item"),
    Reason.MISSING_PARTS: _("Parts are missing"),
    Reason.DIFFERENT: _("Not as described"),
    Reason.QUALITY: _("Poor quality"),
    Reason.COUNTERFEIT: _("Counterfeit"),
}

# Why a buyer cannot be erased yet.
OBSTACLES: dict[str, Words] = {
    Obstacle.LEGAL_HOLD: _("A legal hold is set: lift it first."),
    Obstacle.DISPUTE_OPEN: _("A dispute is open: what proves your side is still needed."),
    Obstacle.ORDER_OPEN: _("An order is still under way: his data are needed to deliver it."),
    Obstacle.CASE_OPEN: _("An after-sale case is open: finish it first."),
}

WORDING: dict[str, Words] = {
    WordingKind.EXACT_ARRIVAL: _("an exact day of arrival, which nobody can promise"),
    WordingKind.BARE_WAIT: _("asks to wait without a cause or a date"),
    WordingKind.PAID_REVIEW: _("offers something for a review"),
    WordingKind.TOO_MANY_EMOJI: _("too many emoji"),
    WordingKind.SHOUTING: _("shouts"),
}

MESSAGE_EVENTS: dict[str, Words] = {
    "queued": _("Message prepared: %(purpose)s"),
    "stopped": _("Message stopped: %(purpose)s"),
    "not_sent": _("Message not sent: %(purpose)s"),
    "sent": _("Message sent: %(purpose)s"),
    "sent_by_hand": _("Message sent by hand: %(purpose)s"),
    "sent_by_hand_undone": _("Not sent by hand after all: %(purpose)s"),
    "retried": _("Message tried again: %(purpose)s"),
    "bounced": _("Message came back: %(purpose)s"),
    "delayed": _("Message is held up on its way: %(purpose)s"),
}

# What the team did with what it has to do.
ACTION_EVENTS: dict[str, Words] = {
    "done": _("Done: %(what)s"),
    "reopened": _("Not done after all: %(what)s"),
    "assigned": _("%(what)s: given to %(who)s"),
    "let_go": _("%(what)s: given to nobody"),
    "snoozed": _("Put aside: %(what)s"),
    "woken": _("Taken up again: %(what)s"),
    **people_words.ACTION_EVENTS,
}

DOORS: dict[str, Words] = {
    "aliexpress": "AliExpress",
    "timer": _("Prazo, on its date"),
    "sending": _("Prazo, sending mail"),
    "mailbox": _("Prazo, reading the mailbox"),
    "import": _("order file"),
    "file": _("order file"),
    "api": _("another program, over the API"),
    "17track": "17TRACK",
    "kuaidi100": "Kuaidi100",
    "disruption": _("Prazo, for a disruption"),
}

STATES: dict[str, str | Promise] = dict(OrderState.choices)
CONTACT_RULES: dict[str, str] = {
    OrderState.CONTACT_30: "C1",
    OrderState.CONTACT_45: "C2",
    OrderState.CONTACT_60: "C3",
}


def state_label(state: str, policy: Policy) -> str:
    """A state's name; a contact stage is named after the pack's own day, not after the main pack's."""
    rule = CONTACT_RULES.get(state)
    if rule is None:
        return str(STATES.get(state, state))
    return _now("%(what)s (%(stage)s)") % {"what": STATES[state], "stage": stage_label(rule, policy)}


def dispute_label(state: str) -> str:
    """A dispute's state."""
    return str(DisputeState(state).label) if state in DisputeState.values else state


def stage_label(rule: str, policy: Policy) -> str:
    """A contact stage's own label: the day in the reader's language, where the pack calls it by its day."""
    label = str(policy.value(rule, "label") or "")
    after = policy.value(rule, "after")
    if after and label == f"day {after.days}":
        return _now("day %(days)d") % {"days": after.days}
    return label or rule


def milestone_label(kind: str, policy: Policy) -> str:
    """What happens on a date."""
    rule = CONTACT_RULES.get(kind)
    label = str(MILESTONES.get(kind, kind.replace("_", " ")))
    if rule is None:
        return label
    return _now("%(what)s (%(stage)s)") % {"what": label, "stage": stage_label(rule, policy)}
