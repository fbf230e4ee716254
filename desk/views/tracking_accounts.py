"""Tracking services: the owner's page for keys, quotas and what the services answer."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, doer_of, named_store, own_store
from desk.forms.tracking_accounts import TrackingAccountForm
from desk.selectors.tracking_accounts import list_accounts
from desk.tracking_account_words import ERRORS, NAMES
from orders.models import AuditKind, Store, TrackingAccount
from orders.providers.interface import ProviderName
from orders.services.auditing import note_deed
from orders.services.subscriptions import revive_refused
from orders.services.tracking_accounts import Resting, check_account, save_account, switch_account


@never_cache
@require_GET
@login_required
def show_tracking_accounts(request: HttpRequest) -> HttpResponse:
    """The accounts of one of the reader's own stores."""
    return _page(request, own_store(cast(DeskRequest, request), request.GET.get("store", "")), {})


@require_POST
@login_required
def save_account_key(request: HttpRequest, slug: str, provider: str) -> HttpResponse:
    """A new key, or another in place of the old one."""
    store, name, account = _find(cast(DeskRequest, request), slug, provider)
    form = TrackingAccountForm(request.POST, provider=name, account=account)
    if not form.is_valid():
        return _page(request, store, {name: form})
    given = form.cleaned_data
    save_account(store, name, key=given["key"], customer=given.get("customer", ""))
    note_deed(AuditKind.KEY_SAVED, doer_of(request), now=timezone.now(), store=store, service=name)
    messages.success(request, _("Saved. Test the connection now."))
    return _back(store)


@require_POST
@login_required
def change_account(request: HttpRequest, slug: str, provider: str, deed: str) -> HttpResponse:
    """Switch it on or off, test its connection, ask again for what was refused."""
    store, name, account = _find(cast(DeskRequest, request), slug, provider)
    if account is None or deed not in DEEDS:
        raise Http404
    DEEDS[deed](request, account, NAMES[name])
    return _back(store)


def _switch(request: HttpRequest, account: TrackingAccount, name: str) -> None:
    is_on = switch_account(account.pk).is_on
    data = {"service": account.provider, "on": is_on}
    note_deed(AuditKind.KEY_SWITCHED, doer_of(request), now=timezone.now(), store=account.store, **data)
    said = _("%(service)s is switched on.") if is_on else _("%(service)s is switched off: nothing is asked there.")
    messages.success(request, said % {"service": name})


def _check(request: HttpRequest, account: TrackingAccount, name: str) -> None:
    try:
        error = check_account(account.pk, timezone.now)
    except Resting:
        messages.warning(request, _("%(service)s cannot be asked just now. Try again in a minute.") % {"service": name})
        return
    if error is None:
        messages.success(request, _("%(service)s answers, and accepts the key.") % {"service": name})
    else:
        messages.error(request, _("%(service)s: %(problem)s") % {"service": name, "problem": ERRORS[error.kind]})


def _retry(request: HttpRequest, account: TrackingAccount, name: str) -> None:
    count = revive_refused(account, now=timezone.now())
    said = ngettext("%(count)s parcel is asked for again.", "%(count)s parcels are asked for again.", count)
    messages.success(request, said % {"count": count})


DEEDS = {"switch": _switch, "check": _check, "retry": _retry}


def _find(request: DeskRequest, slug: str, provider: str) -> tuple[Store, ProviderName, TrackingAccount | None]:
    store = named_store(request.reader.own_stores, slug)
    if provider not in set(ProviderName):
        raise Http404
    name = ProviderName(provider)
    return store, name, TrackingAccount.objects.filter(store=store, provider=name).first()


def _page(request: HttpRequest, store: Store, forms: dict[ProviderName, TrackingAccountForm]) -> HttpResponse:
    cards: list[dict[str, Any]] = [
        {
            "card": card,
            "form": forms.get(card.provider) or TrackingAccountForm(provider=card.provider, account=card.account),
        }
        for card in list_accounts(store, now=timezone.now())
    ]
    stores = cast(DeskRequest, request).reader.own_stores
    context = {"store": store, "stores": stores, "cards": cards}
    return render(request, "desk/tracking_accounts.html", context, status=422 if forms else 200)


def _back(store: Store) -> HttpResponse:
    return redirect(f"{reverse('desk:tracking_accounts')}?store={store.slug}")
