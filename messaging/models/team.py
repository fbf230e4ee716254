"""Where a store's team is told of its deadlines, and the outbox of what it is told."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.channels import Audience, ChannelKind, Scope
from orders.encryption import lock, unlock
from orders.models import Order, Store
from orders.models.claims import Claimable, ClaimState
from orders.querysets import StoreScoped
from orders.roles import Role


class TeamChannel(models.Model):
    """A place where a store's team is told: a chat's robot, an address, a server of its own.

    Address and secret are locked away. Between `quiet_from` and `quiet_until`, on the clock of `timezone`, only that is
    told which would be too late afterwards. `next_post_at` (UTC) is its next free turn; what had come before `since`
    is not told any more.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="team_channels", verbose_name=_("store"))
    kind = models.CharField(_("kind"), max_length=10, choices=ChannelKind.choices)
    name = models.CharField(_("name"), max_length=60)
    locked_address = models.TextField(editable=False)
    locked_secret = models.TextField(editable=False, blank=True)
    address_hint = models.CharField(_("address"), max_length=120)
    language = models.CharField(_("language"), max_length=10)
    timezone = models.CharField(_("time zone"), max_length=50)
    audience = models.CharField(_("whose"), max_length=10, choices=Audience.choices, default=Audience.EVERYONE)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    scope = models.CharField(_("what"), max_length=10, choices=Scope.choices, default=Scope.ALL)
    action_kinds = models.JSONField(default=list)
    tells_alarms = models.BooleanField(_("tells what has stopped"), default=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    is_on = models.BooleanField(_("switched on"), default=True)
    since = models.DateTimeField()
    next_post_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_ok_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("team channel")
        verbose_name_plural = _("team channels")
        ordering = ["store", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The address in clear. Raises UnreadableSecret."""
        return unlock(self.locked_address)

    @property
    def secret(self) -> str:
        """The secret in clear, empty where it has none. Raises UnreadableSecret."""
        return unlock(self.locked_secret) if self.locked_secret else ""

    def set_address(self, address: str) -> None:
        """Lock the address away; host and ending, or the mail address, stay readable."""
        self.locked_address, self.address_hint = lock(address), hint_of(address)

    def set_secret(self, secret: str) -> None:
        """Lock the secret away."""
        self.locked_secret = lock(secret) if secret else ""

    @property
    def zone(self) -> ZoneInfo:
        """The clock that its readers look at."""
        return ZoneInfo(self.timezone)

    def quiet_end(self, now: datetime) -> datetime | None:
        """When the quiet hours end in which `now` (UTC) lies; None outside them."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        return end_of_quiet(now.astimezone(self.zone), self.quiet_from, self.quiet_until)


def hint_of(address: str) -> str:
    """What may be shown of an address that carries a key: its host and its last four signs; mail addresses whole."""
    if "://" not in address:
        return address[:120]
    host = address.split("://", 1)[1].split("/", 1)[0].split("?", 1)[0]
    return f"{host[:100]} … {address[-4:]}"


def end_of_quiet(local: datetime, begins: time, ends: time) -> datetime | None:
    """When the quiet hours end that hold at this local time, over midnight if need be; None outside them."""
    clock = local.time().replace(tzinfo=None)
    is_quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    if not is_quiet:
        return None
    end = local.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    if end <= local:
        end = datetime.combine(local.date().fromordinal(local.toordinal() + 1), ends, tzinfo=local.tzinfo)
    return end


class NoticeKind(models.TextChoices):
    """What a notice is about."""

    DEADLINE = "deadline", _("a deadline")
    ALARM = "alarm", _("something has stopped")
    DIGEST = "digest", _("the day's digest")
    WEEK = "week", _("the week's figures")


class NoticeState(models.TextChoices):
    """Where a notice stands."""

    PENDING = ClaimState.PENDING.value, _("waiting for its turn")
    CLAIMED = ClaimState.CLAIMED.value, _("being sent")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("not needed any more")
    DEAD = ClaimState.DEAD.value, _("could not be sent")


class TeamNotice(Claimable):
    """One thing that the team is told, once, over one channel or to one person by e-mail.

    `key` says what, and on which step of the way to its deadline (`rung`): nothing is told twice for the same key.
    `item` is the id of the action item. The words are made when it leaves, from how things stand then.
    """

    store = models.ForeignKey(Store, models.CASCADE, null=True, related_name="+")
    channel = models.ForeignKey(TeamChannel, models.CASCADE, null=True, related_name="notices")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="+")
    item = models.PositiveBigIntegerField(null=True, db_index=True)
    rung = models.CharField(max_length=30, blank=True)
    is_escalation = models.BooleanField(default=False)
    key = models.CharField(max_length=100)
    raised_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.PENDING)
    reason = models.CharField(max_length=200, blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("team notice")
        verbose_name_plural = _("team notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="one_notice_per_channel_and_key"),
            models.UniqueConstraint(fields=["person", "key"], name="one_notice_per_person_and_key"),
            models.CheckConstraint(
                condition=Q(channel=None, person__isnull=False) | Q(channel__isnull=False, person=None),
                name="notice_has_one_recipient",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="notice_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="notice_lease"),
            models.Index(fields=["raised_at"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
