"""Stores' connections to the AliExpress Open Platform, what is read and sent there, and what it posts to us."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.encryption import lock, unlock
from orders.models.accounts import Store
from orders.models.claims import Claimable, ClaimState
from orders.models.orders import Order
from orders.models.providers import AccountPart
from orders.platform.interface import OF_ACCOUNT, Capability, Trouble
from orders.querysets import StoreScoped


class PlatformAccount(models.Model):
    """A store's app at the platform, with its secret and tokens locked away; instants are UTC.

    `refresh_due_at` is when a worker asks for new tokens, well before `access_ends_at`. `next_call_at` is the next
    free turn under the platform's rate limit, for all workers. After failures in a row the account rests.
    """

    store = models.OneToOneField(Store, models.CASCADE, related_name="platform_account", verbose_name=_("store"))
    app_key = models.CharField(_("app key"), max_length=100)
    locked_secret = models.TextField(editable=False)
    secret_ending = models.CharField(_("secret ends in"), max_length=4)
    locked_access = models.TextField(blank=True, editable=False)
    locked_refresh = models.TextField(blank=True, editable=False)
    access_ends_at = models.DateTimeField(_("log-in ends"), null=True, blank=True)
    refresh_ends_at = models.DateTimeField(null=True, blank=True)
    refresh_due_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(_("connected since"), null=True, blank=True)
    seller = models.CharField(_("account at AliExpress"), max_length=200, blank=True)
    seller_id = models.CharField(max_length=64, blank=True)
    # What stands in the address that the platform posts to; the signature proves the rest.
    push_token = models.CharField(max_length=64, unique=True, editable=False)
    next_call_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    trouble = models.CharField(max_length=20, blank=True, choices=[(kind.value, kind.value) for kind in Trouble])
    last_ok_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    last_push_at = models.DateTimeField(_("last post"), null=True, blank=True)
    wrong_signatures = models.PositiveIntegerField(_("posts with a wrong signature"), default=0)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("connection to AliExpress")
        verbose_name_plural = _("connections to AliExpress")
        ordering = ["store"]
        indexes = [models.Index(fields=["refresh_due_at"], name="platform_refresh_due")]

    def __str__(self) -> str:
        return f"{self.store} · {self.app_key}"

    @property
    def secret(self) -> str:
        """The app's secret in clear. Raises UnreadableSecret."""
        return unlock(self.locked_secret)

    @property
    def access_token(self) -> str:
        """The token that calls are made with; empty without one. Raises UnreadableSecret."""
        return unlock(self.locked_access) if self.locked_access else ""

    @property
    def refresh_token(self) -> str:
        """The token that new ones are asked for with; empty without one. Raises UnreadableSecret."""
        return unlock(self.locked_refresh) if self.locked_refresh else ""

    @property
    def is_connected(self) -> bool:
        """Whether a person has let us in, and not taken it back."""
        return bool(self.locked_access)

    @property
    def needs_person(self) -> bool:
        """Whether nothing is asked before a person has looked: a wrong secret, an ended log-in."""
        return self.trouble in OF_ACCOUNT

    def set_secret(self, secret: str) -> None:
        """Lock a new secret away; only its last four characters are ever shown again."""
        self.locked_secret, self.secret_ending = lock(secret), secret[-4:]


class CapabilityState(models.TextChoices):
    """Where one thing that the platform may let us do stands."""

    PENDING = ClaimState.PENDING.value, _("waits for its turn")
    CLAIMED = ClaimState.CLAIMED.value, _("is being read")
    ON_CALL = "on_call", _("used when somebody asks for it")
    DEAD = ClaimState.DEAD.value, _("given up")


class PlatformCapability(Claimable):
    """One capability of one account: how it answered last, and for what is read regularly how far that came.

    `cursor_at` is the instant up to which everything that changed has been read; `position` is where a reading that
    was broken off goes on, and `rows_done` of `rows_total` how much of it is done. `off_since` is since when the
    platform refuses it. Instants are UTC.
    """

    account = models.ForeignKey(PlatformAccount, models.CASCADE, related_name="capabilities")
    name = models.CharField(max_length=20, choices=[(name.value, name.value) for name in Capability])
    state = models.CharField(max_length=10, choices=CapabilityState.choices, default=CapabilityState.PENDING)
    cursor_at = models.DateTimeField(null=True, blank=True)
    position = models.JSONField(default=dict, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=20, blank=True, choices=[(kind.value, kind.value) for kind in Trouble])
    error_code = models.CharField(max_length=100, blank=True)
    off_since = models.DateTimeField(null=True, blank=True)

    objects = AccountPart.as_manager()

    class Meta:
        verbose_name = _("capability of AliExpress")
        verbose_name_plural = _("capabilities of AliExpress")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_row_per_capability")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="capability_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="capability_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.name}"


