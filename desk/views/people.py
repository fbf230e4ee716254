"""People: who works in a store, and what each may do; its owners' page."""

import logging
from smtplib import SMTPException
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from desk.access import WORKERS, DeskRequest, doer_of, own_store
from desk.forms.people import MemberForm, RoleForm
from disputes.services.handing import free_all_work
from orders.models import AuditKind, Membership, Store
from orders.roles import Role
from orders.services.auditing import note_deed
from orders.services.log_in_links import make_log_in_link
from orders.services.people import AlreadyMember, LastOwner, add_member, change_role, may_hand_link, remove_member

logger = logging.getLogger(__name__)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def show_people(request: HttpRequest) -> HttpResponse:
    """The members of one of the reader's own stores; a post adds one."""
    desk_request = cast(DeskRequest, request)
    store = own_store(desk_request, request.GET.get("store", ""))
    form = MemberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            added = _add(desk_request, store, form.cleaned_data)
        except AlreadyMember:
            form.add_error("email", _("Works here already: change the role in the list."))
        else:
            if added.is_new_account:
                return _hand_link(desk_request, added.membership)
            messages.success(request, _("Added. The account was there already: its owner logs in as always."))
            return _back(store)
    context = _people(desk_request, store) | {"form": form}
    return render(request, "desk/people.html", context, status=422 if form.errors else 200)


def _add(request: DeskRequest, store: Store, given: dict[str, Any]) -> Any:
    return add_member(store, given["email"], Role(given["role"]), doer_of(request), now=timezone.now())


def _people(request: DeskRequest, store: Store) -> dict[str, Any]:
    ranks = [role.value for role in Role]
    rows = sorted(store.memberships.select_related("user"), key=lambda row: (ranks.index(row.role), row.user.email))
    safe = set(
        Authenticator.objects.filter(user__in=[row.user_id for row in rows], type=Authenticator.Type.TOTP).values_list(
            "user_id", flat=True
        )
    )
    members = [
        {"row": row, "has_second_factor": row.user_id in safe, "may_have_link": may_hand_link(row)} for row in rows
    ]
    return {"store": store, "stores": request.reader.own_stores, "members": members, "roles": Role.choices}


@require_POST
@login_required
def set_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role."""
    member, form = _member(cast(DeskRequest, request), pk), RoleForm(request.POST)
    if form.is_valid():
        try:
            role = Role(form.cleaned_data["role"])
            now = timezone.now()
            change_role(member, role, doer_of(request), now=now)
            if role not in WORKERS:
                free_all_work(member.store, member.user_id, now=now, actor=str(request.user.pk))
            messages.success(request, _("Saved."))
        except LastOwner:
            messages.error(request, _("A store needs an owner: make somebody else its owner first."))
    return _back(member.store)


@require_POST
@login_required
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the store; asked twice."""
    member = _member(cast(DeskRequest, request), pk)
    if not request.POST.get("confirmed"):
        return render(request, "desk/people/remove.html", {"member": member, "store": member.store})
    try:
        now = timezone.now()
        remove_member(member, doer_of(request), now=now)
        free_all_work(member.store, member.user_id, now=now, actor=str(request.user.pk))
        messages.success(request, _("Removed: this store is closed to the account from now on."))
    except LastOwner:
        messages.error(request, _("A store needs an owner: make somebody else its owner first."))
    return _back(member.store) if member.user_id != request.user.pk else redirect("desk:today")


@never_cache
@require_POST
@login_required
def hand_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new log-in link for a member who was never in."""
    member = _member(cast(DeskRequest, request), pk)
    if not may_hand_link(member):
        raise Http404
    return _hand_link(cast(DeskRequest, request), member)


def _hand_link(request: DeskRequest, member: Membership) -> HttpResponse:
    """Show the link to the owner, and mail it to the member; the link is good whether or not the mail leaves."""
    link = settings.SITE_URL + make_log_in_link(member.user)
    note_deed(AuditKind.LINK_MADE, doer_of(request), now=timezone.now(), store=member.store, member=member.user_id)
    context = {"member": member, "store": member.store, "link": link, "is_mailed": _mail(member, link)}
    return render(request, "desk/people/link.html", context)


def _mail(member: Membership, link: str) -> bool:
    subject = _("Your log-in to Prazo")
    body = _(
        "You have been added to a store on Prazo. This link lets you in once; choose a password then:\n\n%(link)s\n\n"
        "It is good for three days. If you do not know what this is about, leave it alone."
    ) % {"link": link}
    try:
        send_mail(subject, body, None, [member.user.email])
    except (OSError, SMTPException) as error:
        logger.warning("the link of user %s was not mailed: %s", member.user_id, error)
        return False
    return True


def _member(request: DeskRequest, pk: int) -> Membership:
    """A member of one of the reader's own stores. Raises Http404 for any other."""
    own = [store.pk for store in request.reader.own_stores]
    member = Membership.objects.select_related("store", "user").filter(pk=pk, store__in=own).first()
    if member is None:
        raise Http404
    return member


def _back(store: Store) -> HttpResponse:
    return redirect(f"{reverse('desk:people')}?store={store.slug}")
