"""The seven groups of causes to which every trouble with a buyer belongs (R12)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CauseGroup(models.TextChoices):
    """Where the trouble began."""

    PRE_SALE = "pre_sale", _("before the sale")
    LOGISTICS = "logistics", _("transport")
    GOODS = "goods", _("the goods")
    SHIPPING = "shipping", _("packing and shipping")
    AFTER_SALE = "after_sale", _("after the sale")
    MALICIOUS_REVIEW = "malicious_review", _("a malicious review")
    FOLLOW_UP_REVIEW = "follow_up_review", _("a later review")
