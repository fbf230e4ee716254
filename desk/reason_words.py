"""Why something did not happen, in words: a date, a message, an action, an order of many."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from desk import after_sale_words, bulk_words, objection_words, people_words, review_event_words
from desk.message_words import VARIABLES
from desk.tracking_words import result_words
from disputes.lifecycle import DisputeState
from orders.lifecycle import OrderState

Words = str | Promise

# Why a date was cancelled, a message did not leave, or an action was settled.
REASONS: dict[str, Words] = {
    "rules_changed": _("the rules were changed, and its new date had passed"),
    "paid": _("the funds arrived"),
    "expired": _("the payment expired"),
    "shipped": _("the parcel was shipped"),
    "first_scan": _("a carrier has scanned the parcel"),
    "arrived": _("the parcel reached the buyer's country"),
    "filled_in": _("what was missing is known now"),
    "by_email": _("the buyer has an e-mail address now"),
    "delivered": _("the parcel was delivered"),
    "refunded": _("the buyer was refunded"),
    "cancelled": _("the order was cancelled"),
    "cancellation_refused": _("the request to cancel was refused, or taken back"),
    "completed": _("the order was completed"),
    "review_answered": _("the review was answered"),
    "dispute_open": _("a dispute is open"),
    "payment_checking": _("the platform is checking the payment"),
    "tax_id_provided": _("the tax number is known"),
    "not_delivered": _("the parcel is not delivered"),
    "moved_on": _("the parcel has moved on"),
    "received": _("the buyer has the parcel, or claims otherwise no more"),
    "tracking_step": _("somebody took the next step"),
    "closed": _("the case was closed"),
    "replaced": _("another date took its place"),
    "not_yet": _("its date does not apply yet"),
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
    "rule_off": _("the store's rules do not have it"),
    "not_shipped": _("the parcel has not left"),
    "waits_already": _("the same message waits already"),
    "nothing_waits": _("no message waits to be sent by hand"),
    "failed": _("something went wrong: look at the order, and try it alone"),
    "no_worker": _("whoever asked for it does not work in the store any more"),
    "answered": _("the buyer was written to"),
    "taken_back": _("it was taken back"),
    "switched_off": _("this kind of message is switched off in Texts"),
    **people_words.REASONS,
    **review_event_words.REASONS,
    **after_sale_words.REASONS,
    **bulk_words.REASONS,
    **objection_words.REASONS,
}

# What a mail server said of a message.
SERVER_REASONS: dict[str, Words] = {
    "refused": _("the mail server refused it: %(words)s"),
    "bounced": _("it came back, the address does not take it: %(words)s"),
    "delayed": _("it is held up, the server still tries: %(words)s"),
}


def name_variables(names: Iterable[str]) -> str:
    """What texts lack, in the words of the text editor; a name that is no variable's is shown as it is."""
    return ", ".join(str(VARIABLES.get(name.strip(), name.strip())) for name in names)


def reason_words(reason: str) -> str:
    """Why something did not happen, in words; what is no known code is shown as it is."""
    if reason in REASONS:
        return str(REASONS[reason])
    if words := objection_words.not_now_words(reason):
        return words
    head, _colon, rest = reason.partition(":")
    if head == "missing":
        return _now("something is missing: %(names)s") % {"names": name_variables(rest.split(","))}
    if head in SERVER_REASONS:
        return str(SERVER_REASONS[head]) % {"words": rest.strip()}
    if reason.startswith("state_") and reason.removeprefix("state_") in OrderState.values:
        return _now("the order is already: %(state)s") % {"state": OrderState(reason.removeprefix("state_")).label}
    if reason.startswith("queue_"):
        return result_words(reason)
    if reason in DisputeState.values:
        return _now("the dispute is now: %(state)s") % {"state": DisputeState(reason).label}
    return reason
