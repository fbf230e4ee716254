"""A second reader who does not let a public reply stand: it goes back to its writer, with the reader's words (R10)."""

from datetime import datetime

from disputes.services.review_steps import is_unread
from disputes.services.reviews import RULE, ReviewRefused, opened_review

SENT_BACK = "sent_back"  # the step in the review's history


def send_back(review_id: int, *, now: datetime, actor: str, text: str) -> None:
    """The reply was read and is not approved: its reading has an instant (UTC) and no reader until it is changed.

    Raises Review.DoesNotExist, and ReviewRefused for its own writer, without a reason, and where nothing waits.
    """
    if not text.strip():
        raise ReviewRefused("say what should be written otherwise", RULE)
    with opened_review(review_id, now=now, actor=actor) as work:
        review = work.review
        if not (review.is_open and is_unread(review) and review.reply_read_at is None):
            raise ReviewRefused("no reply waits to be read: load the page again", RULE)
        if review.reply_written_by == actor:
            raise ReviewRefused("somebody else than its writer reads the reply", RULE)
        review.reply_read_at = now
        work.note(SENT_BACK, text)
