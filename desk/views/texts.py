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

from desk.access import DeskRequest, chosen_store, named_store, readable
from desk.forms.texts import TextForm
from desk.selectors.text_previews import Example, find_order, picked_number, preview_text, suitable_order
from desk.selectors.texts import Cell, find_cell, list_expiries, text_matrix
from desk.text_words import CELL_STATES, CellState
from desk.undoing import tell_undoable
from desk.words import LANGUAGES
from messaging.models import TextVersion
from messaging.rendering import Text
from messaging.services.texts import (
    ChangedSince,
    UnusableText,
    remove_text,
    restore_version,
    save_text,
    take_back,
)
from messaging.vocabulary import TEXT_PURPOSES, Language, Purpose, Variable
from orders.models import Store

VERSIONS = 20  # shown in a text's history


@require_GET
@login_required
def show_texts(request: HttpRequest) -> HttpResponse:
    """The matrix of a store's texts."""
    reader = cast(DeskRequest, request).reader
    slug, show = request.GET.get("store", ""), request.GET.get("show", "")
    show = show if show in {*CellState, "off"} else ""
    store = chosen_store(reader.stores, slug)
    if store is None:
        return render(request, "desk/texts.html", {"store": None})
    today = timezone.localdate()
    matrix = text_matrix(store, today, show=show)
    context = {
        "store": store,
        "matrix": matrix,
        "tiles": [(str(state), CELL_STATES[state], matrix.counts[state]) for state in CellState],
        "show": show,
        "expiries": list_expiries([store], today),
        "languages": LANGUAGES,
        "is_own": store in reader.own_stores,
    }
    return render(request, "desk/texts.html", context)


def _find(request: DeskRequest, slug: str, purpose: str, language: str, *, to_change: bool) -> tuple[Store, Cell]:
    stores = request.reader.work_stores if to_change else request.reader.stores
    store = named_store(stores, slug)
    if purpose not in TEXT_PURPOSES or language not in set(Language):
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
    is_preview = "preview" in request.POST
    if is_preview and desk_request.htmx:
        return _show_preview(desk_request, store, cell)
    if is_post and not is_preview and form.is_valid() and _save(desk_request, store, cell, form):
        return redirect(reverse("desk:text", args=[slug, purpose, language]))
    context = _edit_context(desk_request, store, cell, form)
    return render(request, "desk/texts/edit.html", context, status=422 if form.errors else 200)


def _initial(cell: Cell) -> dict[str, Any]:
    valid_until = cell.own.valid_until if cell.own else None
    return {"subject": cell.text.subject, "body": cell.text.body, "valid_until": valid_until}


def _written(request: DeskRequest, cell: Cell) -> Text:
    """The words as they stand in the form."""
    if request.method != "POST":
        return cell.text
    body = request.POST.get("body", "").replace("\r\n", "\n")
    return Text(request.POST.get("subject", "")[:200], body[:10_000])


def _example(request: DeskRequest, store: Store, cell: Cell) -> Example:
    """Filled in for the order that the reader picked, else for one that suits the text."""
    text, now = _written(request, cell), timezone.now()
    number = picked_number(request)
    order = find_order(request.reader, store, number, now=now)
    if order is None and not number:
        order = suitable_order(request.reader, store, cell.purpose, cell.language, text, now=now)
    return preview_text(text, order, cell.language, now=now)


def _show_preview(request: DeskRequest, store: Store, cell: Cell) -> HttpResponse:
    """The preview alone, while the text is being written."""
    asked = request.POST.get("order", "").strip()
    example = _example(request, store, cell)
    context = {"store": store, "tongue": cell.language, "preview": example, "asked": asked}
    return render(request, "desk/texts/preview.html", context)


def _save(request: DeskRequest, store: Store, cell: Cell, form: TextForm) -> bool:
    text = Text(form.cleaned_data["subject"], _written(request, cell).body.strip())
    until = form.cleaned_data["valid_until"]
    try:
        version = save_text(
            store, cell.purpose, cell.language, text, now=timezone.now(), valid_until=until, user=request.user
        )
    except UnusableText:
        form.add_error("body", _("This text could never leave: the preview says what to correct."))
        return False
    tell_undoable(request, _("Saved. New messages use this text."), _undo_of(version))
    return True


def _undo_of(version: TextVersion) -> str:
    return reverse("desk:text_undo", args=[version.pk])


def _edit_context(request: DeskRequest, store: Store, cell: Cell, form: TextForm) -> dict[str, Any]:
    beside = request.GET.get("beside", "")
    versions = store.text_versions.filter(purpose=cell.purpose, language=cell.language).select_related("user")
    return {
        "store": store,
        "cell": cell,
        "tongue": cell.language,
        "form": form,
        "variables": list(Variable),
        "languages": LANGUAGES,
        "preview": _example(request, store, cell),
        "asked": (request.POST if request.method == "POST" else request.GET).get("order", "").strip(),
        "beside": find_cell(store, cell.purpose, Language(beside), timezone.localdate())
        if beside in set(Language)
        else None,
        "versions": list(versions[:VERSIONS]),
        "works": request.reader.works_in(store.pk),
    }


@require_POST
@login_required
def reset_text(request: HttpRequest, slug: str, purpose: str, language: str) -> HttpResponse:
    """Back to the text that comes with the program."""
    desk_request = cast(DeskRequest, request)
    store, cell = _find(desk_request, slug, purpose, language, to_change=True)
    version = remove_text(store, cell.purpose, cell.language, now=timezone.now(), user=desk_request.user)
    if version:
        tell_undoable(request, _("Back to the standard text."), _undo_of(version))
    return redirect(reverse("desk:text", args=[slug, purpose, language]))


@require_POST
@login_required
def restore_text(request: HttpRequest, pk: int) -> HttpResponse:
    """An earlier version is the text in use again."""
    version = _version(request, pk)
    try:
        made = restore_version(version, now=timezone.now(), user=cast(DeskRequest, request).user)
    except UnusableText as error:
        messages.error(request, _("This version could never leave: %(why)s") % {"why": error})
    else:
        if made:
            tell_undoable(request, _("The earlier version is in use again."), _undo_of(made))
    return _to_text(version)


@require_POST
@login_required
def undo_text(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what made a version."""
    version = _version(request, pk)
    try:
        take_back(version, now=timezone.now(), user=cast(DeskRequest, request).user)
        messages.success(request, _("Taken back."))
    except (ChangedSince, UnusableText):
        messages.error(request, _("Somebody changed the text since: choose a version from its history."))
    return _to_text(version)


def _version(request: HttpRequest, pk: int) -> TextVersion:
    desk_request = cast(DeskRequest, request)
    rows = TextVersion.objects.filter(store__in=desk_request.reader.work_stores).select_related("store")
    version: TextVersion = readable(rows, desk_request, pk=pk)
    return version


def _to_text(version: TextVersion) -> HttpResponse:
    return redirect(reverse("desk:text", args=[version.store.slug, version.purpose, version.language]))
