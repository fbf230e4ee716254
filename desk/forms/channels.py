"""The form of a channel over which the team is told."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from desk.address_words import REFUSALS
from disputes.models import ActionKind
from messaging.bulletins import channel_limits
from messaging.channels import Audience, ChannelKind, Scope
from messaging.models import TeamChannel
from orders.models import Store
from orders.outward import ForbiddenAddress, check_address
from orders.roles import Role
from orders.standard_webhooks import make_secret, read_key

WITH_SECRET = {ChannelKind.DINGTALK, ChannelKind.FEISHU, ChannelKind.WEBHOOK}
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class ChannelForm(forms.Form):
    """Where, whose, which, in what language, and when not. What is kept locked is never shown again."""

    name = forms.CharField(label=_("Name"), max_length=60)
    address = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    whose = forms.ChoiceField(label=_("Whose deadlines"))
    scope = forms.ChoiceField(label=_("Which deadlines"), choices=Scope.choices)
    action_kinds = forms.MultipleChoiceField(
        label=_("What"), choices=ActionKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    tells_alarms = forms.BooleanField(label=_("Tell also what has stopped"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"))
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=TIME)
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=TIME,
        help_text=_("What would be too late by then is told all the same."),
    )

    def __init__(
        self, data: Any = None, *, store: Store, kind: str, channel: TeamChannel | None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.store, self.kind, self.channel = store, ChannelKind(kind), channel
        self._offer_choices()
        if kind not in WITH_SECRET:
            del self.fields["secret"]
        elif kind == ChannelKind.WEBHOOK:
            self.fields["secret"].help_text = _("whsec_ and base64. Left empty, we make one and show it once.")
        if kind == ChannelKind.EMAIL:
            self.fields["address"].widget.attrs["inputmode"] = "email"
        if channel is not None:
            self._keep_locked()

    def _offer_choices(self) -> None:
        members = self.store.memberships.select_related("user").order_by("user__email")
        whose: list[tuple[str, Any]] = [
            (Audience.EVERYONE, _("everyone's")),
            (f"role:{Role.OWNER}", _("those of owners, and what nobody closed in time")),
            (f"role:{Role.AGENT}", _("those of agents, and what is nobody's")),
            *((f"person:{member.user_id}", str(member.user)) for member in members),
        ]
        zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name]
        self.fields["whose"].choices = whose  # type: ignore[attr-defined]
        self.fields["timezone"].choices = [("UTC", "UTC"), *zones]  # type: ignore[attr-defined]

    def _keep_locked(self) -> None:
        self.fields["address"].required = False
        self.fields["address"].help_text = _("Leave empty to keep the one that is there.")
        if "secret" in self.fields:
            self.fields["secret"].help_text = _("Leave empty to keep the one that is there.")

    def clean_address(self) -> str:
        """An address of the kind, that may be posted to."""
        address: str = self.cleaned_data["address"].strip()
        if not address:
            return ""
        if self.kind == ChannelKind.EMAIL:
            validate_email(address)
            return address
        try:
            parts = check_address(address)
        except ForbiddenAddress as error:
            raise forms.ValidationError(str(REFUSALS[error.why])) from error
        hosts = channel_limits(self.kind).hosts
        if hosts and parts.hostname not in {*hosts, *settings.PRIVATE_HOSTS}:
            said = {"kind": self.kind.label, "hosts": ", ".join(hosts)}
            raise forms.ValidationError(_("The addresses of %(kind)s lie at %(hosts)s.") % said)
        return address

    def clean_secret(self) -> str:
        """A secret of the kind's form; a new webhook without one gets one."""
        secret: str = self.cleaned_data["secret"].strip()
        if self.kind != ChannelKind.WEBHOOK:
            return secret
        if not secret:
            return "" if self.channel else make_secret()
        try:
            read_key(secret)
        except ValueError as error:
            raise forms.ValidationError(_("Expected whsec_ and 24 to 64 bytes in base64.")) from error
        return secret

    def clean(self) -> dict[str, Any]:
        """Kinds where kinds are asked for, and quiet hours with both ends."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("scope") == Scope.KINDS and not given.get("action_kinds"):
            self.add_error("action_kinds", _("Tick at least one."))
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            self.add_error("quiet_until", _("Quiet hours need a beginning and an end."))
        return given

    def to_channel(self) -> TeamChannel:
        """The channel as the form says, its address and secret aside."""
        channel = self.channel or TeamChannel(store=self.store, kind=self.kind)
        given = self.cleaned_data
        audience, _colon, who = given["whose"].partition(":")
        channel.audience = audience
        channel.role = who if audience == Audience.ROLE else ""
        channel.person_id = int(who) if audience == Audience.PERSON else None
        for key in (
            "name",
            "scope",
            "action_kinds",
            "tells_alarms",
            "language",
            "timezone",
            "quiet_from",
            "quiet_until",
        ):
            setattr(channel, key, given[key])
        return channel


def initial_of(channel: TeamChannel) -> dict[str, Any]:
    """What the form of a channel shows at first."""
    keys = ("name", "scope", "action_kinds", "tells_alarms", "language", "timezone", "quiet_from", "quiet_until")
    who = channel.role or channel.person_id
    return {key: getattr(channel, key) for key in keys} | {
        "whose": f"{channel.audience}:{who}" if who else channel.audience
    }
