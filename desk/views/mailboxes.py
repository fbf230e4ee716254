"""A store's mailbox: owners say where it is, test it, and switch it off; its password is never shown again."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, doer_of, own_store
from desk.forms.mailboxes import MailboxForm
from messaging.models import InboundMessage, MailboxAccount
from messaging.models.mailboxes import MailboxTrouble
from messaging.services.mailboxes import check_mailbox, remove_mailbox, save_mailbox, switch_mailbox
from orders.models import AuditKind, Store
from orders.services.auditing import note_deed

SERVICE = "imap"  # what the audit list calls it, beside the tracking services


@require_GET
@login_required
def show_mailboxes(request: HttpRequest) -> HttpResponse:
    """The mailbox of one of the reader's own stores."""
    store = own_store(cast(DeskRequest, request), request.GET.get("store", ""))
    return _page(request, store)


@require_POST
@login_required
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Say where it is."""
    store = own_store(cast(DeskRequest, request), slug)
    form = MailboxForm(request.POST, account=_account(store))
    if not form.is_valid():
        return _page(request, store, form)
    save_mailbox(store, form.settings(), now=timezone.now())
    note_deed(AuditKind.KEY_SAVED, doer_of(request), now=timezone.now(), store=store, service=SERVICE)
    messages.success(request, _("Saved. Test the connection now."))
    return _back(store)


@require_POST
@login_required
def change(request: HttpRequest, slug: str, deed: str) -> HttpResponse:
    """Test it, switch it on or off, or forget it."""
    store = own_store(cast(DeskRequest, request), slug)
    account = _account(store)
    if account is None or deed not in DEEDS:
        raise Http404
    DEEDS[deed](request, store, account)
    return _back(store)


def _check(request: HttpRequest, _store: Store, account: MailboxAccount) -> None:
    trouble = check_mailbox(account.pk, timezone.now)
    if trouble is None:
        messages.success(request, _("The mailbox opens. What buyers write there comes in by itself."))
    else:
        messages.error(request, MailboxTrouble(trouble).label)


def _switch(request: HttpRequest, store: Store, account: MailboxAccount) -> None:
    is_on = switch_mailbox(account.pk, now=timezone.now()).is_on
    note_deed(AuditKind.KEY_SWITCHED, doer_of(request), now=timezone.now(), store=store, service=SERVICE, on=is_on)
    messages.success(request, _("The mailbox is read again.") if is_on else _("The mailbox is left alone from now on."))


def _remove(request: HttpRequest, store: Store, account: MailboxAccount) -> None:
    remove_mailbox(account.pk)
    note_deed(AuditKind.KEY_SWITCHED, doer_of(request), now=timezone.now(), store=store, service=SERVICE, on=False)
    messages.success(request, _("Forgotten, with its password. What came through it stays."))


DEEDS = {"check": _check, "switch": _switch, "remove": _remove}


def _account(store: Store) -> MailboxAccount | None:
    account: MailboxAccount | None = MailboxAccount.objects.filter(store=store).first()
    return account


def _page(request: HttpRequest, store: Store, form: MailboxForm | None = None) -> HttpResponse:
    account = _account(store)
    context = {
        "store": store,
        "stores": cast(DeskRequest, request).reader.own_stores,
        "account": account,
        "trouble": MailboxTrouble(account.trouble).label if account and account.trouble else "",
        "taken": InboundMessage.objects.filter(mailbox=account).count() if account else 0,
        "form": form or MailboxForm(account=account),
    }
    return render(request, "desk/mailboxes.html", context, status=422 if form else 200)


def _back(store: Store) -> HttpResponse:
    return redirect(f"{reverse('desk:mailboxes')}?store={store.slug}")
