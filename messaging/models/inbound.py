"""What buyers write to a store, whichever door it came through, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.models.mailboxes import MailboxAccount
from messaging.models.messages import Message
from orders.models import Order, Store
from orders.querysets import StoreScoped


class InboundChannel(models.TextChoices):
    """The door that it came through."""

    PASTED = "pasted", _("pasted")
    EMAIL = "email", _("e-mail")


class Place(models.TextChoices):
    """Where the buyer wrote it."""

    PLATFORM = "platform", _("the platform's chat")
    WHATSAPP = "whatsapp", "WhatsApp"
    EMAIL = "email", _("e-mail")
    FACEBOOK = "facebook", "Facebook"
    SKYPE = "skype", "Skype"
    PHONE = "phone", _("phone")
    OTHER = "other", _("somewhere else")


class InboundKind(models.TextChoices):
    """Who speaks: only a buyer waits for an answer."""

    BUYER = "buyer", _("the buyer")
    AUTOMATIC = "automatic", _("an automatic answer")
    BOUNCE = "bounce", _("a mail server")


class MatchedBy(models.TextChoices):
    """What told us the order."""

    REPLY = "reply", _("it answers one of our mails")
    NUMBER = "number", _("it names the order number")
    SENDER = "sender", _("the address has one open order")
    PERSON = "person", _("a person said so")


WAITING = Q(kind=InboundKind.BUYER.value, answer=None, answered_at=None, dismissed_at=None)


class InboundMessage(models.Model):
    """One message that reached the store; `order` is empty until somebody knows which order it is about.

    Instants are UTC: `received_at` is when the buyer's words arrived, `recorded_at` when we learnt of them. `identity`
    is what the same mail has at every look at its mailbox, `sequence` the number of its fact on the order's timeline.
    `answer` is the reply that was written to it, `answered_at` when the buyer was reached (rule K, response time).
    Of a bounce, `about` is the message of ours that came back.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="inbound", verbose_name=_("store"))
    order = models.ForeignKey(
        Order, models.CASCADE, null=True, blank=True, related_name="inbound", verbose_name=_("order")
    )
    mailbox = models.ForeignKey(MailboxAccount, models.SET_NULL, null=True, blank=True, related_name="inbound")
    kind = models.CharField(_("from"), max_length=10, choices=InboundKind.choices, default=InboundKind.BUYER)
    channel = models.CharField(_("channel"), max_length=10, choices=InboundChannel.choices)
    place = models.CharField(_("where"), max_length=10, choices=Place.choices)
    received_at = models.DateTimeField(_("received at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    sender = models.CharField(_("sender"), max_length=320, blank=True)
    sender_name = models.CharField(_("sender's name"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=400, blank=True)
    text = models.TextField(_("text"), blank=True)
    message_id = models.CharField(max_length=500, blank=True)
    in_reply_to = models.CharField(max_length=500, blank=True)
    # The mail as it came, kept as proof; a larger one than we read is cut.
    raw = models.FileField(upload_to="inbound/%Y/%m", blank=True)
    raw_sha256 = models.CharField(max_length=64, blank=True)
    is_cut = models.BooleanField(default=False)
    identity = models.CharField(max_length=64, blank=True)
    pasted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    matched_by = models.CharField(max_length=10, choices=MatchedBy.choices, blank=True)
    sequence = models.PositiveIntegerField(null=True, blank=True)
    about = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="bounces")
    answer = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="answers")
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    dismissed_at = models.DateTimeField(_("needs no answer, since"), null=True, blank=True)
    dismissed_by = models.CharField(max_length=100, blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("message of a buyer")
        verbose_name_plural = _("messages of buyers")
        ordering = ["received_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "identity"], condition=~Q(identity=""), name="one_row_per_mail"),
        ]
        indexes = [
            models.Index(fields=["store", "received_at", "id"], condition=WAITING, name="inbound_waiting"),
            models.Index(fields=["store", "sender"], condition=Q(order=None), name="inbound_unmatched"),
        ]

    def __str__(self) -> str:
        return f"{self.sender_name or self.sender or self.place} · {self.received_at:%Y-%m-%d %H:%M}"


class InboundPart(StoreScoped):
    """Rows that belong to a message of a buyer, and through it to a store."""

    store_path = "message__store"


class InboundAttachment(models.Model):
    """A file that came with a mail; it is served only as a download, and may become an exhibit."""

    message = models.ForeignKey(InboundMessage, models.CASCADE, related_name="attachments")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="inbound/%Y/%m")

    objects = InboundPart.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["message", "position"], name="one_file_per_position")]

    def __str__(self) -> str:
        return self.name


class FailedAddress(models.Model):
    """An address that a mail server said does not work: it gets no more mail until the buyer's contact changes (M6)."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="failed_addresses")
    address = models.CharField(max_length=320)  # in lower case
    reason = models.CharField(max_length=200)
    failed_at = models.DateTimeField()

    objects = StoreScoped.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "address"], name="one_failure_per_address")]

    def __str__(self) -> str:
        return self.address
