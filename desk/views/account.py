"""A person's own pages: his preferences, and the link that lets him in once."""

from typing import cast

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from desk.access import DeskRequest
from desk.forms.account import PreferencesForm
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
        return cast(HttpResponse, perform_login(request, user))
    return render(request, "desk/log_in_once.html", {"member": user})
