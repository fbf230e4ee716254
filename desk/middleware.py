"""The reader's own language and clock; his session among his sessions; his second factor, where he must have one."""

import time
from collections.abc import Callable
from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from desk.access import DeskRequest, Reader
from orders.models import User

Answer = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY = 300  # seconds between two notes that a session is in use: a page is worth no write
# What a person without his second factor may do: get it, set a password first, and leave.
OPEN_WITHOUT_SECOND_FACTOR = {
    "account_logout", "account_reauthenticate", "account_set_password", "account_change_password", "set_language",
    "desk:health", "desk:readiness",
}  # fmt: skip


class NoNulMiddleware:
    """Refuses texts with a NUL character, which no keyboard types and PostgreSQL cannot hold."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> None:
        """Look at the address, the query and the form; what machines post is read by its own door."""
        forms = [request.GET] if getattr(view, "csrf_exempt", False) else [request.GET, request.POST]
        given = (value for form in forms for _key, values in form.lists() for value in values)
        if "\x00" in request.path or any("\x00" in value for value in given):
            raise BadRequest("a text with a NUL character")


class ReaderMiddleware:
    """Shows pages in the reader's language (else the browser's) and on his clock (else his first store's)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reader = cast(DeskRequest, request).reader = Reader(request.user)
        if isinstance(request.user, User):
            _speak(request, request.user.language)
            timezone.activate(reader.zone)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def _speak(request: HttpRequest, language: str) -> None:
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        request.LANGUAGE_CODE = language


class SessionListMiddleware:
    """Notes now and then from where a session is used, for the list of his sessions that a person can end."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and time.time() - request.session.get("seen_at", 0) > SEEN_EVERY:
            request.session["seen_at"] = int(time.time())
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Leads owners and staff to the set-up of their second factor, if OWNERS_NEED_SECOND_FACTOR says so."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: DeskRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Another page than the one asked for, or None."""
        if not (settings.OWNERS_NEED_SECOND_FACTOR and request.user.is_authenticated) or _is_open(request):
            return None
        if not (request.user.is_staff or request.reader.own_stores):
            return None
        if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return None
        if request.htmx:
            return HttpResponseClientRedirect(resolve_url("mfa_activate_totp"))
        messages.warning(request, _("An owner needs a second factor to log in with: set it up first."))
        return redirect("mfa_activate_totp")


def _is_open(request: HttpRequest) -> bool:
    name = request.resolver_match.view_name if request.resolver_match else ""
    return name.startswith("mfa_") or name in OPEN_WITHOUT_SECOND_FACTOR
