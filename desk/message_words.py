"""What messages to buyers are about, and what their variables stand for, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.vocabulary import Purpose, Variable

Words = str | Promise

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
    Purpose.PARCEL_MOVED: _("The parcel moved"),
    Purpose.FAILED_ATTEMPT: _("Delivery failed"),
    Purpose.DELAY_DISRUPTION: _("Delay by a disruption"),
    Purpose.DELIVERED: _("Delivered"),
    Purpose.NOT_RECEIVED: _("Delivered, not received"),
    Purpose.REVIEW_REQUEST: _("Request for a review"),
    Purpose.REFUND_ISSUED: _("Refund issued"),
    Purpose.REPAYMENT_REQUEST: _("Request to pay again"),
    Purpose.CASE_RECEIVED: _("Request received"),
    Purpose.REFUND_APPROVED: _("Refund approved"),
    Purpose.RETURN_ADDRESS: _("Where to send it back"),
    Purpose.INSPECTION_RESULT: _("What came back"),
    Purpose.RESHIP_SENT: _("Shipped again"),
    Purpose.COMPENSATION: _("Compensation"),
    Purpose.REPLY: _("Reply"),
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
    Variable.ANSWER_BY: _("when the buyer hears again"),
    Variable.MONEY_BY: _("when the money is normally there"),
    Variable.RETURN_ADDRESS: _("where the buyer sends it"),
    Variable.RETURN_BY: _("send it back until"),
    Variable.RETURN_COSTS: _("who pays the way back"),
    Variable.INSPECTION_RESULT: _("what came back"),
    Variable.RESHIP_CARRIER: _("carrier of what is shipped again"),
    Variable.RESHIP_NUMBER: _("tracking number of what is shipped again"),
    Variable.COMPENSATION_AMOUNT: _("compensation with currency"),
}
