"""What a conversation with a buyer says on a page: why a reply cannot leave, and where things were written."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.replying import ReplyProblem

Words = str | Promise

REPLY_PROBLEMS: dict[str, Words] = {
    ReplyProblem.EMPTY: _("There is nothing to send yet: write the reply first."),
    ReplyProblem.PROMISE_NEEDED: _("You ask the buyer to wait, and say no date: promise until when you write again."),
    ReplyProblem.PROMISE_PAST: _("The promised time has passed: choose a later one."),
    ReplyProblem.PROMISE_FAR: _("That is more than 60 days away: promise something nearer."),
    ReplyProblem.ERASED: _("The buyer's personal data were erased: nobody is left to write to."),
}
# Which field of the composer a problem belongs to.
PROBLEM_FIELDS: dict[str, str] = {
    ReplyProblem.EMPTY: "text",
    ReplyProblem.PROMISE_NEEDED: "promised_at",
    ReplyProblem.PROMISE_PAST: "promised_at",
    ReplyProblem.PROMISE_FAR: "promised_at",
}
# What a file of the buyer's mostly proves comes first.
USUAL_EXHIBITS = ("buyer_photo", "buyer_customs_paper", "chat_record")
MATCHES: dict[str, Words] = {
    "reply": _("It answers one of your mails."),
    "number": _("It names the order number."),
    "sender": _("Its address has this one open order."),
    "person": _("A person said which order it is."),
}
