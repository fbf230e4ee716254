"""Signs of malice (R11): each has points and a sentence, is shown with what it rests on, and decides nothing."""

import pytest

from disputes.malice import FACTS, Found, Sign, SignSource, is_suspicious, points_of, score, sentence
from disputes.models import Review
from disputes.review_lifecycle import ReviewState
from disputes.services.review_steps import set_facts
from messaging.models import InboundMessage
from messaging.models.inbound import InboundChannel
from messaging.vocabulary import Language
from orders.models import Buyer, Store
from tests.cast import alices_store, at, paid, placed_order, shipped
from tests.disputes.reviewed import ALICE, hired, record_of, review_in

NOW = "05-10 13:00"


@pytest.fixture
def store() -> Store:
    return hired(alices_store())


def bought(store: Store, number: str, **buyer: str) -> None:
    """An order of somebody."""
    placed_order(store, paid(), shipped(tracking_number=f"LX{number}CN"), number=number, buyer=buyer)


def signs(review: Review) -> list[str]:
    return [signal["sign"] for signal in review.signals]


def test_every_sign_has_points_and_a_sentence_in_every_language() -> None:
    for sign in Sign:
        for language in Language:
            assert sentence({"sign": sign, "values": {}}, language)
    assert set(Sign) >= set(FACTS) - {"ratings", "good_share"}


def test_points_add_up_to_a_hundred_at_most() -> None:
    found = Found(second_account=True, silent_order=True, other_bad=5, competitor=("a",), advert=("b",))
    signals = score(found, {"ratings": 1, "good_share": 0.2})
    assert points_of(signals) == 100
    assert [signal.points for signal in signals] == sorted((signal.points for signal in signals), reverse=True)
    assert (is_suspicious(50, 0.5), is_suspicious(49, 0.5), is_suspicious(100, None)) == (True, False, False)


def test_what_a_person_says_stands_over_what_was_found() -> None:
    assert score(Found(second_account=True), {"second_account": False}) == []
    (signal,) = score(Found(), {"habitual": True})
    assert (signal.sign, signal.source) == (Sign.HABITUAL, SignSource.SAID)


@pytest.mark.parametrize(("facts", "there"), [({"ratings": 3}, 1), ({"ratings": 4}, 0), ({"good_share": 0.51}, 0)])
def test_limits_are_those_of_the_table(facts: dict[str, float], there: int) -> None:
    assert len(score(Found(), facts)) == there


@pytest.mark.django_db
def test_the_same_phone_under_another_name_is_a_second_account(store: Store) -> None:
    bought(store, "1", name="Ana Lima", email="ana@example.com", phone="+55 11 9999")
    bought(store, "2", name="Rui Reis", email="rui@example.com", phone="+55 11 9999")
    assert signs(review_in(store, record_of(order_number="2"))) == ["second_account"]


@pytest.mark.django_db
def test_one_person_with_two_orders_is_no_second_account(store: Store) -> None:
    bought(store, "1", name="Ana Lima", email="", phone="+55 11 9999")
    bought(store, "2", name="ANA  LÍMA", email="", phone="+55 11 9999")
    assert signs(review_in(store, record_of(order_number="2"))) == []


@pytest.mark.django_db
def test_an_erased_buyer_is_compared_with_nobody(store: Store) -> None:
    bought(store, "1", name="Ana Lima", email="ana@example.com", phone="+55 11 9999")
    bought(store, "2", name="Rui Reis", email="rui@example.com", phone="+55 11 9999")
    Buyer.objects.filter(name="Ana Lima").update(erased_at=at(NOW))
    assert signs(review_in(store, record_of(order_number="2"))) == []


@pytest.mark.django_db
def test_two_other_bad_reviews_of_the_same_buyer_are_a_habit(store: Store) -> None:
    for number in ("1", "2", "3"):
        bought(store, number)
        review = review_in(store, record_of(order_number=number))
    assert signs(review) == ["habitual"]
    assert sentence(review.signals[0], "en") == "The same buyer left other bad reviews in this store: 2."


@pytest.mark.django_db
def test_a_buyer_who_never_wrote_is_silent_where_others_write(store: Store) -> None:
    bought(store, "1")
    assert signs(review_in(store, record_of(order_number="1"))) == []
    received = {"received_at": at(NOW), "recorded_at": at(NOW)}
    InboundMessage.objects.create(store=store, channel=InboundChannel.PASTED, text="Oi", **received)
    bought(store, "2")
    assert signs(review_in(store, record_of(order_number="2"))) == ["silent_order"]


@pytest.mark.django_db
def test_the_score_suggests_and_moves_nothing(store: Store) -> None:
    review = review_in(store, record_of(text="Comprem na concorrência!"))
    scored = set_facts(review.pk, {"ratings": 1, "nonsense": 1, "good_share": 0.0}, now=at(NOW), actor=ALICE)
    assert (scored.suspicion, scored.state, scored.facts) == (
        70,
        ReviewState.RECEIVED,
        {"ratings": 1, "good_share": 0.0},
    )
    taken_back = set_facts(review.pk, {"ratings": None}, now=at(NOW), actor=ALICE)
    assert taken_back.suspicion == 55
