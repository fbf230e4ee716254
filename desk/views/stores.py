"""A store: made from the web by an owner, its name, clock, currency, rates and reply address changed."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.access import DeskRequest, doer_of, own_store
from desk.forms.stores import NewStoreForm, SettingsForm, pack_title
from desk.selectors.setup import currencies_without_rate
from orders.services.stores import StoreTaken, change_store, open_store


@require_http_methods(["GET", "POST"])
@login_required
def make_store(request: HttpRequest) -> HttpResponse:
    """The form of a new store, for whoever owns one."""
    desk_request = cast(DeskRequest, request)
    if not desk_request.reader.own_stores:
        raise Http404
    form = NewStoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, now = dict(form.cleaned_data), timezone.now()
        said = {"policy_name": given.pop("policy"), "doer": doer_of(request), "now": now}
        try:
            store = open_store(desk_request.user, given.pop("slug"), **said, **given)
        except StoreTaken:  # between the look and the making
            form.add_error("slug", _("There is a store of this name already: choose another."))
        else:
            messages.success(request, _("The store is there. What it still needs is listed here."))
            return redirect(f"/setup/?store={store.slug}")
    return render(request, "desk/setup/new_store.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def edit_store(request: HttpRequest, slug: str) -> HttpResponse:
    """What a store is called, its clock, its money and its reply address."""
    desk_request = cast(DeskRequest, request)
    store = own_store(desk_request, slug)
    form = SettingsForm(request.POST or None, store=store, missing=currencies_without_rate(store))
    if request.method == "POST" and form.is_valid():
        changed = change_store(store, form.values(), doer_of(request), now=timezone.now())
        messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
        return redirect("desk:store", store.slug)
    context = {"form": form, "store": store, "pack": pack_title(store.policy_name)}
    return render(request, "desk/setup/store.html", context, status=422 if form.errors else 200)
