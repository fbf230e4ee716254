"""The reader's own language and clock; his log-in, his sessions, and his second factor, where he must have one."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
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


class LogInAgainMiddleware:
    """Leads who is logged in no more to the log-in and then back to the page on which he pressed.

    Django would lead him to the address of the press itself, which takes no looks; and what a page asks for in place
    would draw the log-in inside that page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_press = request.method not in {"GET", "HEAD"}
        if not (is_press or cast(DeskRequest, request).htmx) or not _asks_to_log_in(request, response):
            return response
        if is_press:
            messages.warning(request, _("You were logged out before this press: it was not carried out. Log in again."))
        query = urlencode({REDIRECT_FIELD_NAME: _page_of(cast(DeskRequest, request))})
        address = f"{resolve_url(settings.LOGIN_URL)}?{query}"
        return HttpResponseClientRedirect(address) if cast(DeskRequest, request).htmx else redirect(address)


def _asks_to_log_in(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this very address is kept for those logged in; a log-out and a change of language lead there, too."""
    location = urlsplit(response.headers.get("Location", ""))
    if response.status_code != HTTPStatus.FOUND or location.path != resolve_url(settings.LOGIN_URL):
        return False
    return dict(parse_qsl(location.query)).get(REDIRECT_FIELD_NAME) == request.get_full_path()


def _page_of(request: DeskRequest) -> str:
    """The path of the page in front of the reader; the first one where his browser keeps that to itself."""
    if request.htmx:
        return request.htmx.current_url_abs_path or "/"
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    return urlunsplit(("", "", parts.path, parts.query, ""))


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
