"""The demo's mailbox: what buyers would have received. Without the demo there is none."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.mailbox import find_mail, list_mails


def _folder() -> Path:
    if not settings.DEMO:
        raise Http404
    return Path(settings.DATA_DIR) / "mailbox"


@require_GET
@login_required
def show_mailbox(request: HttpRequest) -> HttpResponse:
    """The mails, newest first."""
    return render(request, "desk/mailbox.html", {"mails": list_mails(_folder())})


@require_GET
@login_required
def show_mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail."""
    mail = find_mail(_folder(), key)
    if mail is None:
        raise Http404
    return render(request, "desk/mail.html", {"mail": mail})