class PlatformLine(models.Model):
    """Which line of which order the platform means by the number of a child order."""

    account = models.ForeignKey(PlatformAccount, models.CASCADE, related_name="lines")
    order = models.ForeignKey(Order, models.CASCADE, related_name="platform_lines")
    child_number = models.CharField(max_length=64)
    position = models.PositiveIntegerField()

    objects = AccountPart.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "child_number"], name="one_line_per_child")]

    def __str__(self) -> str:
        return self.child_number


class PlatformIssue(models.Model):
    """A dispute as the platform keeps it, and which of its steps are on the order's timeline already.

    `dispute_number` is ours of that order. `solutions` are the plans of both sides and the platform, as they were
    read last at `read_at`. `buyer_login` names the buyer in calls, and is forgotten when the dispute is over.
    """

    account = models.ForeignKey(PlatformAccount, models.CASCADE, related_name="issues")
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="platform_issues")
    issue_number = models.CharField(max_length=64)
    child_number = models.CharField(max_length=64, blank=True)
    dispute_number = models.PositiveIntegerField(null=True, blank=True)
    buyer_login = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=40, blank=True)
    modified = models.CharField(max_length=64, blank=True)  # the platform's own word for when it changed
    solutions = models.JSONField(default=list, blank=True)
    seen = models.JSONField(default=list, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AccountPart.as_manager()

    class Meta:
        verbose_name = _("dispute at AliExpress")
        verbose_name_plural = _("disputes at AliExpress")
        constraints = [models.UniqueConstraint(fields=["account", "issue_number"], name="one_row_per_issue")]
        indexes = [models.Index(fields=["account", "read_at"], condition=Q(closed_at=None), name="issue_open")]

    def __str__(self) -> str:
        return self.issue_number


class CommandKind(models.TextChoices):
    """What is asked of the platform in the store's name."""

    EXTEND_RECEIPT = "extend_receipt", _("extend the receipt time")
    AGREE = "agree", _("agree with the buyer's plan")
    OFFER = "offer", _("make another plan")
    REPLY_REVIEW = "reply_review", _("reply to a review")


class CommandState(models.TextChoices):
    """Where a command stands; the last five are its ends."""

    PENDING = ClaimState.PENDING.value, _("on its way to AliExpress")
    CLAIMED = ClaimState.CLAIMED.value, _("being sent to AliExpress")
    DONE = "done", _("AliExpress has done it")
    REFUSED = "refused", _("AliExpress refused it")
    UNSURE = "unsure", _("no answer came: look at AliExpress whether it was done")
    CANCELLED = "cancelled", _("called off")
    DEAD = ClaimState.DEAD.value, _("given up")


class PlatformCommand(Claimable):
    """Something that a person asked of the platform: kept first, sent by a worker, answered on the timeline.

    `subject` is the number of the dispute or the review that it is about; `params` are what the form said, amounts
    as text. `actor` is the user's id.
    """

    account = models.ForeignKey(PlatformAccount, models.CASCADE, related_name="commands")
    order = models.ForeignKey(Order, models.CASCADE, related_name="platform_commands")
    kind = models.CharField(max_length=20, choices=CommandKind.choices)
    subject = models.CharField(max_length=64, blank=True)
    params = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=CommandState.choices, default=CommandState.PENDING)
    actor = models.CharField(max_length=50)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=100, blank=True)

    objects = AccountPart.as_manager()

    class Meta:
        verbose_name = _("request to AliExpress")
        verbose_name_plural = _("requests to AliExpress")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["order", "-asked_at"], name="command_of_order"),
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="command_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="command_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.kind}"

    @property
    def is_on_its_way(self) -> bool:
        """Whether the platform has yet to answer."""
        return self.state in {CommandState.PENDING, CommandState.CLAIMED}


class PlatformPushState(models.TextChoices):
    """Where a post of the platform stands."""

    PENDING = ClaimState.PENDING.value, _("waiting for its turn")
    CLAIMED = ClaimState.CLAIMED.value, _("being read")
    DONE = "done", _("taken in")
    UNKNOWN = "unknown", _("about another seller")
    UNREADABLE = "unreadable", _("not readable")
    DEAD = ClaimState.DEAD.value, _("given up")


class PlatformPush(Claimable):
    """What the platform posted to us, as it came, until it is worked off; the same body twice is one row."""

    account = models.ForeignKey(PlatformAccount, models.CASCADE, related_name="pushes")
    state = models.CharField(max_length=10, choices=PlatformPushState.choices, default=PlatformPushState.PENDING)
    received_at = models.DateTimeField()
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    objects = AccountPart.as_manager()

    class Meta:
        verbose_name = _("post of AliExpress")
        verbose_name_plural = _("posts of AliExpress")
        constraints = [models.UniqueConstraint(fields=["account", "sha256"], name="one_row_per_platform_push")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="platform_push_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="platform_push_lease"),
            models.Index(fields=["received_at"], name="platform_push_age"),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.received_at:%Y-%m-%d %H:%M}"
