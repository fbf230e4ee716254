"""API tokens: the owner's page of the keys that other programs have to his stores."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from desk.access import DeskRequest, doer_of, own_store
from desk.forms.api_tokens import TokenForm
from orders.models import ApiScope, ApiToken, Store
from orders.services.api_tokens import TooManyTokens, make_token, revoke_token

SHOWN = 100  # tokens, those of the past among them


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def show_tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of one of the reader's own stores; a post makes one, and shows it this once."""
    reader = cast(DeskRequest, request).reader
    store = own_store(cast(DeskRequest, request), request.GET.get("store", ""))
    form = TokenForm(request.POST if request.method == "POST" else None)
    made = _make(request, store, form) if request.method == "POST" and form.is_valid() else ""
    now, words = timezone.now(), dict(ApiScope.choices)
    rows = ApiToken.objects.filter(store=store).select_related("made_by")[:SHOWN]
    context = {
        "store": store,
        "stores": reader.own_stores,
        "tokens": [(token, token.is_good(now), [words.get(scope, scope) for scope in token.scopes]) for token in rows],
        "form": TokenForm() if made else form,
        "made": made,
        "site": settings.SITE_URL,
    }
    return render(request, "desk/api_tokens/list.html", context, status=422 if form.errors else 200)


def _make(request: HttpRequest, store: Store, form: TokenForm) -> str:
    """The new token in clear; empty, with an error on the form, where there are too many."""
    now = timezone.now()
    try:
        return make_token(
            store,
            name=form.cleaned_data["name"],
            scopes=form.scopes_given(),
            expires_at=form.expires_at(now),
            doer=doer_of(request),
            now=now,
        )[1]
    except TooManyTokens:
        form.add_error(None, _("The store has as many tokens as one may have: revoke one first."))
        return ""


@require_POST
@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a token for good; it is asked twice, for the program stops at once."""
    own = [store.pk for store in cast(DeskRequest, request).reader.own_stores]
    token = ApiToken.objects.select_related("store").filter(pk=pk, store__in=own).first()
    if token is None:
        raise Http404
    if not request.POST.get("confirmed"):
        return render(request, "desk/api_tokens/revoke.html", {"token": token})
    revoke_token(token, doer_of(request), now=timezone.now())
    messages.success(request, _("Revoked: it opens nothing any more."))
    return redirect(f"{reverse('desk:api_tokens')}?store={token.store.slug}")
