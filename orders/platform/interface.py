"""What can be asked of the platform, and what keeps it from answering."""

from datetime import timedelta
from enum import StrEnum


class Capability(StrEnum):
    """What the platform may let a store do; each can be switched off, or not be granted, by itself."""

    ORDERS = "orders"
    FINISHED_ORDERS = "finished_orders"
    ISSUES = "issues"
    FINISHED_ISSUES = "finished_issues"
    REVIEWS = "reviews"
    EXTEND_RECEIPT = "extend_receipt"
    ANSWER_ISSUES = "answer_issues"
    REPLY_REVIEWS = "reply_reviews"


# Read regularly, in this order: an order is known before what is disputed about it.
FEEDS = (
    Capability.ORDERS,
    Capability.FINISHED_ORDERS,
    Capability.ISSUES,
    Capability.FINISHED_ISSUES,
    Capability.REVIEWS,
)


class Trouble(StrEnum):
    """What kept the platform from doing what it was asked."""

    LOG_IN_AGAIN = "log_in_again"
    WRONG_SECRET = "wrong_secret"  # noqa: S105  a name, not a secret
    ADDRESS_NOT_LISTED = "address_not_listed"
    NO_RIGHT = "no_right"
    SWITCHED_OFF = "switched_off"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    REFUSED = "refused"


# These are the account's: nothing is asked before a person, or a refreshed token, has mended them.
OF_ACCOUNT = {Trouble.LOG_IN_AGAIN, Trouble.WRONG_SECRET, Trouble.ADDRESS_NOT_LISTED}
# These are a capability's: the others go on, and it is tried again later.
OF_CAPABILITY = {Trouble.NO_RIGHT, Trouble.SWITCHED_OFF}


class PlatformError(Exception):
    """A call that did not do what was asked; the message says what the platform said, never a key.

    `code` is the platform's own, `wait` how long it asks us to wait, where it says. `is_unsure` where the call may
    have been carried out although no answer came back.
    """

    def __init__(
        self, trouble: Trouble, message: str, *, code: str = "", wait: timedelta | None = None, is_unsure: bool = False
    ) -> None:
        super().__init__(message)
        self.trouble, self.code, self.wait, self.is_unsure = trouble, code, wait, is_unsure
