"""The reviews that an address asks for, as rows of a spreadsheet: batch by batch, whatever their number."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from desk.access import Reader
from desk.review_words import detail_words
from desk.selectors.review_filters import ReviewFilters, filtered_reviews
from desk.selectors.team import short_name
from disputes.models import Review

BATCH = 500


def export_header() -> list[str]:
    """The columns, in the reader's language."""
    return [
        _("Store"), _("Order"), _("Written"), _("Stars"), _("Title"), _("Text"), _("Language"), _("Kind"), _("State"),
        _("Cause"), _("Sub-cause"), _("Signs of malice"), _("Responsible"), _("Next date"), _("Public reply"),
        _("Posted"),
    ]  # fmt: skip


def export_rows(reader: Reader, filters: ReviewFilters) -> Iterator[list[object]]:
    """Every review that matches, the latest written first; instants on the reader's clock."""
    reviews = filtered_reviews(reader, filters).select_related("store", "responsible").order_by("-reviewed_at", "-pk")
    batch = list(reviews[:BATCH])
    while batch:
        yield from (_row(review, reader.zone) for review in batch)
        last = batch[-1]
        older = Q(reviewed_at__lt=last.reviewed_at) | Q(reviewed_at=last.reviewed_at, pk__lt=last.pk)
        batch = list(reviews.filter(older, reviewed_at__lte=last.reviewed_at)[:BATCH]) if len(batch) == BATCH else []


def _row(review: Review, zone: ZoneInfo) -> list[object]:
    def clock(instant: datetime | None) -> str:
        return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}" if instant else ""

    return [
        review.store.name, review.order_number, clock(review.reviewed_at), review.stars, review.title, review.text,
        review.language, review.get_kind_display(), review.get_state_display(),
        review.get_cause_display() if review.cause else "", detail_words(review.detail) if review.detail else "",
        review.suspicion, short_name(review.responsible) if review.responsible else "", clock(review.next_at),
        review.reply_text, clock(review.answered_at),
    ]  # fmt: skip
