"""What the figures are called on a page, how they are grouped, and of what each is a share."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.services.counting import Figure

Words = str | Promise

FIGURES: dict[Figure, Words] = {
    Figure.WROTE: _("Buyer wrote"),
    Figure.ANSWERED_IN_TIME: _("Answered within 24 hours"),
    Figure.KEPT_WAITING: _("Kept waiting for longer"),
    Figure.REVIEWED: _("Reviewed"),
    Figure.REVIEW_ANSWERED: _("Review answered within 24 hours"),
    Figure.PAID: _("Paid"),
    Figure.SHIPPED_24H: _("Shipped within 24 hours"),
    Figure.SHIPPED_48H: _("Shipped within 48 hours"),
    Figure.SHIPPED_IN_TIME: _("Shipped within the handling time"),
    Figure.SHIPPED_LATE: _("Shipped late, or late and not shipped yet"),
    Figure.SCANNED_IN_TIME: _("First scan in time"),
    Figure.SCANNED_LATE: _("First scan late, or late and none yet"),
    Figure.DELIVERED: _("Delivered"),
    Figure.DELIVERED_IN_TIME: _("Delivered within the promise"),
    Figure.DELIVERED_LATE: _("Delivered after the promise"),
    Figure.COMPLAINED: _("Buyer said that it did not arrive"),
    Figure.EXTENDED_IN_TIME: _("Extended before the protection ended"),
    Figure.EXTENSION_MISSED: _("Protection ended without an extension"),
    Figure.DISPUTES_OPENED: _("Disputes opened"),
    Figure.DISPUTES_CLOSED: _("Disputes ended"),
    Figure.LOST_BY_DEFAULT: _("Lost by silence"),
    Figure.CASES_OPENED: _("After-sale cases opened"),
    Figure.WRONG_SHIPMENTS: _("Wrong or missing item"),
    Figure.UNSHIPPED_IN_TIME: _("Refund before shipping, within the target"),
    Figure.UNSHIPPED_LATE: _("Refund before shipping, after the target, or past it and still open"),
    Figure.SHIPPED_REFUND_IN_TIME: _("Refund after shipping, within the target"),
    Figure.SHIPPED_REFUND_LATE: _("Refund after shipping, after the target, or past it and still open"),
    Figure.RETURN_IN_TIME: _("Return refunded within the target"),
    Figure.RETURN_LATE: _("Return refunded after the target, or past it and still open"),
    Figure.COMPENSATED: _("Compensation or goodwill booked"),
    Figure.DATES_FIRED: _("Dates that came"),
    Figure.DATES_LATE: _("Came more than five minutes late"),
    Figure.DATES_TODAY: _("Dates of today"),
    Figure.DATES_GIVEN_UP: _("Dates given up after errors"),
    Figure.DISPUTES_OPEN: _("Disputes open"),
    Figure.CASES_OPEN: _("After-sale cases open"),
}


@dataclass(frozen=True)
class Group:
    """Figures that stand together; each with those that make up its whole, none where it is no share."""

    name: Words
    figures: dict[Figure, tuple[Figure, ...]]
    rules: tuple[str, ...] = ()


SHIPPED = (Figure.SHIPPED_IN_TIME, Figure.SHIPPED_LATE)
SCANNED = (Figure.SCANNED_IN_TIME, Figure.SCANNED_LATE)
ARRIVED = (Figure.DELIVERED_IN_TIME, Figure.DELIVERED_LATE)
EXTENDED = (Figure.EXTENDED_IN_TIME, Figure.EXTENSION_MISSED)
UNSHIPPED = (Figure.UNSHIPPED_IN_TIME, Figure.UNSHIPPED_LATE)
SHIPPED_REFUND = (Figure.SHIPPED_REFUND_IN_TIME, Figure.SHIPPED_REFUND_LATE)
RETURNED = (Figure.RETURN_IN_TIME, Figure.RETURN_LATE)
REFUND_KINDS: dict[str, Words] = {
    "R1": _("Refund before shipping"),
    "R3": _("Refund after shipping"),
    "R4": _("Return, from its arrival"),
}
GROUPS = [
    Group(
        _("Buyers"),
        {
            Figure.WROTE: (),
            Figure.ANSWERED_IN_TIME: (Figure.WROTE,),
            Figure.KEPT_WAITING: (Figure.WROTE,),
            Figure.REVIEWED: (),
            Figure.REVIEW_ANSWERED: (Figure.REVIEWED,),
        },
        ("R10",),
    ),
    Group(
        _("Shipping"),
        {
            Figure.PAID: (),
            Figure.SHIPPED_24H: (Figure.PAID,),
            Figure.SHIPPED_48H: (Figure.PAID,),
            Figure.SHIPPED_IN_TIME: SHIPPED,
            Figure.SHIPPED_LATE: SHIPPED,
            Figure.SCANNED_IN_TIME: SCANNED,
            Figure.SCANNED_LATE: SCANNED,
        },
        ("S4", "S5"),
    ),
    Group(
        _("Delivery"),
        {
            Figure.DELIVERED: (),
            Figure.DELIVERED_IN_TIME: ARRIVED,
            Figure.DELIVERED_LATE: ARRIVED,
            Figure.COMPLAINED: (),
            Figure.EXTENDED_IN_TIME: EXTENDED,
            Figure.EXTENSION_MISSED: EXTENDED,
        },
        ("S6", "G1"),
    ),
    Group(
        _("After-sale cases"),
        {
            Figure.CASES_OPENED: (),
            Figure.WRONG_SHIPMENTS: (Figure.CASES_OPENED,),
            Figure.UNSHIPPED_IN_TIME: UNSHIPPED,
            Figure.UNSHIPPED_LATE: UNSHIPPED,
            Figure.SHIPPED_REFUND_IN_TIME: SHIPPED_REFUND,
            Figure.SHIPPED_REFUND_LATE: SHIPPED_REFUND,
            Figure.RETURN_IN_TIME: RETURNED,
            Figure.RETURN_LATE: RETURNED,
            Figure.COMPENSATED: (),
        },
        ("R1", "R3", "R4", "R9"),
    ),
    Group(
        _("Disputes"),
        {
            Figure.DISPUTES_OPENED: (),
            Figure.DISPUTES_CLOSED: (),
            Figure.LOST_BY_DEFAULT: (Figure.DISPUTES_CLOSED,),
        },
        ("D1", "D8"),
    ),
    Group(
        _("Dates"),
        {Figure.DATES_FIRED: (), Figure.DATES_LATE: (Figure.DATES_FIRED,)},
    ),
]

SPANS: dict[str, Words] = {
    "7": _("last 7 days"),
    "30": _("last 30 days"),
    "90": _("last 90 days"),
    "year": _("12 months, month by month"),
}

MONEY: dict[str, Words] = {
    "at_stake": _("at stake in open disputes"),
    "kept": _("kept in disputes that ended"),
    "paid": _("lost in disputes that ended"),
    "booked": _("compensation and goodwill booked"),
}
