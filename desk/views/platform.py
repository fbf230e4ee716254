"""AliExpress: the owner's page that connects a store, the way back from there, and what a person asks of it."""

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from desk.access import DeskRequest, doer_of, own_store, workable
from desk.forms.platform import PlatformAppForm
from desk.platform_words import COMMANDS, TROUBLES
from desk.selectors import platform as selector
from disputes.platform_commands import cancel_command, settle_unsure
from disputes.tasks import speak_with_platform
from orders.models import AuditKind, PlatformAccount, PlatformCommand, Store
from orders.platform.interface import PlatformError
from orders.platform.terms import gateway, log_in_terms
from orders.services.auditing import note_deed
from orders.services.platform_accounts import authorize_address, connect_account, disconnect_account, save_app
from orders.services.platform_capabilities import sync_now

logger = logging.getLogger(__name__)

STATE = "platform_state"  # the session's key


@never_cache
@require_GET
@login_required
def show_platform(request: HttpRequest) -> HttpResponse:
    """The connection of one of the reader's own stores; asked for by itself, what is being read."""
    store = own_store(cast(DeskRequest, request), request.GET.get("store", ""))
    if cast(DeskRequest, request).htmx:
        account = selector.connection_of(store)
        if account is None:
            raise Http404
        return render(request, "desk/platform/feeds.html", _feeds(account, store, timezone.now()))
    return _page(request, store, None)


@require_POST
@login_required
def save_platform_app(request: HttpRequest, slug: str) -> HttpResponse:
    """The app's key and secret, new or in place of the old ones."""
    store = own_store(cast(DeskRequest, request), slug)
    form = PlatformAppForm(request.POST, account=selector.connection_of(store))
    if not form.is_valid():
        return _page(request, store, form)
    now = timezone.now()
    save_app(store, app_key=form.cleaned_data["app_key"], secret=form.cleaned_data["secret"], now=now)
    note_deed(AuditKind.PLATFORM_SAVED, doer_of(request), now=now, store=store)
    messages.success(request, _("Saved. Connect the store now."))
    return _back(store)


@require_POST
@login_required
def change_platform(request: HttpRequest, slug: str, deed: str) -> HttpResponse:
    """Read everything now, or disconnect."""
    store = own_store(cast(DeskRequest, request), slug)
    account = selector.connection_of(store)
    if account is None or deed not in DEEDS:
        raise Http404
    DEEDS[deed](request, account)
    return _back(store)


def _sync(request: HttpRequest, account: PlatformAccount) -> None:
    if not account.is_connected:
        messages.warning(request, _("The store is not connected."))
    elif account.needs_person:
        messages.error(request, str(TROUBLES[account.trouble]))
    else:
        sync_now(account.pk, now=timezone.now())
        wake_a_worker()


def _disconnect(request: HttpRequest, account: PlatformAccount) -> None:
    disconnect_account(account.pk)
    note_deed(AuditKind.PLATFORM_DISCONNECTED, doer_of(request), now=timezone.now(), store=account.store)
    messages.success(request, _("Disconnected. What has been read stays; nothing more is read or sent."))


DEEDS = {"sync": _sync, "disconnect": _disconnect}


def wake_a_worker() -> None:
    """Without a broker it waits for the next sweep: the rows are the memory, not the wake-up."""
    try:
        speak_with_platform.delay()
    except OperationalError as error:
        logger.warning("AliExpress waits for the next sweep: %s", error)


