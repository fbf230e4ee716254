"""The demo's reviews: invented ones of its orders, and what its team has done about them so far."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from disputes.causes import CauseGroup
from disputes.models import Review, ReviewSource
from disputes.reviewing import receive_review
from disputes.services import review_steps as steps
from orders.models import Order, Store, User
from orders.records import ReviewRecord

REVIEWS = Path(__file__).parent / "demo" / "reviews.toml"


def load_reviews(store: Store, data: Mapping[str, Any], orders: Sequence[Order], *, now: datetime) -> int:
    """Take in what the demo's file says; `orders` are those of the cases in `data`. Returns how many reviews."""
    numbers = {case["about"]: order.order_number for case, order in zip(data["cases"], orders, strict=True)}
    team = {user.first_name.lower(): str(user.pk) for user in User.objects.filter(memberships__store=store)}
    reviews = tomllib.loads(REVIEWS.read_text(encoding="utf-8"))["reviews"]
    for told in reviews:
        _load(store, told, numbers.get(told.get("case", ""), told.get("order_number", "")), team, now)
    return len(reviews)


def _load(store: Store, told: Mapping[str, Any], number: str, team: Mapping[str, str], now: datetime) -> None:
    written_at = _back(told, now)
    record = ReviewRecord(
        order_number=number,
        stars=told["stars"],
        created_at=written_at,
        title=told.get("title", ""),
        text=told["text"],
        language=told.get("language", "pt-br"),
    )
    received_at = written_at + timedelta(minutes=10)
    review = receive_review(store.pk, record, source=ReviewSource.PLATFORM, now=received_at, actor="demo").review
    if facts := told.get("facts"):
        steps.set_facts(review.pk, facts, now=received_at, actor=team["alice"])
    for step in told.get("steps", []):
        _take(review.pk, step, actor=team[step["by"]], now=_back(step, now))


def _back(told: Mapping[str, Any], now: datetime) -> datetime:
    return now - timedelta(hours=told["hours_ago"])


def _take(review_id: int, told: Mapping[str, Any], *, actor: str, now: datetime) -> None:
    TAKE[told["step"]](review_id, told, {"now": now, "actor": actor})


def _analyse(review_id: int, told: Mapping[str, Any], by: dict[str, Any]) -> None:
    group, _colon, detail = told["cause"].partition(":")
    steps.analyse(review_id, steps.Cause(CauseGroup(group), detail), **by)


def _read(review_id: int, _told: Mapping[str, Any], by: dict[str, Any]) -> None:
    words = Review.objects.values_list("reply_text", flat=True).get(pk=review_id)
    steps.read_reply(review_id, words, **by)


TAKE: dict[str, Callable[[int, Mapping[str, Any], dict[str, Any]], object]] = {
    "analyse": _analyse,
    "contact": lambda pk, told, by: steps.contact(pk, text=told["text"], **by),
    "solve": lambda pk, told, by: steps.solve(pk, solution=told["text"], **by),
    "decline": lambda pk, told, by: steps.decline(pk, text=told["text"], **by),
    "draft": lambda pk, told, by: steps.draft_reply(pk, told["text"], **by),
    "read": _read,
    "appeal": lambda pk, told, by: steps.appeal(pk, text=told["text"], **by),
    "post": lambda pk, _told, by: steps.post_reply(pk, **by),
}
