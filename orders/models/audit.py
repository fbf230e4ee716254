"""Who did what, from where: an append-only list beside the orders' own timelines."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.accounts import Store, User
from orders.roles import Role


class AuditKind(models.TextChoices):
    """What was done."""

    LOGGED_IN = "logged_in", _("logged in")
    LOGGED_OUT = "logged_out", _("logged out")
    LOG_IN_FAILED = "log_in_failed", _("tried to log in with a wrong password")
    CODE_FAILED = "code_failed", _("entered a wrong code")
    SESSION_ENDED = "session_ended", _("ended a session")
    PASSWORD_CHANGED = "password_changed", _("changed the password")
    SECOND_FACTOR_ON = "second_factor_on", _("switched the two-factor log-in on")
    SECOND_FACTOR_OFF = "second_factor_off", _("switched the two-factor log-in off")
    RECOVERY_CODES_MADE = "recovery_codes_made", _("made new recovery codes")
    STORE_MADE = "store_made", _("made the store")
    STORE_CHANGED = "store_changed", _("changed the store's settings")
    RULES_CHANGED = "rules_changed", _("changed the store's rules")
    MEMBER_ADDED = "member_added", _("added a member")
    LINK_MADE = "link_made", _("made a log-in link")
    ROLE_CHANGED = "role_changed", _("changed a role")
    MEMBER_REMOVED = "member_removed", _("removed a member")
    KEY_SAVED = "key_saved", _("saved the key of a tracking service")
    KEY_SWITCHED = "key_switched", _("switched a tracking service")
    PLATFORM_SAVED = "platform_saved", _("saved the app of AliExpress")
    PLATFORM_CONNECTED = "platform_connected", _("connected the store to AliExpress")
    PLATFORM_DISCONNECTED = "platform_left", _("disconnected the store from AliExpress")
    CHANNEL_SAVED = "channel_saved", _("saved where the team is told")
    CHANNEL_SWITCHED = "channel_switched", _("switched a channel of the team")
    CHANNEL_REMOVED = "channel_removed", _("removed a channel of the team")
    CALENDAR_MADE = "calendar_made", _("made a calendar address")
    CALENDAR_REVOKED = "calendar_revoked", _("revoked a calendar address")
    TOKEN_MADE = "token_made", _("made an API token")
    TOKEN_REVOKED = "token_revoked", _("revoked an API token")
    WEBHOOK_SAVED = "webhook_saved", _("saved a webhook")
    WEBHOOK_SWITCHED = "webhook_switched", _("switched a webhook")
    WEBHOOK_REMOVED = "webhook_removed", _("removed a webhook")
    EXPORTED = "exported", _("downloaded data")
    ERASED = "erased", _("erased a buyer's data")
    HELD = "held", _("set or lifted a legal hold")
    RETENTION_SET = "retention_set", _("changed how long buyers' data are kept")
    BUNDLE_SUBMITTED = "bundle_submitted", _("handed a bundle in")
    BACK_OFFICE = "back_office", _("changed something in the back office")


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Entries, and who may read them."""

    def for_member(self, user: Any) -> "AuditQuerySet":
        """What the user did himself; in his own stores what everybody did, and when their members came and went."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        own = Store.objects.filter(memberships__user=user, memberships__role=Role.OWNER).values("pk")
        members = User.objects.filter(memberships__store__in=own).values("pk")
        return self.filter(Q(user=user) | Q(store__in=own) | Q(store=None, user__in=members))


class AuditEntry(models.Model):
    """One deed at an instant (UTC). A database trigger refuses every update and delete.

    `user` is whose account it was done with, or tried with; without a store it concerns that account alone. `data`
    holds ids and codes, nobody's name or address: the entry outlives them, which is why nothing refers to it.
    """

    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=20, choices=AuditKind.choices)
    user = models.ForeignKey(
        User, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("user")
    )
    store = models.ForeignKey(
        Store, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("store")
    )
    data = models.JSONField(_("details"), default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"


class AuditOrigin(models.Model):
    """Where a deed came from; kept beside the entry, because it is forgotten after a while."""

    entry = models.OneToOneField(AuditEntry, models.DO_NOTHING, related_name="origin")
    at = models.DateTimeField(db_index=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("origin")
        verbose_name_plural = _("origins")

    def __str__(self) -> str:
        return f"{self.ip} {self.user_agent}".strip()
