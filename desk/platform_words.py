"""What AliExpress, what it lets us do and what keeps it are called on a page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.platforms import CommandKind
from orders.platform.interface import Capability, Trouble

Words = str | Promise

CAPABILITIES: dict[str, tuple[Words, Words]] = {
    Capability.ORDERS: (_("Orders"), _("New ones, and what changed.")),
    Capability.FINISHED_ORDERS: (_("Finished orders"), _("The platform tells of these by themselves.")),
    Capability.ISSUES: (_("Open disputes"), _("With every step and both sides' plans.")),
    Capability.FINISHED_ISSUES: (_("Ended disputes"), _("How they ended.")),
    Capability.REVIEWS: (_("Reviews"), _("What buyers wrote.")),
    Capability.EXTEND_RECEIPT: (_("Extending the receipt time"), _("From the order's page, and from the work for it.")),
    Capability.ANSWER_ISSUES: (_("Answering disputes"), _("Agreeing and offering, from the dispute's page.")),
    Capability.REPLY_REVIEWS: (_("Replying to reviews"), _("Once a second person has read the reply.")),
}
TROUBLES: dict[str, Words] = {
    Trouble.LOG_IN_AGAIN: _("AliExpress does not know our log-in any more. Connect the store again."),
    Trouble.WRONG_SECRET: _("AliExpress refuses the app's key or secret. Enter the right ones, then connect again."),
    Trouble.ADDRESS_NOT_LISTED: _(
        "AliExpress answers this app only from the addresses in its IP whitelist. Add this server's address in the "
        "app's console, then connect again."
    ),
    Trouble.NO_RIGHT: _(
        "The app has not been granted this. Ask for it in the app's console; we try again by ourselves."
    ),
    Trouble.SWITCHED_OFF: _("AliExpress has switched this off. We try again by ourselves; files go on as ever."),
    Trouble.RATE_LIMITED: _("AliExpress asks us to slow down. We wait, and go on by ourselves."),
    Trouble.UNREACHABLE: _("AliExpress does not answer. We try again by ourselves, less often each time."),
    Trouble.UNREADABLE: _("AliExpress answers something that we cannot read. We try again by ourselves."),
    Trouble.REFUSED: _("AliExpress refuses what was asked."),
}
ENDS_SOON = _("The log-in ends soon, and AliExpress does not renew it. Connect the store again.")
ON_ITS_WAY = _("On its way to AliExpress. The date moves once AliExpress has said yes.")
# Of an extension, as the platform's documents explain them.
EXTENSION_ERRORS: dict[str, Words] = {
    "100": _("AliExpress has no order of this number."),
    "200": _("AliExpress lacks data of this order."),
    "201": _("That is longer than AliExpress allows: ask for fewer days."),
    "210": _("Not possible now: the order has to wait for its receipt, without a dispute and not frozen."),
    "601": _("This account may not change the order: connect the shop's main account."),
}
COMMAND_ERRORS: dict[str, Words] = {
    "plan_gone": _("The buyer has changed the plan. Look at it again."),
    "issue_over": _("The dispute is over at AliExpress."),
}
COMMANDS: dict[str, Words] = {
    CommandKind.EXTEND_RECEIPT: _("Extend the receipt time"),
    CommandKind.AGREE: _("Agree with the buyer's plan"),
    CommandKind.OFFER: _("Make another plan"),
    CommandKind.REPLY_REVIEW: _("Reply to a review"),
}
PROBLEMS: dict[str, Words] = {
    "no_order": _("Its order is not known here."),
    "end_unknown": _("It is over at AliExpress, and AliExpress does not say how: enter the verdict."),
}
OWNERS: dict[str, Words] = {
    "buyer": _("The buyer's plan"),
    "seller": _("Your plan"),
    "platform": _("The platform's plan"),
}
PLAN_KINDS: dict[str, Words] = {
    "refund": _("refund"),
    "return_and_refund": _("return and refund"),
}
PLAN_STATES: dict[str, Words] = {
    "wait_buyer_and_seller_accept": _("waits for both"),
    "wait_buyer_accept": _("waits for the buyer"),
    "wait_seller_accept": _("waits for you"),
    "reached": _("agreed"),
    "perform": _("being carried out"),
    "buyer_refused": pgettext_lazy("plan", "refused by the buyer"),
    "seller_accept_and_buyer_refused": _("accepted by you, refused by the buyer"),
    "reach_cancle": _("replaced by the platform's"),
}


def error_words(kind: str, code: str) -> Words:
    """What a refusal means, where its code tells it; empty where only the platform's own words do."""
    table = EXTENSION_ERRORS if kind == CommandKind.EXTEND_RECEIPT else COMMAND_ERRORS
    return table.get(code, "")
