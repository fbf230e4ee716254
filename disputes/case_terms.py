"""The closed lists of after-sale cases: what carriers answer, whose fault it is, what the buyer gets, what it cost."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Intercept(models.TextChoices):
    """Whether the carrier brings a parcel back that is on its way (R3)."""

    UNKNOWN = "", _("not asked")
    POSSIBLE = "possible", _("possible")
    REQUESTED = "requested", _("asked of the carrier")
    CONFIRMED = "confirmed", _("the carrier brings it back")
    FAILED = "failed", _("the carrier cannot")


class Eligibility(models.TextChoices):
    """When a return is refunded (R5)."""

    UNKNOWN = "", _("not looked at")
    FAST_REFUND = "fast_refund", _("fast refund: at the return's pick-up scan")
    STANDARD = "standard", _("standard: when the return heads to us")
    NONE = "none", _("no eligibility: by the buyer's record, with a reason")


class Fault(models.TextChoices):
    """Whose fault it is: not the buyer's means that the seller pays the way back (R8)."""

    UNKNOWN = "", _("not known yet")
    SELLER = "seller", _("ours")
    CARRIER = "carrier", _("the carrier's")
    BUYER = "buyer", _("the buyer's")


class Remedy(models.TextChoices):
    """What the buyer gets."""

    UNDECIDED = "", _("not decided yet")
    REFUND = "refund", _("his money back")
    RESHIP = "reship", _("the goods again")
    EXCHANGE = "exchange", _("other goods for these")
    COMPENSATION = "compensation", _("money or a gift beside the goods")
    ANSWER = "answer", _("an answer that helps")


class BuyerReason(models.TextChoices):
    """Why the buyer does not want it; the goods' quality is the one that no offer is made about (R2)."""

    UNKNOWN = "", _("not said")
    QUALITY = "quality", _("the goods are bad")
    CHANGED_MIND = "changed_mind", _("changed his mind")
    WRONG_ORDER = "wrong_order", _("ordered the wrong thing")
    TOO_SLOW = "too_slow", _("it takes too long")
    CHEAPER = "cheaper", _("cheaper elsewhere")
    OTHER = "other", _("another reason")


class Inspection(models.TextChoices):
    """What came back (R6)."""

    NOT_YET = "", _("not inspected")
    CONFORMING = "conforming", _("as we sent it")
    DAMAGED = "damaged", _("damaged")
    PARTS_MISSING = "parts_missing", _("parts are missing")
    OTHER_GOODS = "other_goods", _("other goods than ours")


class BuyerSays(models.TextChoices):
    """What the buyer says when he is called back."""

    HAS_IT = "has_it", _("he has it")
    SATISFIED = "satisfied", _("he is satisfied")
    NOT_SATISFIED = "not_satisfied", _("he is not satisfied")
    NO_ANSWER = "no_answer", _("he does not answer")


class OfferOutcome(models.TextChoices):
    """What became of an offer to keep the order (R2)."""

    ACCEPTED = "accepted", _("accepted: he keeps the order")
    DECLINED = "declined", _("declined")
    NO_ANSWER = "no_answer", _("no answer")


class Result(models.TextChoices):
    """What a closed case gave the buyer, or why it gave him nothing."""

    REFUNDED = "refunded", _("refunded")
    RESHIPPED = "reshipped", _("shipped again")
    EXCHANGED = "exchanged", _("exchanged")
    COMPENSATED = "compensated", _("compensated")
    SOLVED = "solved", _("solved without money: the buyer says so")
    WITHDRAWN = "withdrawn", _("taken back by the buyer")
    REFUSED = "refused", _("refused, and the order's time is over")


class ParcelWay(models.TextChoices):
    """Which way a case's parcel goes."""

    BACK = "back", _("back to us")
    OUT = "out", _("to the buyer")


class MoneyKind(models.TextChoices):
    """What money, or money's worth, went to a buyer beside the refund of what he paid."""

    GOODWILL = "goodwill", _("goodwill")
    RETENTION = "retention", _("offer to keep the order")  # R2: a coupon, a gift
    DELAY = "delay", _("compensation for a delay")  # R9
    FEE = "fee", _("a fee that the carrier took, paid back")
    RETURN_POSTAGE = "return_postage", _("postage of the way back")  # R8
    RESHIP = "reship", _("cost of shipping again")


GOOD_WORDS = (BuyerSays.HAS_IT, BuyerSays.SATISFIED)
