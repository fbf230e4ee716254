"""Reading a store's disputes and reviews from the platform: what is open is read again, what ended is read once."""

from datetime import datetime, timedelta
from typing import Any

from disputes.models import ReviewSource
from disputes.platform_issues import fetch_issue, take_issue
from disputes.platform_orders import DOOR, OF_ONE
from disputes.platform_readings import Reading
from disputes.reviewing import Receipt, receive_review
from orders.models import PlatformIssue
from orders.platform.interface import PlatformError
from orders.platform.issue_forms import ISSUE_LIST, issue_number_of, list_question
from orders.platform.order_forms import Page, read_page
from orders.platform.review_forms import REVIEW_LIST, Review, read_reviews
from orders.platform.review_forms import list_question as reviews_question
from orders.platform.terms import feed_terms, issue_terms
from orders.platform.times import read_time
from orders.providers.reading import text
from orders.records import ReviewRecord

OVER_FULL = "a full page of them, and there may be more that the platform does not list"


# --- disputes ---------------------------------------------------------------------------------------------------------
def read_open_issues(reading: Reading) -> None:
    """Every open dispute that changed, and what became of those that are open no more.

    Raises PlatformError, and Unfinished where the time is over.
    """
    reading.span()
    if reading.position.get("page") is None:
        first = _ask_page(reading, issue_terms().open, 1)
        reading.expect(first.total)
        reading.keep(page=first.pages, seen=[])
    while (page := reading.place("page")) > 0:
        rows = _ask_page(reading, issue_terms().open, page).rows
        for row in rows:
            _take_row(reading, row)
        reading.keep(page=page - 1, seen=sorted({*reading.position["seen"], *map(issue_number_of, rows)}))
    gone = PlatformIssue.objects.filter(account=reading.account, closed_at=None)
    for known in gone.exclude(issue_number__in=reading.position["seen"]).order_by("pk"):
        _take_issue(reading, known.issue_number, known.buyer_login, "")


def read_ended_issues(reading: Reading) -> None:
    """Disputes that opened and ended between two readings: the lists have no dates, so they are read until they
    tell nothing new.

    Raises PlatformError, and Unfinished where the time is over.
    """
    begin, _end = reading.span()
    words = issue_terms().ended
    while (place := reading.place("word")) < len(words):
        page, quiet = reading.place("page") or 1, reading.place("quiet")
        found = _ask_page(reading, words[place], page)
        news = [row for row in found.rows if not _is_done(reading, row) and not _is_before(row, begin)]
        reading.expect(len(news))
        for row in news:
            _take_row(reading, row)
        quiet = 0 if news else quiet + 1
        if page >= found.pages or quiet >= feed_terms().known_pages:
            reading.keep(word=place + 1, page=1, quiet=0)
        else:
            reading.keep(page=page + 1, quiet=quiet)


def _ask_page(reading: Reading, status: str, page: int) -> Page:
    return read_page(reading.gateway.ask(ISSUE_LIST, list_question(status, page)), "data_list")


def _is_done(reading: Reading, row: dict[str, Any]) -> bool:
    done = PlatformIssue.objects.filter(account=reading.account, closed_at__isnull=False)
    return done.filter(issue_number=issue_number_of(row)).exists()


def _is_before(row: dict[str, Any], begin: datetime) -> bool:
    """Whether it changed last before what this reading looks at; the first one goes back only so far."""
    at = read_time(row.get("gmt_modified")) or read_time(row.get("gmt_create"))
    return at is not None and at < begin


def _take_row(reading: Reading, row: dict[str, Any]) -> None:
    number, modified = issue_number_of(row), text(row.get("gmt_modified"))
    known = PlatformIssue.objects.filter(account=reading.account, issue_number=number).first()
    is_fresh = known is not None and bool(modified) and known.modified == modified and not known.problem
    if is_fresh and known and known.read_at and reading.clock() - known.read_at < feed_terms().read_anyway:
        reading.count(1, new=0)
        return
    _take_issue(reading, number, text(row.get("buyer_login_id")), modified)


def _take_issue(reading: Reading, number: str, buyer_login: str, modified: str) -> None:
    reading.check_time()
    try:
        issue = fetch_issue(reading.gateway, number, buyer_login)
        before = PlatformIssue.objects.filter(account=reading.account, issue_number=number).first()
        row = take_issue(reading.account, reading.gateway, issue, now=reading.clock(), modified=modified)
    except PlatformError as error:
        if error.trouble not in OF_ONE:
            raise
        reading.note_problem(f"dispute {number or '?'}: {error}")
        reading.count(1, new=0)
        return
    reading.count(1, new=int(before is None or row.seen != before.seen))


# --- reviews ----------------------------------------------------------------------------------------------------------
def read_reviews_since(reading: Reading) -> None:
    """The reviews since the last reading, span by span. Raises PlatformError, and Unfinished.

    The platform gives no pages here: a span that brings a page's worth may hold more, and is asked for in halves. Of
    the shortest one nobody can tell whether it is all: that is said.
    """
    begin, end = reading.span()
    while (start := datetime.fromisoformat(reading.position.get("at", begin.isoformat()))) < end:
        reading.check_time()
        step = timedelta(seconds=reading.place("step")) or feed_terms().reviews_window
        stop = min(start + step, end)
        found = _ask_reviews(reading, start, stop)
        if len(found) >= feed_terms().page:
            if step > feed_terms().reviews_shortest:
                reading.keep(step=int(step.total_seconds() / 2))
                continue
            reading.note_problem(f"reviews from {start:%Y-%m-%d %H:%M} to {stop:%H:%M} UTC: {OVER_FULL}")
        reading.expect(len(found))
        reading.count(len(found), new=sum(_take_review(reading, review) for review in found if review))
        reading.keep(at=(start + step).isoformat(), step=0)


def _ask_reviews(reading: Reading, start: datetime, end: datetime) -> list[Review | None]:
    return read_reviews(reading.gateway.ask(REVIEW_LIST, reviews_question(start, end)))


def _take_review(reading: Reading, review: Review) -> bool:
    """Whether it told something new."""
    record = ReviewRecord(
        order_number=review.parent,
        stars=review.stars,
        created_at=review.at,
        text=review.words,
        reply=review.reply,
        answered_at=review.replied_at if review.reply else None,
        review_id=review.child,
    )
    now = reading.clock()
    received = receive_review(reading.account.store_id, record, source=ReviewSource.PLATFORM, now=now, actor=DOOR)
    return received.receipt is not Receipt.UNCHANGED
