"""Answers to a dispute that AliExpress is told from its page: agreeing, or another plan."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from desk.access import DeskRequest, workable
from desk.platform_answers import answer_form, send_answer, send_reply_to_review
from desk.platform_words import COMMANDS
from desk.selectors.platform import issue_panel
from desk.views.disputes import dispute_of, head_of
from desk.views.platform import wake_a_worker
from disputes.models import Review
from orders.models.platforms import CommandKind

ANSWERS = {CommandKind.AGREE, CommandKind.OFFER}


@require_POST
@login_required
def answer_issue(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Agree, which is asked twice, or offer; a worker sends it, and the page says what became of it."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    dispute = dispute_of(desk_request, pk, to_change=True)
    panel = issue_panel(dispute)
    if panel is None or kind not in ANSWERS:
        raise Http404
    if not panel.may_answer or panel.waits:
        messages.error(request, _("AliExpress takes no answer to this dispute from here now."))
        return redirect("desk:dispute", dispute.pk)
    form = answer_form(kind, panel, dispute, request.POST)
    is_confirmed = kind == CommandKind.OFFER or bool(request.POST.get("confirmed"))
    if not form.is_valid() or not is_confirmed:
        context = head_of(desk_request, dispute, now=now)
        context |= {"panel": panel, "form": form, "kind": kind, "label": COMMANDS[kind]}
        context |= {"is_unconfirmed": form.is_valid()}
        return render(request, "desk/platform/answer.html", context, status=200 if form.is_valid() else 422)
    send_answer(desk_request, dispute, panel, form, now=now)
    wake_a_worker()
    messages.success(request, _("On its way to AliExpress. This page says what it answers."))
    return redirect("desk:dispute", dispute.pk)


@require_POST
@login_required
def post_review_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a worker post the reply that a second person has read."""
    desk_request = cast(DeskRequest, request)
    review: Review = workable(Review.objects.select_related("order", "store"), desk_request, pk=pk)
    if send_reply_to_review(desk_request, review, now=timezone.now()) is None:
        messages.error(request, _("This reply cannot be posted at AliExpress from here now."))
    else:
        wake_a_worker()
        messages.success(request, _("On its way to AliExpress. This page says what it answers."))
    return redirect("desk:review", review.pk)
