"""Reviews of the platform: how they are asked for and replied to, and what an answer says."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders.platform.order_forms import listed
from orders.platform.terms import method
from orders.platform.times import read_time, write_start, write_time
from orders.providers.reading import number, text


@dataclass(frozen=True, slots=True)
class Review:
    """What a buyer wrote about a line of an order, 1 to 5 stars, at `at` (UTC), and our reply to it."""

    child: str
    parent: str
    stars: int
    words: str
    at: datetime
    reply: str = ""
    replied_at: datetime | None = None


def list_question(start: datetime, end: datetime) -> dict[str, str]:
    """The parameters that ask for the reviews that came into force in a span; the platform gives no pages."""
    asked = {"start_valid_date": write_start(start), "end_valid_date": write_time(end)}
    return {"trade_evaluation_request": json.dumps(asked)}


def reply_order(review: tuple[str, str], words: str) -> dict[str, str]:
    """The parameters that reply to the review of a child of an order."""
    child, parent = review
    return {"child_order_id": child, "parent_order_id": parent, "text": words}


def read_reviews(answer: dict[str, Any]) -> list[Review | None]:
    """The reviews of an answer; None in the place of one without an order, stars or a date, which cannot be read."""
    return [_read(row) for row in listed(answer.get("target_list"))]


def _read(row: dict[str, Any]) -> Review | None:
    stars = number(text(row.get("buyer_evaluation")).split(".")[0])
    at = read_time(row.get("buyer_fb_date")) or read_time(row.get("valid_date")) or read_time(row.get("gmt_create"))
    child = text(row.get("order_id"))
    if stars is None or not 1 <= stars <= 5 or at is None or not child:
        return None
    parent = text(row.get("parent_order_id"))
    return Review(
        child,
        parent if parent not in {"", "0"} else child,
        stars,
        text(row.get("buyer_feedback")),
        at,
        reply=text(row.get("seller_reply")),
        replied_at=read_time(row.get("gmt_modified")) or at,
    )


REVIEW_LIST, REPLY_REVIEW = method("review_list"), method("reply_review")
