"""Whatever is done about a review, in whatever order: nobody is pushed, nothing is posted unread, no date is lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from disputes.causes import CauseGroup
from disputes.firing import fire_due
from disputes.models import ActionState, Review
from disputes.review_lifecycle import OPEN_REVIEWS, ReviewState
from disputes.services import review_steps as steps
from disputes.services.review_steps import Cause, possible_steps
from disputes.services.reviews import ReviewRefused
from orders.models import Milestone, Order
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, paid, placed_order, shipped
from tests.disputes.reviewed import ALICE, BOB, hired, received, record_of, review_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WORDS = ["Pedimos desculpas.", "Lamentamos muito."]
Deed = Callable[[int, datetime, str], object]
DEEDS: dict[str, Deed] = {
    "analyse": lambda pk, now, who: steps.analyse(pk, Cause(CauseGroup.GOODS), now=now, actor=who),
    "contact": lambda pk, now, who: steps.contact(pk, now=now, actor=who, text="Called."),
    "solve": lambda pk, now, who: steps.solve(pk, now=now, actor=who, solution="Shipped again."),
    "ask": lambda pk, now, who: steps.ask(pk, now=now, actor=who),
    "follow_up": lambda pk, now, who: steps.follow_up(pk, now=now, actor=who),
    "decline": lambda pk, now, who: steps.decline(pk, now=now, actor=who),
    "draft": lambda pk, now, who: steps.draft_reply(pk, WORDS[now.hour % 2], now=now, actor=who),
    "read": lambda pk, now, who: steps.read_reply(pk, Review.objects.get(pk=pk).reply_text, now=now, actor=who),
    "post": lambda pk, now, who: steps.post_reply(pk, now=now, actor=who),
    "appeal": lambda pk, now, who: steps.appeal(pk, now=now, actor=who, text="Form 7"),
    "stands": lambda pk, now, who: steps.note_stands(pk, now=now, actor=who),
    "changed": lambda pk, now, who: steps.note_changed(pk, now=now, actor=who, stars=4),
    "leave": lambda pk, now, who: steps.leave(pk, now=now, actor=who, reason="He is right."),
    "take_up": lambda pk, now, who: steps.take_up(pk, now=now, actor=who),
    "date": lambda pk, now, who: steps.set_date(pk, now + timedelta(days=2), now=now, actor=who),
    "told": lambda pk, now, who: received(Review.objects.get(pk=pk).store, record_of(now.hour % 5 + 1, review_id="R")),
}
SEQUENCES = st.lists(
    st.tuples(st.sampled_from(sorted(DEEDS)), st.sampled_from([ALICE, BOB]), st.integers(1, 40)), max_size=14
)


def look_at(review: Review, order: Order | None) -> None:
    """What holds after every step."""
    if review.state == ReviewState.ASKED:
        assert None is not review.solved_at <= review.asked_at
    if review.state == ReviewState.REPLIED:
        assert review.reply_read_by not in {"", review.reply_written_by}
    assert review.is_open == (review.state in OPEN_REVIEWS) == (review.next_at is not None)
    assert not review.followed_up_at or review.asked_at
    if order is None:
        return
    asks = order.actions.filter(kind="reply_review", state=ActionState.OPEN)
    dates = Milestone.objects.filter(order=order, subject=review.subject, state="pending")
    assert (asks.exists() or dates.exists()) == review.is_open
    assert asks.count() <= 1


@settings(max_examples=12)
@given(SEQUENCES, st.booleans())
def test_any_sequence_of_steps_keeps_the_rules(sequence: list[tuple[str, str, int]], has_order: bool) -> None:
    with transaction.atomic():
        store = hired(alices_store())
        order = placed_order(store, paid(), shipped()) if has_order else None
        review, now = review_in(store, record_of(review_id="R")), at("05-10 12:00")
        for name, who, hours in sequence:
            now += timedelta(hours=hours)
            fire_due(lambda now=now: now, until=now + timedelta(hours=1))  # type: ignore[misc]
            before = possible_steps(Review.objects.get(pk=review.pk), who)
            try:
                DEEDS[name](review.pk, now, who)
            except ReviewRefused:
                assert name not in before or name in {"read"}
            look_at(Review.objects.get(pk=review.pk), order)
        assert order is None or verify_timeline(Order.objects.get()) == ""
        transaction.set_rollback(True)
