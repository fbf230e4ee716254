"""Stores' mailboxes, into which buyers answer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.encryption import lock, unlock
from orders.models import Store
from orders.models.claims import Claimable, ClaimState
from orders.querysets import StoreScoped


class MailboxState(models.TextChoices):
    """Where a mailbox stands; while it is pending, it is looked into at `next_attempt_at`."""

    PENDING = ClaimState.PENDING.value, _("waiting for its turn")
    CLAIMED = ClaimState.CLAIMED.value, _("being read")
    OFF = "off", _("switched off")
    DEAD = ClaimState.DEAD.value, _("given up")


class Security(models.TextChoices):
    """How the way to the server is protected."""

    TLS = "tls", _("TLS (port 993)")
    STARTTLS = "starttls", _("STARTTLS (port 143)")
    NONE = "none", _("not protected")


class MailboxTrouble(models.TextChoices):
    """Why a mailbox could not be read."""

    UNREACHABLE = "unreachable", _("The server does not answer. We try again by ourselves.")
    CERTIFICATE = "certificate", _("The server cannot prove who it is: its certificate is not accepted.")
    REFUSED = "refused", _("The server refuses the user or the password. Enter them again.")
    FOLDER = "folder", _("There is no such folder. Look up its name in your mail program.")
    LOCKED = "locked", _("The stored password cannot be unlocked. Enter it again.")
    PRIVATE = "private", _("This server lies in a private network. Whoever runs Prazo has to name it in PRIVATE_HOSTS.")
    ODD = "odd", _("The server answers something that we do not understand. We try again by ourselves.")


class MailboxAccount(Claimable):
    """A store's mailbox, with its password locked away, and up to where it has been read.

    Instants are UTC. What came before `reads_from` is left alone. `uid_validity` and `last_uid` are IMAP's own marks:
    when the first one changes, the second means nothing any more.
    """

    store = models.OneToOneField(Store, models.CASCADE, related_name="mailbox", verbose_name=_("store"))
    state = models.CharField(max_length=10, choices=MailboxState.choices, default=MailboxState.PENDING)
    host = models.CharField(_("server"), max_length=253)
    port = models.PositiveIntegerField(_("port"))
    security = models.CharField(_("protection"), max_length=10, choices=Security.choices, default=Security.TLS)
    user = models.CharField(_("user"), max_length=320)
    locked_password = models.TextField(editable=False)
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    uid_validity = models.BigIntegerField(null=True, blank=True)
    last_uid = models.BigIntegerField(default=0)
    reads_from = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)  # in a row
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=20, choices=MailboxTrouble.choices, blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="mailbox_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="mailbox_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.host}"

    @property
    def password(self) -> str:
        """The password in clear. Raises UnreadableSecret."""
        return unlock(self.locked_password)

    def set_password(self, password: str) -> None:
        """Lock a new password away; it is never shown again."""
        self.locked_password = lock(password)

    @property
    def is_on(self) -> bool:
        """Whether it is looked into."""
        return self.state != MailboxState.OFF
