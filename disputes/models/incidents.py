"""A campaign gone wrong: who leads, the one wording, the orders that it touches, and what each buyer was told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.models.cases import MoneyEntry
from messaging.models import Message, MessageState
from orders.models import Order, Store
from orders.querysets import StoreScoped

USER = settings.AUTH_USER_MODEL


class IncidentCause(models.TextChoices):
    """What went wrong."""

    LATE_SHIPPING = "late_shipping", _("shipping is late")
    OVERSOLD = "oversold", _("more was sold than there is")
    WRONG_PRICE = "wrong_price", _("wrong price or discount")
    WRONG_GOODS = "wrong_goods", _("wrong or faulty goods were sent")
    WRONG_LISTING = "wrong_listing", _("the listing was wrong")
    CARRIER = "carrier", _("the carrier failed")
    OTHER = "other", _("something else")


class Incident(models.Model):
    """A campaign gone wrong, led by three people; closed when every buyer was reached or left out for a reason.

    `operations_lead` mends it, `customer_lead` speaks to the buyers, `decision_maker` approves wording and money.
    Instants are UTC; `platform_told_at` is when the platform was told, empty while it was not. `compensation` is what
    each order gets by default, in the order's currency.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="incidents", verbose_name=_("store"))
    name = models.CharField(_("name"), max_length=100)
    cause = models.CharField(_("cause"), max_length=20, choices=IncidentCause.choices)
    story = models.TextField(_("what happened"), blank=True)
    operations_lead = models.ForeignKey(
        USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("operations")
    )
    customer_lead = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("customers"))
    decision_maker = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("decides"))
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    platform_told_at = models.DateTimeField(_("platform told at"), null=True, blank=True)
    platform_note = models.CharField(_("what the platform was told"), max_length=300, blank=True)
    compensation = models.DecimalField(_("compensation"), max_digits=14, decimal_places=2, null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["store", "-opened_at"], name="incident_list")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether there are buyers to reach."""
        return self.closed_at is None


class IncidentPart(StoreScoped):
    """Rows that belong to an incident, and through it to a store."""

    store_path = "incident__store"


class IncidentWording(models.Model):
    """What every buyer of one language is told; nothing leaves before a second person approved it."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="wordings")
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written at"))
    written_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    objects = IncidentPart.as_manager()

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["incident", "language"], name="one_wording_per_language")]

    def __str__(self) -> str:
        return f"{self.incident} · {self.language}"

    @property
    def version(self) -> str:
        """What tells one wording from the one that was there before: who approves names what he read."""
        return f"{self.written_at.timestamp():.6f}"


class IncidentOrderSet(IncidentPart):
    """Orders of incidents, by what became of their buyers; a person's word and a message that left both count."""

    def contacted(self) -> "IncidentOrderSet":
        """Whose buyers were reached."""
        return self.filter(REACHED, excluded_at=None)

    def uncontacted(self) -> "IncidentOrderSet":
        """Whose buyers were neither reached nor left out."""
        return self.filter(~REACHED, excluded_at=None)


REACHED = Q(contacted_at__isnull=False) | Q(message__isnull=False, message__state=MessageState.SENT.value)


class IncidentOrder(models.Model):
    """One order that an incident touches. `message` is what its buyer was sent; or a person reached him otherwise.

    `note` and `reason` (why it is left out) are people's words and go when the buyer is erased. `compensation` is in
    the order's currency; `money` is its line of the ledger.
    """

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="orders")
    order = models.ForeignKey(Order, models.CASCADE, related_name="incidents")
    added_at = models.DateTimeField(_("added at"))
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="+")
    contacted_at = models.DateTimeField(_("reached otherwise at"), null=True, blank=True)
    contacted_by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(_("how"), max_length=200, blank=True)
    excluded_at = models.DateTimeField(_("left out at"), null=True, blank=True)
    excluded_by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("why left out"), max_length=200, blank=True)
    money = models.ForeignKey(MoneyEntry, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = IncidentOrderSet.as_manager()

    class Meta:
        verbose_name = _("order of an incident")
        verbose_name_plural = _("orders of an incident")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["incident", "order"], name="one_row_per_incident_and_order")]

    def __str__(self) -> str:
        return f"{self.incident} · {self.order_id}"
