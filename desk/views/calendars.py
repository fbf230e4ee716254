"""Calendars: a person's own addresses, and the file behind each, which needs no log-in."""

from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.access import DeskRequest, doer_of
from desk.calendar_files import etag_of, write_calendar
from desk.forms.calendars import CalendarForm
from orders.models import CalendarFeed
from orders.services.feeds import TooMany, find_feed, make_feed, note_language, note_reading, revoke_feed

MAX_AGE = 900  # seconds for which a calendar program need not ask again
MOST_READS = 10  # of one address in a minute: a full one costs a second of work


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def show_calendars(request: HttpRequest) -> HttpResponse:
    """The reader's calendar addresses; a post makes one, and shows it this once."""
    desk_request = cast(DeskRequest, request)
    form = CalendarForm(request.POST if request.method == "POST" else None, stores=desk_request.reader.stores)
    made = None
    if request.method == "POST" and form.is_valid():
        made = _make(desk_request, form)
    feeds = CalendarFeed.objects.for_member(request.user).prefetch_related("stores")
    note_language(feeds, get_language() or "")
    context = {"form": form, "feeds": feeds, "made": made}
    return render(request, "desk/calendars.html", context, status=422 if form.errors else 200)


def _make(request: DeskRequest, form: CalendarForm) -> str:
    """The new address; empty, with an error on the form, where there are too many."""
    given = form.cleaned_data
    try:
        _feed, token = make_feed(
            request.user,
            name=given["name"],
            stores=given.get("stores") or [],
            kinds=given["kinds"],
            only_mine=given["only_mine"],
            language=get_language() or "",
            doer=doer_of(request),
            now=timezone.now(),
        )
    except TooMany:
        form.add_error(None, _("You have as many addresses as one may have: revoke one first."))
        return ""
    return f"{settings.SITE_URL}{reverse('desk:calendar_file', args=[token])}"


@require_POST
@login_required
def revoke_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an address of the reader's for good."""
    feed = CalendarFeed.objects.for_member(request.user).filter(pk=pk).first()
    if feed is None:
        raise Http404
    revoke_feed(feed, doer_of(request), now=timezone.now())
    messages.success(request, _("Revoked: nobody reads that address any more."))
    return redirect("desk:calendars")


@require_safe
def send_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The file behind an address, for whoever knows it; 404 for a revoked one as for one that never was."""
    feed = find_feed(token)
    if feed is None:
        raise Http404
    if _is_too_often(feed):
        response = HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = "60"
        return response
    content = write_calendar(feed, now=timezone.now())
    note_reading(feed, now=timezone.now())
    etag = etag_of(content)
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="prazo.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={MAX_AGE}"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _is_too_often(feed: CalendarFeed) -> bool:
    key = f"calendar:{feed.pk}:{timezone.now():%H%M}"
    if cache.add(key, 1, 120):
        return False
    return cache.incr(key) > MOST_READS
