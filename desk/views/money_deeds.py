"""Lines of the ledger: booked on a case, marked as paid, struck out, and each of it taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from desk.access import DeskRequest, actor_of, workable
from desk.forms.cases import BookForm
from desk.selectors.case_page import case_of
from desk.undoing import tell_undoable
from disputes.case_refusals import CaseRefused
from disputes.case_terms import MoneyKind
from disputes.models import MoneyEntry
from disputes.services.money import book, pay, void
from disputes.services.money_undoing import may_take_back, unpay, unvoid

Deed = Callable[[int, HttpRequest, datetime, str], MoneyEntry]


def _void(pk: int, request: HttpRequest, now: datetime, actor: str) -> MoneyEntry:
    return void(pk, request.POST.get("reason", ""), now=now, actor=actor)


# What is done, what is said of it, and what takes it back.
DEEDS: dict[str, tuple[Deed, str | Promise, str]] = {
    "pay": (lambda pk, _request, now, actor: pay(pk, now=now, actor=actor), gettext_lazy("Marked as paid."), "unpay"),
    "void": (_void, gettext_lazy("Voided, with the reason."), "unvoid"),
    "unpay": (lambda pk, _request, now, actor: unpay(pk, now=now, actor=actor), gettext_lazy("Taken back."), ""),
    "unvoid": (lambda pk, _request, now, actor: unvoid(pk, now=now, actor=actor), gettext_lazy("Taken back."), ""),
}


@require_POST
@login_required
def do_money_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Mark a line; what the ledger refuses is said on the page that it was pressed on."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    if deed not in DEEDS:
        raise Http404
    entry: MoneyEntry = workable(MoneyEntry.objects.all(), desk_request, pk=pk)
    do, told, undoing = DEEDS[deed]
    back = _back(request, entry)
    try:
        do(pk, request, now, actor_of(desk_request))
    except CaseRefused as error:
        messages.error(request, _refusal(error))
        return redirect(back)
    current = MoneyEntry.objects.select_related("case").get(pk=pk)
    if undoing and may_take_back(current):
        undo = f"{reverse('desk:money_deed', args=[pk, undoing])}?{urlencode({'next': back})}"
        tell_undoable(request, str(told), undo)
    else:
        messages.success(request, str(told))
    return redirect(back)


def _refusal(error: CaseRefused) -> str:
    message = str(error.message)
    return _("Refused by %(rule)s: %(why)s.") % {"rule": error.rule, "why": message}


def _back(request: HttpRequest, entry: MoneyEntry) -> str:
    """The page that the button was on, else the ledger."""
    to = request.POST.get("next", request.GET.get("next", ""))
    if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return to
    return f"{reverse('desk:money')}#entry-{entry.pk}"


@require_POST
@login_required
def book_money(request: HttpRequest, pk: int) -> HttpResponse:
    """Book a line on a case."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    case = case_of(desk_request, pk, to_change=True)
    form, back = BookForm(request.POST), f"{reverse('desk:case', args=[pk])}#money"
    if not form.is_valid():
        for name, errors in form.errors.items():
            said = {"field": form.fields[name].label, "problem": " ".join(map(str, errors))}
            messages.error(request, _("%(field)s: %(problem)s") % said)
        return redirect(back)
    given = form.cleaned_data
    terms = (MoneyKind(given["kind"]), given["amount"], given["currency"].upper())
    try:
        entry = book(
            case.order_id, *terms, now=now, actor=actor_of(desk_request), reason=given["reason"], case_id=case.pk
        )
    except CaseRefused as error:
        messages.error(request, _refusal(error))
    else:
        messages.success(request, _("Booked: %(what)s.") % {"what": entry.get_kind_display()})
    return redirect(back)
