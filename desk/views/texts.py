"""Texts: what is said to buyers, by purpose and language; a store may say it in its own words."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import DeskRequest
from desk.forms.texts import TextForm
from desk.selectors.texts import Cell, find_cell, list_cells, preview_text
from desk.words import LANGUAGES
from messaging.rendering import Text
from messaging.services.texts import UnusableText, remove_text, save_text, wording_problems
from messaging.vocabulary import Language, Purpose, Variable
from orders.models import Store


@require_GET
@login_required
def show_texts(request: HttpRequest) -> HttpResponse:
    """The matrix of a store's texts."""
    reader = cast(DeskRequest, request).reader
    slug = request.GET.get("store", "")
    store = next((s for s in reader.stores if s.slug == slug), reader.stores[0] if reader.stores else None)
    rows = list_cells(store, timezone.localdate()) if store else []
    return render(request, "desk/texts.html", {"store": store, "rows": rows, "languages": list(Language)})


def _find(request: DeskRequest, slug: str, purpose: str, language: str, *, to_change: bool) -> tuple[Store, Cell]:
    stores = request.reader.work_stores if to_change else request.reader.stores
    store = next((store for store in stores if store.slug == slug), None)
    if store is None or purpose not in set(Purpose) or language not in set(Language):
        raise Http404
    return store, find_cell(store, Purpose(purpose), Language(language), timezone.localdate())


@require_http_methods(["GET", "POST"])
@login_required
def edit_text(request: HttpRequest, slug: str, purpose: str, language: str) -> HttpResponse:
    """One text: its words, how a buyer would read them, and what is wrong with them."""
    desk_request = cast(DeskRequest, request)
    is_post = request.method == "POST"
    store, cell = _find(desk_request, slug, purpose, language, to_change=is_post)
    form = TextForm(request.POST if is_post else None, initial=_initial(cell))
    text = cell.text
    if is_post and form.is_valid():
        text = Text(form.cleaned_data["subject"], form.cleaned_data["body"].replace("\r\n", "\n"))
        if "preview" not in request.POST and _save(request, store, cell, text, form):
            return redirect(reverse("desk:text", args=[slug, purpose, language]))
    return render(
        request,
        "desk/texts/edit.html",
        _edit_context(desk_request, store, cell, form, text),
        status=422 if form.errors else 200,
    )


def _initial(cell: Cell) -> dict[str, Any]:
    valid_until = cell.own.valid_until if cell.own else None
    return {"subject": cell.text.subject, "body": cell.text.body, "valid_until": valid_until}


def _save(request: HttpRequest, store: Store, cell: Cell, text: Text, form: TextForm) -> bool:
    try:
        save_text(
            store, cell.purpose, cell.language, text, now=timezone.now(), valid_until=form.cleaned_data["valid_until"]
        )
    except UnusableText as error:
        for problem in error.problems:
            form.add_error("body", problem)
        return False
    messages.success(request, _("Saved. New messages use this text."))
    return True


def _edit_context(request: DeskRequest, store: Store, cell: Cell, form: TextForm, text: Text) -> dict[str, Any]:
    return {
        "store": store,
        "cell": cell,
        "form": form,
        "variables": list(Variable),
        "languages": LANGUAGES,
        "wording": wording_problems(text, cell.language),
        "preview": preview_text(request.reader, store, cell, text, now=timezone.now()),
        "works": request.reader.works_in(store.pk),
    }


@require_POST
@login_required
def reset_text(request: HttpRequest, slug: str, purpose: str, language: str) -> HttpResponse:
    """Back to the text that comes with the program."""
    store, cell = _find(cast(DeskRequest, request), slug, purpose, language, to_change=True)
    remove_text(store, cell.purpose, cell.language)
    messages.success(request, _("Back to the standard text."))
    return redirect(reverse("desk:text", args=[slug, purpose, language]))
