"""The form of a store's mailbox; its password goes in and never comes out again."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from messaging.models import MailboxAccount
from messaging.models.mailboxes import Security
from messaging.services.mailboxes import MailboxSettings

HOST = RegexValidator(
    r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$", _("Only the server's name, without https://.")
)
PLAIN = RegexValidator(r"^[^\x00-\x1f\x7f]+$", _("No line breaks or control characters."))
MOST_DAYS = 60


class MailboxForm(forms.Form):
    """Where the mailbox is; the mail provider's help pages name server, port and folder."""

    host = forms.CharField(label=_("IMAP server"), max_length=253, validators=[HOST], help_text="imap.example.com")
    security = forms.ChoiceField(label=_("Protection"), choices=Security.choices, initial=Security.TLS)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65_535, initial=993)
    user = forms.CharField(label=_("User"), max_length=320, validators=[PLAIN])
    password = forms.CharField(
        label=_("Password"),
        max_length=500,
        validators=[PLAIN],
        help_text=_("Many providers (QQ, 163, Gmail) want an app password or authorisation code here."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    folder = forms.CharField(label=_("Folder"), max_length=200, validators=[PLAIN], initial="INBOX")
    days = forms.IntegerField(
        label=_("Take in mails of the last days"),
        min_value=0,
        max_value=MOST_DAYS,
        initial=0,
        help_text=_("0: only what comes from now on."),
    )

    def __init__(self, data: Any = None, *, account: MailboxAccount | None) -> None:
        super().__init__(data, auto_id="mailbox-%s")
        self.account = account
        if account is not None:
            for name in ("host", "security", "port", "user", "folder"):
                self.fields[name].initial = getattr(account, name)
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Leave empty to keep the one that is there.")

    def clean(self) -> None:
        """A stored password goes to the server and user for which it was entered, and to no other."""
        given, account = self.cleaned_data, self.account
        moved = account and (given.get("host"), given.get("user")) != (account.host, account.user)
        if moved and not given.get("password"):
            self.add_error("password", ValidationError(_("Another server or user: enter the password again.")))

    def settings(self) -> MailboxSettings:
        """What the owner said."""
        given = self.cleaned_data
        return MailboxSettings(
            host=given["host"].lower(),
            port=given["port"],
            security=Security(given["security"]),
            user=given["user"],
            password=given["password"],
            folder=given["folder"],
            days=given["days"],
        )
