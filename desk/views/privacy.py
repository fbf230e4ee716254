"""Buyers' personal data, for the owners of their stores: how long they are kept, what there is, what goes."""

import json
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import BigIntegerField, ExpressionWrapper, F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, doer_of, own_store
from desk.forms.privacy import ErasureForm, FindBuyerForm, HoldForm, RetentionForm
from desk.words import OBSTACLES
from evidence.services.disclosure import disclose_buyer
from evidence.services.erasure import ErasurePreview, erase_buyer, preview_erasure, undecided
from orders.models import Buyer, Order, Store
from orders.services.buyers import with_address
from orders.services.erasure import ErasureCause, NotErasable, hold_buyer, set_retention


@never_cache
@require_GET
@login_required
def show_privacy(request: HttpRequest) -> HttpResponse:
    """One of the reader's own stores: its time for keeping data, whom to look for, and what waits for a decision."""
    return _page(request, own_store(cast(DeskRequest, request), request.GET.get("store", "")))


@require_POST
@login_required
def change_retention(request: HttpRequest, slug: str) -> HttpResponse:
    """How long the store keeps buyers' data."""
    store, form = own_store(cast(DeskRequest, request), slug), RetentionForm(request.POST)
    if not form.is_valid():
        return _page(request, store, retention=form)
    set_retention(store.pk, form.cleaned_data["days"], doer=doer_of(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('desk:privacy')}?store={store.slug}")


def _find(store: Store, who: str) -> Buyer | None:
    """By the number of an order, else by an e-mail address."""
    order = Order.objects.filter(store=store, order_number=who).select_related("buyer").first()
    # Sorted by what no index has: PostgreSQL would walk through the buyers by their ids until one has the address.
    place = ExpressionWrapper(F("pk") + 0, BigIntegerField())
    by_address = with_address(Buyer.objects.filter(store=store), who).order_by(place)
    return order.buyer if order else by_address.first()


@require_POST
@login_required
def find_buyer(request: HttpRequest, slug: str) -> HttpResponse:
    """Look for a buyer. It comes by POST so that his address stands in no address and no log."""
    store, form = own_store(cast(DeskRequest, request), slug), FindBuyerForm(request.POST)
    if form.is_valid():
        if found := _find(store, form.cleaned_data["who"].strip()):
            return redirect("desk:buyer_data", found.pk)
        form.add_error("who", _("There is no such buyer in this store."))
    return _page(request, store, find=form)


@never_cache
@require_GET
@login_required
def show_buyer_data(request: HttpRequest, pk: int) -> HttpResponse:
    """What is kept of a buyer: what would go, what would stay and why, what stands against it."""
    preview = preview_erasure(_own_buyer(request, pk), now=timezone.now())
    return _buyer_page(request, preview, ErasureForm(preview=preview))


@require_POST
@login_required
def export_buyer(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is kept of him, to be handed to him; that it was asked for is written down."""
    buyer = _own_buyer(request, pk)
    document = disclose_buyer(buyer.pk, doer=doer_of(request), now=timezone.now())
    response = HttpResponse(json.dumps(document, ensure_ascii=False, indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="buyer-{buyer.pk}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
def hold_buyer_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Set or lift a legal hold."""
    buyer, form = _own_buyer(request, pk), HoldForm(request.POST)
    if form.is_valid():
        hold_buyer(buyer.pk, form.cleaned_data["reason"].strip(), doer=doer_of(request), now=timezone.now())
        messages.success(request, _("Saved."))
    return redirect("desk:buyer_data", buyer.pk)


@require_POST
@login_required
def erase_buyer_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase him, with the exhibits and bundles that the owner has ticked."""
    preview = preview_erasure(_own_buyer(request, pk), now=timezone.now())
    form = ErasureForm(request.POST, preview=preview)
    if not form.is_valid():
        return _buyer_page(request, preview, form)
    chosen = {name: [int(value) for value in form.cleaned_data.get(name, [])] for name in ("exhibits", "bundles")}
    try:
        erase_buyer(preview.buyer.pk, cause=ErasureCause.REQUEST, now=timezone.now(), doer=doer_of(request), **chosen)
        messages.success(request, _("Erased. The orders' records stay, and still hold."))
    except NotErasable as error:
        messages.error(request, " ".join(str(OBSTACLES[obstacle]) for obstacle in error.obstacles))
    except OSError:
        messages.error(request, _("A file could not be deleted, so nothing was marked as erased. Try again."))
    return redirect("desk:buyer_data", preview.buyer.pk)


def _own_buyer(request: HttpRequest, pk: int) -> Buyer:
    own = cast(DeskRequest, request).reader.own_stores
    buyer: Buyer | None = Buyer.objects.filter(store__in=own, pk=pk).select_related("store").first()
    if buyer is None:
        raise Http404
    return buyer


def _page(
    request: HttpRequest, store: Store, *, retention: RetentionForm | None = None, find: FindBuyerForm | None = None
) -> HttpResponse:
    context = {
        "store": store,
        "stores": cast(DeskRequest, request).reader.own_stores,
        "retention": retention or RetentionForm(initial={"days": store.retention_days}),
        "find": find or FindBuyerForm(),
        "undecided": undecided(store),
        "held": Buyer.objects.filter(store=store).exclude(legal_hold="").order_by("pk"),
    }
    return render(request, "desk/privacy.html", context, status=422 if retention or find else 200)


def _buyer_page(request: HttpRequest, preview: ErasurePreview, form: ErasureForm) -> HttpResponse:
    context = {
        "preview": preview,
        "buyer": preview.buyer,
        "form": form,
        "hold": HoldForm(initial={"reason": preview.buyer.legal_hold}),
        "obstacles": [OBSTACLES[obstacle] for obstacle in preview.obstacles],
    }
    return render(request, "desk/privacy/buyer.html", context, status=422 if form.errors else 200)
