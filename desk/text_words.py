"""What the pages of texts and quick replies call things."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.vocabulary import Purpose, ReplyGroup, TextGroup
from orders.planning import MilestoneKind

Words = str | Promise


class CellState(StrEnum):
    """How a text stands; the first that holds is shown."""

    MISSING = "missing"
    PROBLEM = "problem"
    STALE = "stale"
    OWN = "own"
    STANDARD = "standard"


REPLY_GROUPS: dict[str, Words] = {
    ReplyGroup.WELCOME: _("Welcome"),
    ReplyGroup.PRODUCT: _("Product"),
    ReplyGroup.CAMPAIGN: _("Campaign"),
    ReplyGroup.GIFT: _("Gifts and discounts"),
    ReplyGroup.LOGISTICS: _("Logistics"),
    ReplyGroup.AFTER_SALE: _("After-sale"),
    ReplyGroup.CLOSING: _("Closing"),
}

CELL_STATES: dict[str, Words] = {
    CellState.MISSING: _("missing"),
    CellState.PROBLEM: _("own, with a problem"),
    CellState.STALE: _("own, out of date"),
    CellState.OWN: _("own"),
    CellState.STANDARD: _("standard"),
    "off": _("switched off"),
}

TEXT_GROUPS: dict[str, Words] = {
    TextGroup.PRE_SALE: _("Before the sale"),
    TextGroup.IN_SALE: _("During the sale"),
    TextGroup.AFTER_SALE: _("After the sale"),
    TextGroup.DISPUTE: _("Disputes and refunds"),
    TextGroup.REVIEW_CHANGE: _("Changing a review"),
}

# What makes Prazo write, to stand after "The buyer is written to".
PURPOSE_CAUSES: dict[str, Words] = {
    Purpose.ORDER_RECEIVED: _("when an order comes in."),
    Purpose.TAX_ID_REQUEST: _("when an order comes in without the tax number that it needs."),
    Purpose.PAYMENT_REMINDER: _("when he has not paid yet."),
    Purpose.PAYMENT_EXPIRED: _("when his time to pay is over."),
    Purpose.SHIP_DELAY: _("when the handling time ends and his parcel has not left."),
    Purpose.SHIPPED: _("when his parcel leaves, with the tracking number."),
    Purpose.CONTACT_30: _("on the first contact date, with where his parcel is."),
    Purpose.CONTACT_45: _("on the second contact date, with what he may choose."),
    Purpose.CONTACT_60: _("on the third contact date, with the refund that is offered."),
    Purpose.DUTY_PAYMENT: _("when import duty is to be paid. Without it the parcel goes back."),
    Purpose.PICKUP_WAITING: _("when his parcel waits to be picked up. Without it the parcel goes back."),
    Purpose.TRACKING_UPDATE: _("when somebody of the team sends him where his parcel is."),
    Purpose.PARCEL_MOVED: _("at each move of his parcel, once he asked where it is."),
    Purpose.FAILED_ATTEMPT: _("when the carrier could not hand the parcel over."),
    Purpose.DELAY_DISRUPTION: _("when a disruption touches his parcel, before he asks."),
    Purpose.DELIVERED: _("when his parcel is delivered."),
    Purpose.NOT_RECEIVED: _("when he says that a delivered parcel did not arrive."),
    Purpose.REVIEW_REQUEST: _("some days after the delivery, to ask for an honest review."),
    Purpose.REFUND_ISSUED: _("when he is refunded."),
    Purpose.REPAYMENT_REQUEST: _("when his parcel arrives after the refund."),
    Purpose.CASE_RECEIVED: _("when an after-sale case is opened for him, with when he hears again."),
    Purpose.REFUND_APPROVED: _("when a refund is approved, with the amount and when it normally arrives."),
    Purpose.RETURN_ADDRESS: _("when he may send something back, with the address."),
    Purpose.INSPECTION_RESULT: _("when what he sent back was looked at."),
    Purpose.RESHIP_SENT: _("when something is shipped to him again, with its tracking number."),
    Purpose.COMPENSATION: _("when a compensation is granted, with the amount."),
}

# The date that writes for a purpose; the others follow from what happens.
WRITTEN_BY: dict[Purpose, MilestoneKind] = {
    Purpose.PAYMENT_REMINDER: MilestoneKind.PAYMENT_REMINDER,
    Purpose.PAYMENT_EXPIRED: MilestoneKind.PAYMENT_EXPIRY,
    Purpose.SHIP_DELAY: MilestoneKind.SHIP_OVERDUE,
    Purpose.CONTACT_30: MilestoneKind.CONTACT_30,
    Purpose.CONTACT_45: MilestoneKind.CONTACT_45,
    Purpose.CONTACT_60: MilestoneKind.CONTACT_60,
    Purpose.REVIEW_REQUEST: MilestoneKind.REVIEW_REQUEST,
}
