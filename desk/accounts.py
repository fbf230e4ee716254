"""Accounts are made by the team, not by passers-by; who comes, goes or fails to come in is written down."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from desk.access import doer_of
from orders.encryption import lock, unlock
from orders.models import AuditKind, User
from orders.services.auditing import note_deed

logger = logging.getLogger(__name__)
DAY = 24 * 3600  # seconds

# The mail that tells a person of a change to his account → what was done.
CHANGES = {
    "account/email/password_changed": AuditKind.PASSWORD_CHANGED,
    "account/email/password_set": AuditKind.PASSWORD_CHANGED,
    "account/email/password_reset": AuditKind.PASSWORD_CHANGED,
    "mfa/email/totp_activated": AuditKind.SECOND_FACTOR_ON,
    "mfa/email/totp_deactivated": AuditKind.SECOND_FACTOR_OFF,
    "mfa/email/recovery_codes_generated": AuditKind.RECOVERY_CODES_MADE,
}


class TeamAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by himself: a store's owner is made by `create_store`, its members by the owner."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many attempts failed. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def post_login(self, request: HttpRequest, user: User, **said: Any) -> HttpResponse:
        """He is in: by a link, if he has proved himself by nothing else."""
        response: HttpResponse = super().post_login(request, user, **said)
        proofs = [record["method"] for record in request.session.get("account_authentication_methods", [])]
        note_deed(AuditKind.LOGGED_IN, doer_of(request, user), now=timezone.now(), by=proofs or ["link"])
        return response

    def logout(self, request: HttpRequest) -> None:
        """He leaves."""
        if isinstance(request.user, User):
            note_deed(AuditKind.LOGGED_OUT, doer_of(request), now=timezone.now())
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password; what was typed is kept nowhere, since it may be a password in the wrong field."""
        user = User.objects.filter(email__iexact=credentials.get("email", "")).first()
        note_deed(AuditKind.LOG_IN_FAILED, doer_of(request, user), now=timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the language of the person, else in that of the page."""
        user = User.objects.filter(email__iexact=email).first()
        told = context | {"reset_days": settings.PASSWORD_RESET_TIMEOUT // DAY}
        with translation.override((user and user.language) or translation.get_language()):
            super().send_mail(template_prefix, email, told)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Write the change down, and tell the person; the change stands whether or not the mail leaves."""
        if kind := CHANGES.get(template_prefix):
            note_deed(kind, doer_of(context.request, user), now=timezone.now())
        try:
            super().send_notification_mail(template_prefix, user, *args, **kwargs)
        except (OSError, SMTPException) as error:
            logger.warning("user %s was not told of %s: %s", user.pk, template_prefix, error)


class LockedSecrets(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of authenticator apps, which the database holds locked."""

    def encrypt(self, text: str) -> str:
        """Locked with SECRET_KEY."""
        return lock(text)

    def decrypt(self, encrypted_text: str) -> str:
        """In clear. Raises UnreadableSecret when SECRET_KEY is another and its fallbacks lack the old one."""
        return unlock(encrypted_text)


class _NotedForm:
    """A wrong code is written down."""

    user: User

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        note_deed(AuditKind.CODE_FAILED, doer_of(context.request, self.user), now=timezone.now())


class CodeForm(_NotedForm, AuthenticateForm):  # type: ignore[misc]
    """The code at the log-in."""


class CodeAgainForm(_NotedForm, ReauthenticateForm):  # type: ignore[misc]
    """The code before something delicate."""