# --- there and back ---------------------------------------------------------------------------------------------------
@never_cache
@require_GET
@login_required
def come_back(request: HttpRequest) -> HttpResponse:
    """A person comes back from AliExpress with a code: only to the session that left, once, and in time."""
    store = _store_of_state(cast(DeskRequest, request))
    account = selector.connection_of(store) if store else None
    if store is None or account is None:
        messages.error(request, _("This way back is not good any more: begin at Connect again."))
        return redirect("desk:platform")
    code = request.GET.get("code", "")
    if not code:
        messages.error(request, _("AliExpress did not let us in. Nothing has changed."))
        return _back(store)
    try:
        connect_account(account.pk, code[:500], timezone.now)
    except PlatformError as error:
        said = _("%(meaning)s AliExpress says: %(words)s")
        messages.error(request, said % {"meaning": TROUBLES[error.trouble], "words": str(error)[:200]})
        return _back(store)
    note_deed(AuditKind.PLATFORM_CONNECTED, doer_of(request), now=timezone.now(), store=store)
    messages.success(request, _("Connected. The first reading has begun; you may leave this page."))
    wake_a_worker()
    return _back(store)


def _store_of_state(request: DeskRequest) -> Store | None:
    """The reader's own store that this session left for; whatever comes back, the way is used up."""
    kept: dict[str, str] = request.session.pop(STATE, None) or {}
    given = request.GET.get("state", "")
    if not kept or not secrets.compare_digest(kept["state"].encode(), given.encode()):
        return None
    if timezone.now() - datetime.fromisoformat(kept["at"]) > log_in_terms().code:
        return None
    return next((store for store in request.reader.own_stores if store.slug == kept["store"]), None)


def _way_there(request: DeskRequest, account: PlatformAccount, store: Store) -> str:
    """The address to go to. The state in it lives in this session; one that is half used up is made anew."""
    kept, now = request.session.get(STATE) or {}, timezone.now()
    is_fresh = kept.get("store") == store.slug and now - datetime.fromisoformat(kept["at"]) < timedelta(minutes=10)
    if not is_fresh:
        kept = {"state": secrets.token_urlsafe(24), "store": store.slug, "at": now.isoformat()}
        request.session[STATE] = kept
    return authorize_address(account, state=kept["state"], back=selector.back_address())


# --- what was asked of it ---------------------------------------------------------------------------------------------
@require_POST
@login_required
def change_command(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Call it off before it is sent; or say, of one without an answer, whether it was carried out."""
    desk_request = cast(DeskRequest, request)
    command: PlatformCommand = workable(PlatformCommand.objects.select_related("order"), desk_request, pk=pk)
    now = timezone.now()
    deeds = {
        "cancel": lambda: cancel_command(command.pk),
        "done": lambda: settle_unsure(command.pk, was_carried_out=True, now=now),
        "again": lambda: settle_unsure(command.pk, was_carried_out=False, now=now),
    }
    if deed not in deeds:
        raise Http404
    if deeds[deed]():
        messages.success(request, _("Noted: %(what)s") % {"what": COMMANDS[command.kind]})
        if deed == "again":
            wake_a_worker()
    else:
        messages.warning(request, _("It is too late for that: AliExpress has been asked, or has answered."))
    return redirect("desk:order", command.order_id)


# --- the page ---------------------------------------------------------------------------------------------------------
def _page(request: HttpRequest, store: Store, form: PlatformAppForm | None) -> HttpResponse:
    desk_request, now = cast(DeskRequest, request), timezone.now()
    account = selector.connection_of(store)
    context: dict[str, Any] = {
        "store": store,
        "stores": desk_request.reader.own_stores,
        "account": account,
        "form": form or PlatformAppForm(account=account),
        "console": gateway().keys,
        "back_address": selector.back_address(),
    }
    if account is not None:
        context |= _feeds(account, store, now) | {
            "way": _way_there(desk_request, account, store),
            "trouble": TROUBLES.get(account.trouble, ""),
            "ends_soon": selector.ends_soon(account, now=now),
            "post_address": selector.post_address(account),
            "commands": selector.latest_commands(account),
        }
    return render(request, "desk/platform.html", context, status=422 if form else 200)


def _feeds(account: PlatformAccount, store: Store, now: datetime) -> dict[str, Any]:
    lines = selector.capability_lines(account, now=now)
    return {"lines": lines, "is_busy": any(line.is_running for line in lines), "store": store, "now": now}


def _back(store: Store) -> HttpResponse:
    return redirect(f"{reverse('desk:platform')}?store={store.slug}")
