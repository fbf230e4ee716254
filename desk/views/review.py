"""One review: its page, what a person does with it, and the look at its public reply while it is written."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, actor_of, clocks_of, readable, workable
from desk.clocks import Clock
from desk.platform_answers import review_at_platform
from desk.review_words import causes, next_step
from desk.reviewing import DEEDS, do_deed, form_of
from desk.selectors import review_case as case
from desk.selectors.review_appeals import list_appeals, list_recipients
from desk.selectors.review_marks import mark_words, passages, sureness
from desk.undoing import tell_undoable
from disputes.malice import is_suspicious
from disputes.models import Review
from disputes.services.review_readings import SENT_BACK
from disputes.services.review_steps import possible_steps, reply_language, reply_problems
from orders.policies import Policy

SHOWN_FORMS = [deed for deed in DEEDS if deed not in {"take_up", "read"}]


@require_GET
@login_required
def show_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The page."""
    desk_request = cast(DeskRequest, request)
    return _page(desk_request, _review(desk_request, pk, to_change=False), now=timezone.now())


def _review(request: DeskRequest, pk: int, *, to_change: bool) -> Review:
    rows = Review.objects.select_related("order__buyer", "order__store", "store", "responsible")
    review: Review = (workable if to_change else readable)(rows, request, pk=pk)
    return review


@require_POST
@login_required
def do_review_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Take a step; a wrong form comes back with its words. What an Undo button brings stands in the address."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    review = _review(desk_request, pk, to_change=True)
    if deed not in DEEDS:
        raise Http404
    form = form_of(desk_request, review, deed, _given(request))
    done = do_deed(desk_request, review, deed, form, now=now)
    if done is None:
        return _page(desk_request, _review(desk_request, pk, to_change=True), now=now, wrong=(deed, form))
    if done.undo:
        tell_undoable(request, done.said, done.undo)
    else:
        messages.success(request, done.said)
    return redirect("desk:review", review.pk)


def _given(request: HttpRequest) -> QueryDict:
    given = request.GET.copy()
    for name, values in request.POST.lists():
        given.setlist(name, values)
    return given


@require_POST
@login_required
def check_public_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """What the wording check has against the public reply as it stands."""
    review = _review(cast(DeskRequest, request), pk, to_change=True)
    text = request.POST.get("text", "")[:10_000]
    problems = reply_problems(review, text) if text.strip() else []
    context = {"problems": problems, "is_empty": not text.strip(), "policy": case.policy_of(review)}
    return render(request, "desk/review/check.html", context)


def _page(
    request: DeskRequest, review: Review, *, now: datetime, wrong: tuple[str, forms.Form] | None = None
) -> HttpResponse:
    works = request.reader.works_in(review.store_id)
    actor = actor_of(request)
    policy = case.policy_of(review)
    context: dict[str, Any] = {
        "review": review,
        "order": review.order,
        "policy": policy,
        "works": works,
        "possible": set(possible_steps(review, actor)) if works else set(),
        "forms": _forms(request, review, wrong) if works else {},
        "wrong": wrong[0] if wrong else "",
        "stages": case.stages(review),
        "dates": case.dates(review, now=now),
        "due_at": case.due_at(review, policy),
        "clocks": _clocks(request, review),
        "appeals": list_appeals(review),
        "recipients": list_recipients(policy),
        "platform_url": policy.order_url(review.order_number) if review.order_number else "",
        "now": now,
        **_reading_of(review, policy),
        **_reply_of(review, actor),
        **_of_order(request, review, now),
        **review_at_platform(review, works=works),
    }
    return render(request, "desk/review.html", context, status=422 if wrong else 200)


def _reading_of(review: Review, policy: Policy) -> dict[str, Any]:
    """What the buyer's words were read as, and how suspicious they are (R11)."""
    return {
        "causes": causes(),
        "sureness": sureness(review),
        "marks": mark_words(review),
        "title_passages": list(passages(review.title, review)),
        "text_passages": list(passages(review.text, review)),
        "signs": case.signs(review),
        "is_suspicious": is_suspicious(review.suspicion, policy.value("R11", "suspicious")),
        "threshold": round(100 * float(policy.value("R11", "suspicious") or 0)),
    }


def _reply_of(review: Review, actor: str) -> dict[str, Any]:
    """How far the public reply is, who wrote and read it, and what came before."""
    is_writer = bool(review.reply_written_by) and review.reply_written_by == actor
    is_sent_back = bool(review.reply_text and review.reply_read_at and not review.reply_read_by)
    history = case.history(review)
    return {
        "step": next_step(review, is_writer=is_writer),
        "is_writer": is_writer,
        "writer": case.name_of(review.reply_written_by),
        "second_reader": case.name_of(review.reply_read_by),
        "history": history,
        "sent_back": next((line for line in history if line.note.step == SENT_BACK), None) if is_sent_back else None,
        "problems": reply_problems(review) if review.reply_text else [],
        "tongue": reply_language(review),
    }


def _forms(request: DeskRequest, review: Review, wrong: tuple[str, forms.Form] | None) -> dict[str, forms.Form]:
    made = {deed: form_of(request, review, deed) for deed in SHOWN_FORMS}
    return made | ({wrong[0]: wrong[1]} if wrong else {})


def _clocks(request: DeskRequest, review: Review) -> list[Clock]:
    return clocks_of(request, review.order) if review.order else []


def _of_order(request: DeskRequest, review: Review, now: datetime) -> dict[str, Any]:
    if review.order is None:
        return {}
    return {
        "story": case.story(review.order),
        "reach": case.reach(review, "", now=now),
        "others": case.others(request.reader, review),
        "buyer_zone": review.order.buyer.zone(review.order.policy),
    }
