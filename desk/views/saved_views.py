"""Keeping, renaming and removing views of the list of orders."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from desk.access import DeskRequest
from desk.forms.saved_views import NameForm, ViewForm
from desk.selectors.saved_views import workable_views
from desk.undoing import tell_undoable
from orders.models import SavedView
from orders.services.saved_views import TooManyViews, remove_view, rename_view, restore_view, save_view


@require_POST
@login_required
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows under a name."""
    desk_request = cast(DeskRequest, request)
    stores = desk_request.reader.work_stores
    form = ViewForm(request.POST, stores=stores)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(f"{reverse('desk:orders')}?{request.POST.get('query', '')}")
    given = form.cleaned_data
    store = next((store for store in stores if store.slug == given["store"]), None)
    try:
        save_view(desk_request.user, given["name"], given["query"], now=timezone.now(), store=store)
    except TooManyViews:
        messages.error(request, _("There are too many views already: remove one first."))
    else:
        messages.success(request, _("Kept: %(name)s") % {"name": given["name"]})
    return redirect(f"{reverse('desk:orders')}?{given['query']}")


@require_POST
@login_required
def rename_kept_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a view another name."""
    view = _view(request, pk)
    form = NameForm(request.POST)
    if form.is_valid():
        rename_view(view, form.cleaned_data["name"])
    else:
        messages.error(request, _("A view needs a name of at most 60 characters."))
    return redirect(f"{reverse('desk:orders')}?{view.query}")


@require_POST
@login_required
def remove_kept_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a view; it can be brought back."""
    view = _view(request, pk)
    remove_view(view, now=timezone.now())
    tell_undoable(request, _("Removed: %(name)s") % {"name": view.name}, reverse("desk:restore_view", args=[pk]))
    return redirect("desk:orders")


@require_POST
@login_required
def restore_kept_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a removed view back."""
    view = _view(request, pk)
    restore_view(view)
    return redirect(f"{reverse('desk:orders')}?{view.query}")


def _view(request: HttpRequest, pk: int) -> SavedView:
    """The view, if it is the reader's to change. Raises Http404."""
    view = workable_views(cast(DeskRequest, request).reader).filter(pk=pk).first()
    if view is None:
        raise Http404
    return view
