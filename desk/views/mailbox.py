"""The demo's mailbox: what a reader's buyers and he himself would have received. Without the demo there is none."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.access import DeskRequest
from desk.mailbox import Mail, find_mail, list_mails
from orders.models import Order


def _folder() -> Path:
    if not settings.DEMO:
        raise Http404
    return Path(settings.DATA_DIR) / "mailbox"


@require_GET
@login_required
def show_mailbox(request: HttpRequest) -> HttpResponse:
    """The mails, newest first."""
    return render(request, "desk/mailbox.html", {"mails": _own(cast(DeskRequest, request), list_mails(_folder()))})


def _own(request: DeskRequest, mails: Sequence[Mail]) -> list[Mail]:
    """Those about orders of the reader's stores, and those to himself: a link to log in is nobody else's."""
    about = {mail.order_id for mail in mails if mail.order_id is not None}
    orders = set(Order.objects.for_member(request.user).filter(pk__in=about).values_list("pk", flat=True))
    me = request.user.email.casefold()
    return [mail for mail in mails if mail.order_id in orders or mail.to.casefold() == me]


@require_GET
@login_required
def show_mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail."""
    mail = find_mail(_folder(), key)
    if mail is None or not _own(cast(DeskRequest, request), [mail]):
        raise Http404
    return render(request, "desk/mail.html", {"mail": mail})
