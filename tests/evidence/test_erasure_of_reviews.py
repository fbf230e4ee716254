"""Erasing a buyer reaches his reviews: his words go, the stars stay, and no file brings the words back."""

import json
from datetime import timedelta

import pytest

from disputes.models import Review, ReviewNote
from disputes.reviewing import Receipt
from disputes.services import review_steps as steps
from disputes.services.review_erasure import forget_unjoined
from evidence.models import Appeal, BundleState
from evidence.services.appeals import request_appeal
from evidence.services.disclosure import disclose_buyer
from evidence.services.erasure import erase_buyer, preview_erasure
from orders.models import Order, Store
from orders.services.auditing import Doer
from orders.services.erasure import ErasureCause
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, fact, paid, placed_order, shipped
from tests.disputes.reviewed import ALICE, analysed, hired, received, record_of, review_in

pytestmark = pytest.mark.django_db
LATER = "06-20 12:00"
TRACES = ["Maria", "nem me ligaram", "Called Maria", "R-77", "Obrigada", "nem"]


@pytest.fixture
def store() -> Store:
    return hired(alices_store())


@pytest.fixture
def review(store: Store) -> Review:
    """A review of an order that is over, with all that can be said about it."""
    placed_order(store, paid(), shipped(), fact("04-20 10:00", "delivered"), fact("05-08 10:00", "completed"))
    said = {"title": "Maria aqui", "review_id": "R-77", "author": "Maria S."}
    review = review_in(store, record_of(1, "Não recebi, nem me ligaram", **said))
    steps.contact(analysed(review).pk, now=at("05-11 10:00"), actor=ALICE, text="Called Maria.")
    steps.draft_reply(review.pk, "Obrigada, Maria.", now=at("05-11 11:00"), actor=ALICE)
    request_appeal(review.pk, recipient="archive", now=at("05-11 12:00"), actor=ALICE)
    return Review.objects.get(pk=review.pk)


def erase(review: Review) -> None:
    order = Order.objects.get(pk=review.order_id)
    erase_buyer(order.buyer_id, cause=ErasureCause.REQUEST, now=at(LATER), doer=Doer())


def test_his_words_go_and_the_stars_stay(review: Review) -> None:
    erase(review)
    rows = [*Review.objects.values(), *ReviewNote.objects.values()]
    assert [trace for trace in TRACES if trace in json.dumps(rows, default=str)] == []
    kept = Review.objects.get()
    assert (kept.stars, kept.cause, kept.reviewed_at) == (1, "logistics", at("05-10 10:00"))
    assert not Appeal.objects.exists()
    assert verify_timeline(Order.objects.get()) == ""


def test_the_same_file_brings_nothing_back(store: Store, review: Review) -> None:
    erase(review)
    again = received(store, record_of(1, "Não recebi, nem me ligaram", review_id="R-77"), now=LATER)
    assert (again.receipt, Review.objects.count(), Review.objects.get().text) == (Receipt.UNCHANGED, 1, "")


def test_an_appeal_that_was_handed_in_stays(review: Review) -> None:
    Appeal.objects.update(state=BundleState.SUBMITTED)
    erase(review)
    assert Appeal.objects.count() == 1


def test_the_preview_counts_them_and_the_disclosure_tells_them(review: Review) -> None:
    order = Order.objects.get()
    assert preview_erasure(order.buyer, now=at(LATER)).reviews == 1
    told = json.dumps(disclose_buyer(order.buyer_id, doer=Doer(), now=at(LATER)), ensure_ascii=False)
    assert "Não recebi, nem me ligaram" in told


def test_a_review_whose_order_never_came_is_forgotten_in_time(store: Store) -> None:
    review_in(store, record_of(order_number="1", author="Maria"))
    assert forget_unjoined(store, before=at("05-10 12:00")) == 0
    assert forget_unjoined(store, before=at("05-10 12:00") + timedelta(seconds=1)) == 1
    assert forget_unjoined(store, before=at(LATER)) == 0
    row = Review.objects.get()
    assert (row.text, row.author, row.order_number, row.stars) == ("", "", "", 1)
