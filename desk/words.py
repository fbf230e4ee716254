"""What the program's codes are called on a page: events, dates, messages, reasons."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from desk.tracking_words import result_words
from disputes.deadlines import DisputeMilestone
from disputes.lifecycle import DisputeState
from disputes.reasons import Reason
from disputes.services.tracking_cases import CaseMilestone
from messaging.vocabulary import Language, Purpose, Variable
from messaging.wording import WordingKind
from orders.arrivals import ParcelOutcome
from orders.events import EventType
from orders.lifecycle import OrderState
from orders.planning import MilestoneKind
from orders.policies import Policy
from orders.services.erasure import Obstacle
from orders.tracking_statuses import TrackingStatus

Words = str | Promise

EVENTS: dict[str, Words] = {
    "placed": _("Order placed"),
    "corrected": _("Order data corrected"),
    "stale": _("Dates that had passed before the order came in"),
    "response_missed": _("The answer to the dispute was missed"),
    "note": _("Note of the team"),
    "tracking_step": _("Step of the follow-through"),
    "tracking_case_closed": _("Follow-through closed"),
    "snapshot": _("View of the day kept"),
    "erased": _("The buyer's personal data were erased"),
    "legal_hold": _("Legal hold set or lifted"),
    EventType.PAYMENT_CHECKING: _("The platform checks the payment"),
    EventType.PAYMENT_CONFIRMED: _("The funds arrived"),
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
    EventType.EVIDENCE_ADDED: _("Evidence added"),
    EventType.EVIDENCE_SUBMITTED: _("Evidence submitted"),
    EventType.VERDICT: _("The platform's verdict"),
    EventType.REFUND_ISSUED: _("Refund issued"),
    EventType.REPAID: _("The buyer paid again"),
    EventType.REVIEW_RECEIVED: _("Review received"),
}

# What the seller asks for, on a button.
COMMANDS: dict[EventType, Words] = {
    EventType.PAYMENT_CONFIRMED: _("Confirm the payment"),
    EventType.SHIPPED: _("Ship"),
    EventType.DELIVERED: _("Mark as delivered"),
    EventType.COMPLETED: _("Complete the order"),
    EventType.CANCELLED: _("Cancel the order"),
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
    DisputeMilestone.RESPONSE_DUE: _("The answer to the dispute is due"),
    DisputeMilestone.ESCALATION: _("The dispute may go to the platform"),
    DisputeMilestone.EVIDENCE_DUE: _("The evidence is due"),
    DisputeMilestone.RESPONSE_REMINDER: _("Remind the team to answer the dispute"),
    DisputeMilestone.EVIDENCE_REMINDER: _("Remind the team of the evidence"),
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

PURPOSES: dict[str, Words] = {
    Purpose.ORDER_RECEIVED: _("Order received"),
    Purpose.TAX_ID_REQUEST: _("Request for the tax number"),
    Purpose.PAYMENT_REMINDER: _("Payment reminder"),
    Purpose.PAYMENT_EXPIRED: _("Payment expired"),
    Purpose.SHIP_DELAY: _("Shipping is delayed"),
    Purpose.SHIPPED: _("Parcel shipped"),
    Purpose.CONTACT_30: _("First contact"),
    Purpose.CONTACT_45: _("Second contact"),
    Purpose.CONTACT_60: _("Third contact"),
    Purpose.DUTY_PAYMENT: _("Import duty to pay"),
    Purpose.PICKUP_WAITING: _("Waiting at the pick-up point"),
    Purpose.TRACKING_UPDATE: _("Where the parcel is"),
    Purpose.FAILED_ATTEMPT: _("Delivery failed"),
    Purpose.DELAY_DISRUPTION: _("Delay by a disruption"),
    Purpose.DELIVERED: _("Delivered"),
    Purpose.NOT_RECEIVED: _("Delivered, not received"),
    Purpose.REVIEW_REQUEST: _("Request for a review"),
    Purpose.REFUND_ISSUED: _("Refund issued"),
    Purpose.REPAYMENT_REQUEST: _("Request to pay again"),
}

LANGUAGES: dict[str, Words] = {
    Language.PT_BR: _("Portuguese (Brazil)"),
    Language.ES: _("Spanish"),
    Language.EN: _("English"),
    Language.ZH_HANS: _("Chinese (simplified)"),
}

VARIABLES: dict[str, Words] = {
    Variable.GREETING: _("a whole line of greeting"),
    Variable.ORDER_NUMBER: _("order number"),
    Variable.ORDER_DATE: _("day of the order"),
    Variable.ITEM_TITLES: _("what was bought"),
    Variable.ORDER_TOTAL: _("total with currency"),
    Variable.PAYMENT_METHOD_NAME: _("way of paying"),
    Variable.PAYMENT_DEADLINE: _("pay until"),
    Variable.STORE_NAME: _("the store's name"),
    Variable.CARRIER: _("carrier"),
    Variable.TRACKING_NUMBER: _("tracking number"),
    Variable.TRACKING_SUMMARY: _("where the parcel is"),
    Variable.TRACKING_SENTENCE: _("what the latest news means to the buyer"),
    Variable.DAYS_SINCE_SHIPPING: _("days since shipping, with the unit"),
    Variable.SHIPPED_DATE: _("day of shipping"),
    Variable.PROMISED_DATE: _("promised delivery"),
    Variable.SHIP_DEADLINE: _("ship until"),
    Variable.REFUND_AMOUNT: _("refund with currency"),
    Variable.DUTY_DEADLINE: _("pay the duty until"),
    Variable.PICKUP_DEADLINE: _("pick up until"),
    Variable.PICKUP_PLACE: _("where to pick up"),
    Variable.DISRUPTION_CAUSE: _("cause of the disruption"),
    Variable.DISRUPTION_UNTIL: _("end of the disruption"),
    Variable.EXPECTED_WINDOW: _("when such parcels normally arrive"),
    Variable.ARRIVAL_ESTIMATE: _("days that such parcels normally take"),
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

# Why a date was cancelled, a message did not leave, or an action was settled.
REASONS: dict[str, Words] = {
    "paid": _("the funds arrived"),
    "expired": _("the payment expired"),
    "shipped": _("the parcel was shipped"),
    "first_scan": _("a carrier has scanned the parcel"),
    "arrived": _("the parcel reached the buyer's country"),
    "delivered": _("the parcel was delivered"),
    "refunded": _("the buyer was refunded"),
    "cancelled": _("the order was cancelled"),
    "completed": _("the order was completed"),
    "review_answered": _("the review was answered"),
    "dispute_open": _("a dispute is open"),
    "payment_checking": _("the platform is checking the payment"),
    "tax_id_provided": _("the tax number is known"),
    "not_delivered": _("the parcel is not delivered"),
    "moved_on": _("the parcel has moved on"),
    "received": _("the buyer has the parcel, or claims otherwise no more"),
    "tracking_step": _("somebody took the next step"),
    "replaced": _("another date took its place"),
    "tracking": _("there is tracking news"),
    "buyer_choice": _("the buyer has chosen"),
    "refund_issued": _("a refund was issued"),
    "receipt_extended": _("the receipt time was extended"),
    "funds_released": _("the funds were released"),
    "repaid": _("the buyer paid again"),
    "told_before": _("the buyer was told of the same cause before"),
    "history": _("it came in as history"),
    "disruption_over": _("the disruption is over"),
    "erased": _("the buyer's personal data were erased"),
}

# Why a buyer cannot be erased yet.
OBSTACLES: dict[str, Words] = {
    Obstacle.LEGAL_HOLD: _("A legal hold is set: lift it first."),
    Obstacle.DISPUTE_OPEN: _("A dispute is open: what proves your side is still needed."),
    Obstacle.ORDER_OPEN: _("An order is still under way: his data are needed to deliver it."),
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
    "retried": _("Message tried again: %(purpose)s"),
}

DOORS: dict[str, Words] = {
    "timer": _("Prazo, on its date"),
    "sending": _("Prazo, sending mail"),
    "import": _("order file"),
    "17track": "17TRACK",
    "kuaidi100": "Kuaidi100",
    "disruption": _("Prazo, for a disruption"),
}

CONTACT_RULES: dict[str, str] = {
    OrderState.CONTACT_30: "C1",
    OrderState.CONTACT_45: "C2",
    OrderState.CONTACT_60: "C3",
}


def state_label(state: str, policy: Policy) -> str:
    """A state's name; a contact stage is named after the pack's own day, not after the main pack's."""
    rule = CONTACT_RULES.get(state)
    if rule is None:
        return str(OrderState(state).label) if state in OrderState.values else state
    return _now("Contact, %(stage)s") % {"stage": stage_label(rule, policy)}


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


def reason_words(reason: str) -> str:
    """Why something did not happen, in words; what is no known code is shown as it is."""
    if reason in REASONS:
        return str(REASONS[reason])
    head, _colon, rest = reason.partition(":")
    if head == "missing":
        return _now("something is missing: %(names)s") % {"names": rest.strip()}
    if head == "refused":
        return _now("the mail server refused it: %(words)s") % {"words": rest.strip()}
    if reason.startswith("state_") and reason.removeprefix("state_") in OrderState.values:
        return _now("the order is already: %(state)s") % {"state": OrderState(reason.removeprefix("state_")).label}
    if reason.startswith("queue_"):
        return result_words(reason)
    if reason in DisputeState.values:
        return _now("the dispute is now: %(state)s") % {"state": DisputeState(reason).label}
    return reason
