"""The inbox of reviews: the list, its file for a spreadsheet, one pasted by hand, and what is done with several."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, actor_of, doer_of
from desk.forms.reviews import PasteReviewForm
from desk.review_words import causes
from desk.row_ids import read_id
from desk.selectors.review_export import export_header, export_rows
from desk.selectors.review_filters import read_filters
from desk.selectors.reviews import BOXES, active_chips, count_boxes, list_reviews
from desk.undoing import tell_undoable
from desk.words import LANGUAGES
from disputes.models import Review, ReviewKind, ReviewSource
from disputes.reviewing import Receipt, receive_review
from disputes.services.handing import NoHand
from disputes.services.review_steps import hand_review, leave, take_up
from disputes.services.reviews import ReviewRefused
from orders.models import AuditKind
from orders.services.auditing import note_deed
from orders.spreadsheets import stream_table

MOST = 200  # reviews at once: each is a transaction of its own
IN_FORM = {"stars", "cause", "kind", "language", "store", "q"}


@require_GET
@login_required
def show_reviews(request: HttpRequest) -> HttpResponse:
    """One box, a page at a time, and the form to paste into."""
    return show_list(cast(DeskRequest, request))


def show_list(request: DeskRequest, form: PasteReviewForm | None = None) -> HttpResponse:
    """The list, with the form as it was filled in."""
    reader, now = request.reader, timezone.now()
    filters, stores = read_filters(request.GET), reader.work_stores
    context: dict[str, Any] = {
        "boxes": BOXES,
        "filters": filters,
        "counts": count_boxes(reader, filters),
        "page": list_reviews(reader, filters),
        "chips": active_chips(filters, request.GET),
        "carried": [(name, value) for name, value in filters.given.items() if name not in IN_FORM],
        "causes": causes(),
        "kinds": ReviewKind.choices,
        "languages": [(code.partition("-")[0], label) for code, label in LANGUAGES.items()],
        "works": bool(stores),
        "form": form or (PasteReviewForm(now=now, stores=stores) if stores else None),
        "now": now,
    }
    return render(request, "desk/reviews.html", context, status=422 if form else 200)


@require_GET
@login_required
def export_reviews(request: HttpRequest) -> StreamingHttpResponse:
    """All reviews that match, as a CSV file that grows while it is downloaded."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    filters = read_filters(request.GET)
    for store in desk_request.reader.stores:
        if filters.store in ("", store.slug):
            said = sorted(filters.given)
            note_deed(AuditKind.EXPORTED, doer_of(request), now=now, store=store, what="reviews", filters=said)
    rows = _in_language(get_language(), export_rows(desk_request.reader, filters))
    headers = {"Content-Disposition": f'attachment; filename="reviews-{now:%Y-%m-%d}.csv"'}
    content = stream_table(export_header(), rows)
    return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _in_language(language: str | None, rows: Iterator[list[object]]) -> Iterator[list[object]]:
    """The rows are written when the request is over already, and the server speaks another language."""
    with override(language):
        yield from rows


# --- several at once --------------------------------------------------------------------------------------------------
@require_POST
@login_required
def do_many(request: HttpRequest) -> HttpResponse:
    """Take the chosen reviews, or say that nothing is to be done about them; one alone where its own button was."""
    desk_request = cast(DeskRequest, request)
    if "take" in request.POST:
        _take(desk_request, _workable(desk_request, [request.POST["take"]]))
    elif "note" in request.POST:
        _put_away(desk_request, _workable(desk_request, [request.POST["note"]]))
    elif request.POST.get("deed") == "take":
        _take(desk_request, _workable(desk_request, request.POST.getlist("items")))
    elif request.POST.get("deed") == "note":
        _put_away(desk_request, _workable(desk_request, request.POST.getlist("items")))
    else:
        raise BadRequest("no such deed")
    return _back(request)


@require_POST
@login_required
def undo_many(request: HttpRequest) -> HttpResponse:
    """Take back what was done with one review or several."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    pairs = (pair.partition(":")[::2] for pair in request.GET.get("items", "").split(",")[:MOST])
    before = {str(read_id(pk)): value for pk, value in pairs}
    reviews, actor = _workable(desk_request, before), actor_of(desk_request)
    undone = 0
    for review in reviews:
        try:
            if request.GET.get("deed") == "take":
                hand_review(review.pk, read_id(before[str(review.pk)]), now=now, actor=actor)
            else:
                take_up(review.pk, now=now, actor=actor)
            undone += 1
        except (ReviewRefused, NoHand):
            continue
    messages.success(request, _("Taken back.") if undone else _("Nothing was left to take back."))
    return _back(request)


def _workable(request: DeskRequest, texts: Iterable[str]) -> list[Review]:
    """Those of the reviews that the reader may change."""
    ids = [pk for text in list(texts)[:MOST] if (pk := read_id(text)) is not None]
    rows = Review.objects.for_member(request.user).filter(pk__in=ids)
    return [review for review in rows if request.reader.works_in(review.store_id)]


def _take(request: DeskRequest, reviews: list[Review]) -> None:
    taken: dict[int, object] = {}
    for review in reviews:
        before = review.responsible_id
        if before != request.user.pk and review.is_open:
            hand_review(review.pk, request.user.pk, now=timezone.now(), actor=actor_of(request))
            taken[review.pk] = before or ""
    said = ngettext("%(n)d review is yours.", "%(n)d reviews are yours.", len(taken)) % {"n": len(taken)}
    _tell(request, "take", taken, said)


def _put_away(request: DeskRequest, reviews: list[Review]) -> None:
    done: dict[int, object] = {}
    for review in reviews:
        try:
            leave(review.pk, now=timezone.now(), actor=actor_of(request), reason=_("Nothing to do"))
        except ReviewRefused:
            continue
        done[review.pk] = ""
    said = ngettext("Put away: %(n)d review.", "Put away: %(n)d reviews.", len(done)) % {"n": len(done)}
    _tell(request, "note", done, said)


def _tell(request: DeskRequest, deed: str, changed: dict[int, object], said: str) -> None:
    if not changed:
        messages.warning(request, _("Nothing was changed: choose reviews that are open."))
        return
    pairs = ",".join(f"{pk}:{before}" for pk, before in changed.items())
    tell_undoable(request, said, f"{reverse('desk:undo_reviews')}?{urlencode({'deed': deed, 'items': pairs})}")


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if is_ours else "desk:reviews")


# --- one by hand ------------------------------------------------------------------------------------------------------
@require_POST
@login_required
def paste_review(request: HttpRequest) -> HttpResponse:
    """Keep a review that a person read on the platform's page."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    stores = desk_request.reader.work_stores
    if not stores:
        raise Http404
    form = PasteReviewForm(request.POST, now=now, stores=stores)
    if not form.is_valid():
        return show_list(desk_request, form)
    received = receive_review(
        form.store().pk, form.record(), source=ReviewSource.BY_HAND, now=now, actor=actor_of(desk_request)
    )
    if received.receipt is Receipt.UNCHANGED:
        messages.warning(request, _("This review is here already."))
    else:
        messages.success(request, _("Kept. Say what it is about, then call the buyer."))
    return redirect("desk:review", received.review.pk)
