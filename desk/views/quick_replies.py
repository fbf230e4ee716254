"""Quick replies: the ones to choose from beside a text field, and the store's list of them."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import DeskRequest, chosen_store, named_store, order_of
from desk.forms.texts import ReplyForm
from desk.selectors.quick_replies import ReplyQuery, find_reply, list_replies, offer_replies, reader_language
from desk.selectors.text_previews import Example, find_order, picked_number, preview_text, suitable_order
from desk.selectors.texts import list_expiries
from desk.text_words import REPLY_GROUPS
from desk.undoing import tell_undoable
from desk.words import LANGUAGES
from messaging.rendering import Text
from messaging.replies import ReplyText
from messaging.services.replies import (
    StoreReply,
    count_use,
    remove_reply,
    reset_reply,
    restore_reply,
    save_reply,
    store_replies,
)
from messaging.services.switching import written_languages
from messaging.services.texts import UnusableText
from messaging.values import buyer_language
from messaging.vocabulary import Language, ReplyGroup, Variable
from orders.models import Store


@require_GET
@login_required
def show_replies(request: HttpRequest) -> HttpResponse:
    """A store's replies: by group, searched, in one language at a time."""
    reader = cast(DeskRequest, request).reader
    store = chosen_store(reader.stores, request.GET.get("store", ""))
    if store is None:
        return render(request, "desk/quick_replies.html", {"store": None})
    asked = request.GET.get("language", "")
    language = Language(asked) if asked in set(Language) else reader_language()
    query = ReplyQuery(request.GET.get("group", ""), request.GET.get("q", "").strip()[:100], language)
    context = {
        "store": store,
        "page": list_replies(store, query, timezone.localdate()),
        "expiries": [row for row in list_expiries([store], timezone.localdate()) if row.reply],
        "asked": query,
        "groups": REPLY_GROUPS,
        "languages": {code: LANGUAGES[code] for code in written_languages(store)},
        "works": reader.works_in(store.pk),
    }
    return render(request, "desk/quick_replies.html", context)


@require_GET
@login_required
def show_choices(request: HttpRequest, pk: int) -> HttpResponse:
    """The replies for one order, filled in for its buyer: what the picker beside a text field holds."""
    order = order_of(cast(DeskRequest, request), pk, to_change=False)
    asked = request.GET.get("language", "")
    language = Language(asked) if asked in set(Language) else buyer_language(order)
    choices = offer_replies(order, language, now=timezone.now())
    context = {"order": order, "choices": choices, "tongue": language, "languages": LANGUAGES}
    return render(request, "desk/quick_replies/choices.html", context)


