"""The closed lists behind every text: the contract's purposes, the languages, and the variables."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why a buyer is written to; the words are the contract's."""

    ORDER_RECEIVED = "order_received"
    TAX_ID_REQUEST = "tax_id_request"
    PAYMENT_REMINDER = "payment_reminder"
    PAYMENT_EXPIRED = "payment_expired"
    SHIP_DELAY = "ship_delay"
    SHIPPED = "shipped"
    CONTACT_30 = "contact_30"
    CONTACT_45 = "contact_45"
    CONTACT_60 = "contact_60"
    DUTY_PAYMENT = "duty_payment"
    PICKUP_WAITING = "pickup_waiting"
    TRACKING_UPDATE = "tracking_update"
    PARCEL_MOVED = "parcel_moved"  # to a buyer who asked where it is
    FAILED_ATTEMPT = "failed_attempt"
    DELAY_DISRUPTION = "delay_disruption"
    DELIVERED = "delivered"
    NOT_RECEIVED = "not_received"
    REVIEW_REQUEST = "review_request"
    REFUND_ISSUED = "refund_issued"
    REPAYMENT_REQUEST = "repayment_request"
    CASE_RECEIVED = "case_received"
    REFUND_APPROVED = "refund_approved"
    RETURN_ADDRESS = "return_address"
    INSPECTION_RESULT = "inspection_result"
    RESHIP_SENT = "reship_sent"
    COMPENSATION = "compensation"
    REPLY = "reply"  # what a person writes himself


# What is written from a text; a reply has none.
TEXT_PURPOSES = tuple(purpose for purpose in Purpose if purpose is not Purpose.REPLY)


class TextGroup(StrEnum):
    """The five groups of texts (M1), in the order of a sale."""

    PRE_SALE = "pre_sale"
    IN_SALE = "in_sale"
    AFTER_SALE = "after_sale"
    DISPUTE = "dispute"
    REVIEW_CHANGE = "review_change"


# Before the sale and about a review a person writes himself: there are quick replies for both.
TEXT_GROUPS: dict[TextGroup, tuple[Purpose, ...]] = {
    TextGroup.PRE_SALE: (),
    TextGroup.IN_SALE: TEXT_PURPOSES[: TEXT_PURPOSES.index(Purpose.DELIVERED)],
    TextGroup.AFTER_SALE: (
        Purpose.DELIVERED,
        Purpose.NOT_RECEIVED,
        Purpose.REVIEW_REQUEST,
        Purpose.CASE_RECEIVED,
        Purpose.REFUND_APPROVED,
        Purpose.RETURN_ADDRESS,
        Purpose.INSPECTION_RESULT,
        Purpose.RESHIP_SENT,
        Purpose.COMPENSATION,
    ),
    TextGroup.DISPUTE: (Purpose.REFUND_ISSUED, Purpose.REPAYMENT_REQUEST),
    TextGroup.REVIEW_CHANGE: (),
}


class ReplyGroup(StrEnum):
    """The seven groups of quick replies (M1), in the order of a conversation."""

    WELCOME = "welcome"
    PRODUCT = "product"
    CAMPAIGN = "campaign"
    GIFT = "gift"
    LOGISTICS = "logistics"
    AFTER_SALE = "after_sale"
    CLOSING = "closing"


class Language(StrEnum):
    """The languages that buyers are written to in."""

    PT_BR = "pt-br"
    ES = "es"
    EN = "en"
    ZH_HANS = "zh-hans"


class Variable(StrEnum):
    """What a text may name in braces; values come formatted for the message's language and buyer's zone."""

    GREETING = "greeting"  # a whole opening line with its punctuation
    ORDER_NUMBER = "order_number"
    ORDER_DATE = "order_date"
    ITEM_TITLES = "item_titles"
    ORDER_TOTAL = "order_total"  # with the currency
    PAYMENT_METHOD_NAME = "payment_method_name"  # stands after a label and a colon
    PAYMENT_DEADLINE = "payment_deadline"
    STORE_NAME = "store_name"
    CARRIER = "carrier"
    TRACKING_NUMBER = "tracking_number"
    TRACKING_SUMMARY = "tracking_summary"  # a clause that stands after a label and a colon, without a full stop
    TRACKING_SENTENCE = "tracking_sentence"  # what the latest news means to the buyer, whole sentences
    DAYS_SINCE_SHIPPING = "days_since_shipping"  # with its unit: "30 dias", "1 día"
    SHIPPED_DATE = "shipped_date"
    PROMISED_DATE = "promised_date"
    SHIP_DEADLINE = "ship_deadline"
    REFUND_AMOUNT = "refund_amount"  # with the currency
    DUTY_DEADLINE = "duty_deadline"
    PICKUP_DEADLINE = "pickup_deadline"
    PICKUP_PLACE = "pickup_place"
    DISRUPTION_CAUSE = "disruption_cause"  # stands after a label and a colon
    DISRUPTION_UNTIL = "disruption_until"
    EXPECTED_WINDOW = "expected_window"  # a hedged range: "normally between 12 April and 4 May"
    ANSWER_BY = "answer_by"  # day by which the buyer hears again about what he asked for
    MONEY_BY = "money_by"  # day by which money normally is with the buyer
    RETURN_ADDRESS = "return_address"
    RETURN_BY = "return_by"  # last day to send it back
    RETURN_COSTS = "return_costs"  # a whole sentence: who pays the way back
    INSPECTION_RESULT = "inspection_result"  # stands after a label and a colon
    RESHIP_CARRIER = "reship_carrier"
    RESHIP_NUMBER = "reship_number"
    COMPENSATION_AMOUNT = "compensation_amount"  # with its currency
    ARRIVAL_ESTIMATE = "arrival_estimate"  # the same in days: "normally between 18 and 34 days after shipping"
