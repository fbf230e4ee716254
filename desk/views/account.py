"""A person's own pages: his preferences, his sessions, and the link that lets him in once."""

from http import HTTPStatus
from typing import cast

from allauth.account.utils import perform_login
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from desk.access import DeskRequest, doer_of
from desk.forms.account import PreferencesForm
from orders.models import AuditKind
from orders.services.auditing import note_deed
from orders.services.log_in_links import user_of_link


@require_http_methods(["GET", "POST"])
@login_required
def show_preferences(request: HttpRequest) -> HttpResponse:
    """Name, language, clock and keys."""
    user = cast(DeskRequest, request).user
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with override(user.language or None):
            messages.success(request, _("Saved."))
        return redirect("desk:preferences")
    return render(request, "desk/preferences.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def log_in_once(request: HttpRequest, uidb36: str, token: str) -> HttpResponse:
    """The one-time link: looking at it changes nothing, so that a mail scanner does not use it up."""
    user = user_of_link(uidb36, token)
    if user is None:
        return render(request, "desk/log_in_once.html", {"member": None}, status=404)
    if request.method == "POST":
        then = None if user.has_usable_password() else reverse("account_set_password")
        return cast(HttpResponse, perform_login(request, user, redirect_url=then))
    return render(request, "desk/log_in_once.html", {"member": user})


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Log another browser of his out."""
    session = get_object_or_404(UserSession, pk=pk, user=cast(DeskRequest, request).user)
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    session.end()
    note_deed(AuditKind.SESSION_ENDED, doer_of(request), now=timezone.now())
    messages.success(request, _("That browser is logged out."))
    return redirect("usersessions_list")


def refuse_old_page(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A press on a page whose token is no longer that of the browser's cookie; Django's log says the `reason`."""
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def refuse_too_many(request: HttpRequest) -> HttpResponse:
    """Too many requests of one kind from one place: when to come back."""
    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = "60"
    return response


def refuse(request: HttpRequest, **_said: str) -> HttpResponse:
    """A page that a library brings along and this program does not have. Raises Http404."""
    raise Http404