@require_POST
@login_required
def use_reply(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """A person put a reply into his message."""
    store = _store(request, slug, to_change=True)
    if find_reply(store, code):
        count_use(store, code, now=timezone.now())
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@login_required
def edit_reply(request: HttpRequest, slug: str, code: str, language: str) -> HttpResponse:
    """One reply in one language: its words, and how a buyer would read them."""
    is_post = request.method == "POST"
    store = _store(request, slug, to_change=is_post)
    reply = find_reply(store, code)
    if reply is None or language not in set(Language):
        raise Http404
    return _edit(request, store, reply, Language(language))


@require_http_methods(["GET", "POST"])
@login_required
def add_reply(request: HttpRequest, slug: str) -> HttpResponse:
    """A new reply, first in the language of the pack; the others follow on its page."""
    store = _store(request, slug, to_change=True)
    return _edit(request, store, None, Language(store.current_policy.language))


def _edit(request: HttpRequest, store: Store, reply: StoreReply | None, language: Language) -> HttpResponse:
    desk_request, is_post = cast(DeskRequest, request), request.method == "POST"
    form = ReplyForm(request.POST if is_post else None, initial=_initial(request, reply, language))
    if reply:
        del form.fields["code"]
    asked, is_preview = request.POST.get("order", ""), "preview" in request.POST
    if is_preview and desk_request.htmx:
        example = _example(desk_request, store, reply, language)
        context = {"store": store, "tongue": language, "preview": example, "asked": asked}
        return render(request, "desk/texts/preview.html", context)
    if is_post and not is_preview and form.is_valid() and (saved := _save(request, store, reply, language, form)):
        messages.success(request, _("Saved."))
        return redirect(reverse("desk:reply", args=[store.slug, saved, language]))
    context = {
        "store": store,
        "reply": reply,
        "tongue": language,
        "form": form,
        "title": reply.title_in(reader_language()) if reply else _("New quick reply"),
        "states": [(code, LANGUAGES[code], reply.said_in(code) if reply else None) for code in Language],
        "own": reply.own.get(language) if reply else None,
        "shipped": reply.shipped.get(language) if reply else None,
        "variables": list(Variable),
        "preview": _example(desk_request, store, reply, language),
        "asked": asked or request.GET.get("order", ""),
        "works": desk_request.reader.works_in(store.pk),
    }
    return render(request, "desk/quick_replies/edit.html", context, status=422 if form.errors else 200)


def _initial(request: HttpRequest, reply: StoreReply | None, language: Language) -> dict[str, Any]:
    if reply is None:
        return {"group": request.GET.get("group", "")}
    said, own = reply.said_in(language), reply.own.get(language)
    return {
        "group": reply.group,
        "title": said.title if said else "",
        "text": said.text if said else "",
        "valid_until": own.valid_until if own else None,
    }


def _example(request: DeskRequest, store: Store, reply: StoreReply | None, language: Language) -> Example:
    said = reply.said_in(language) if reply else None
    words = request.POST.get("text", "")[:10_000] if request.method == "POST" else said.text if said else ""
    text, now = Text("", words.replace("\r\n", "\n")), timezone.now()
    number = picked_number(request)
    order = find_order(request.reader, store, number, now=now)
    if order is None and not number:
        order = suitable_order(request.reader, store, None, language, text, now=now)
    return preview_text(text, order, language, now=now)


def _save(request: HttpRequest, store: Store, reply: StoreReply | None, language: Language, form: ReplyForm) -> str:
    """Keep the reply; gives its code, or nothing where something is wrong with it, which the form then says."""
    given = form.cleaned_data
    code = reply.code if reply else given["code"]
    if reply is None and find_reply(store, code):
        form.add_error("code", _("There is a reply with this code already."))
        return ""
    said = ReplyText(given["title"], given["text"].replace("\r\n", "\n"))
    try:
        save_reply(
            store,
            code,
            language,
            said,
            group=ReplyGroup(given["group"]),
            now=timezone.now(),
            valid_until=given["valid_until"],
        )
    except UnusableText:
        form.add_error("text", _("This text could never be sent: the preview says what to correct."))
        return ""
    return str(code)


@require_POST
@login_required
def reset(request: HttpRequest, slug: str, code: str, language: str) -> HttpResponse:
    """Back to the shipped words in one language."""
    store = _store(request, slug, to_change=True)
    if language not in set(Language):
        raise Http404
    reset_reply(store, code, Language(language))
    messages.success(request, _("Back to the standard text."))
    if find_reply(store, code):
        return redirect(reverse("desk:reply", args=[slug, code, language]))
    return _to_list(store)


@require_POST
@login_required
def take_away(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """A reply is offered no more; it can be brought back."""
    store = _store(request, slug, to_change=True)
    reply = next((reply for reply in store_replies(store) if reply.code == code), None)
    if reply is None:
        raise Http404
    remove_reply(store, code, now=timezone.now())
    undo = reverse("desk:restore_reply", args=[slug, code])
    tell_undoable(request, _("Removed: %(title)s") % {"title": reply.title_in(reader_language())}, undo)
    return _to_list(store)


@require_POST
@login_required
def bring_back(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """A reply that was taken away is offered again."""
    store = _store(request, slug, to_change=True)
    restore_reply(store, code[:15])
    messages.success(request, _("Brought back."))
    return _to_list(store)


def _to_list(store: Store) -> HttpResponse:
    return redirect(f"{reverse('desk:quick_replies')}?store={store.slug}")


def _store(request: HttpRequest, slug: str, *, to_change: bool) -> Store:
    reader = cast(DeskRequest, request).reader
    stores = reader.work_stores if to_change else reader.stores
    return named_store(stores, slug)
