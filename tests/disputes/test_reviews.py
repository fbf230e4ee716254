"""Reviews: received once, joined to their orders, worked on step by step, replied to with a second reader (R10–R12)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.causes import CauseGroup
from disputes.firing import fire_due
from disputes.models import ActionItem, ActionState, Review
from disputes.review_lifecycle import ReviewState
from disputes.reviewing import Receipt, mend_reviews
from disputes.services import review_steps as steps
from disputes.services.actions import complete_action
from disputes.services.agents import keep_with
from disputes.services.handing import NoHand
from disputes.services.review_steps import Cause, ReviewStep, possible_steps
from disputes.services.reviews import ReviewRefused
from disputes.tasks import reconcile
from messaging.models import Message
from orders.models import Milestone, Order, Store
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, clock_at, due_milestones, fact, happens, paid, placed_order, shipped, ticking
from tests.disputes.reviewed import ALICE, BOB, analysed, asked, hired, received, record_of, replied, review_in, solved

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return hired(alices_store())


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid(), shipped())


@pytest.fixture
def review(store: Store, order: Order) -> Review:
    return review_in(store)


def open_actions(order: Order) -> list[ActionItem]:
    return list(order.actions.filter(kind="reply_review", state=ActionState.OPEN))


def fire_until(until: str) -> None:
    for row in Milestone.objects.filter(state="pending", due_at__lte=at(until)).order_by("due_at"):
        fire_due(ticking(f"{row.due_at:%Y-%m-%d %H:%M}", seconds=0.01), until=at("2027-01-01 00:00"))


# --- in ---------------------------------------------------------------------------------------------------------------
def test_a_bad_review_is_a_fact_of_its_order_with_a_date_and_an_action(store: Store, order: Order) -> None:
    review = review_in(store)
    order.refresh_from_db()
    assert (review.order_id, review.state, review.next_at) == (order.pk, ReviewState.RECEIVED, at("05-11 10:00"))
    assert order.reviewed_at == review.reviewed_at
    assert [row.due_at for row in due_milestones(order, "review_reply_due")] == [at("05-11 10:00")]
    assert [item.due_at for item in open_actions(order)] == [at("05-11 10:00")]
    assert (review.cause, review.detail) == ("logistics", "not_received")
    assert review.marks[0]["words"] == "Não recebi"


def test_the_same_review_again_is_unchanged(store: Store, order: Order) -> None:
    first, again = received(store), received(store)
    assert (first.receipt, again.receipt) == (Receipt.CREATED, Receipt.UNCHANGED)
    assert first.review.pk == again.review.pk
    assert order.timeline.filter(type="review_received").count() == 1


def test_a_review_is_the_buyers_agents_from_its_coming_in_whether_its_order_was_there_or_not(store: Store) -> None:
    first = placed_order(store, paid(), shipped(), number="80001", buyer={"email": "maria@example.com"})
    keep_with(first.buyer_id, int(BOB), now=at("05-10 11:00"), actor=ALICE)
    alone = review_in(store, record_of(order_number="80002"))
    good = review_in(store, record_of(5, order_number="80001"))
    placed_order(store, paid(), shipped(), number="80002", buyer={"email": "maria@example.com"})
    mend_reviews(at("05-10 13:00"))
    bad = review_in(store, record_of(order_number="80001", text="Veio quebrado"))
    kept = [Review.objects.get(pk=row.pk).responsible_id for row in (alone, good, bad)]
    assert kept == [int(BOB), None, int(BOB)]


def test_an_open_review_that_nobody_has_goes_along_with_the_buyers_new_agent(store: Store, order: Order) -> None:
    happens(order, fact("03-20 10:00", "delivered"))
    happens(order, fact("05-01 10:00", "completed"))
    mine, held = review_in(store), review_in(store, record_of(text="Veio quebrado"))
    steps.hand_review(held.pk, int(ALICE), now=at("05-10 12:30"), actor=ALICE)
    keep_with(order.buyer_id, int(BOB), now=at("05-10 13:00"), actor=ALICE)
    kept = [Review.objects.get(pk=row.pk).responsible_id for row in (mine, held)]
    assert kept == [int(BOB), int(ALICE)]
    assert {item.assignee_id for item in open_actions(order)} == {int(BOB), int(ALICE)}


@pytest.mark.parametrize(("stars", "written", "state"), [(5, "05-10 10:00", "noted"), (1, "2025-05-10 10:00", "noted")])
def test_a_good_review_and_history_raise_nothing_and_mail_nobody(
    store: Store, order: Order, stars: int, written: str, state: str
) -> None:
    before = Message.objects.count()
    review = review_in(store, record_of(stars, created_at=written))
    assert (review.state, review.next_at, open_actions(order)) == (state, None, [])
    assert Message.objects.count() == before


def test_a_review_that_is_answered_already_is_over(store: Store, order: Order) -> None:
    review = review_in(store, record_of(answered_at=at("05-10 11:00")))
    order.refresh_from_db()
    assert (review.state, order.review_answered_at) == (ReviewState.REPLIED, at("05-10 11:00"))
    assert open_actions(order) == []


def test_a_review_without_an_order_waits_and_is_joined_when_the_order_comes(store: Store) -> None:
    review = review_in(store)
    analysed(review)
    assert (review.order_id, review.next_at) == (None, at("05-11 10:00"))
    order = placed_order(store, paid(), shipped())
    assert mend_reviews(at("05-10 13:00")) == 1
    review = Review.objects.get(pk=review.pk)
    assert (review.order_id, review.state) == (order.pk, ReviewState.ANALYSED)
    assert order.timeline.filter(type="review_received").count() == 1
    assert mend_reviews(at("05-10 13:00")) == 0


def test_a_review_that_the_buyer_makes_worse_is_taken_up_again(store: Store, order: Order) -> None:
    review = review_in(store, record_of(5, "Adorei", review_id="R1"))
    again = received(store, record_of(2, "Quebrou ontem", review_id="R1"), now="05-12 12:00")
    assert (again.receipt, again.review.pk, again.review.state) == (Receipt.UPDATED, review.pk, ReviewState.RECEIVED)
    assert (again.review.cause, again.review.next_at) == ("goods", at("05-13 12:00"))


# --- the steps --------------------------------------------------------------------------------------------------------
def test_every_step_from_the_cause_to_the_reply_leaves_the_chain_whole(store: Store, review: Review) -> None:
    solved(review)
    steps.ask(review.pk, now=at("05-12 10:00"), actor=ALICE)
    steps.decline(review.pk, now=at("05-13 10:00"), actor=ALICE)
    review = replied(review, now="05-13 11:00")
    assert (review.state, review.answered_at, review.next_at) == (ReviewState.REPLIED, at("05-13 11:00"), None)
    order = Order.objects.get()
    assert order.review_answered_at == at("05-13 11:00")
    assert open_actions(order) == []
    assert not order.milestones.filter(state="pending", subject__startswith="review:").exists()
    assert [note.step for note in review.notes.all()][:4] == ["analyse", "contact", "solve", "ask"]
    assert not verify_timeline(order)


def test_nobody_is_asked_before_he_accepts_the_solution(review: Review) -> None:
    analysed(review)
    assert ReviewStep.ASK not in possible_steps(Review.objects.get(), ALICE)
    with pytest.raises(ReviewRefused, match="only after the buyer fully accepts") as refusal:
        steps.ask(review.pk, now=at("05-11 10:00"), actor=ALICE)
    assert refusal.value.rule == "R10"


def test_there_is_one_later_follow_up_and_no_second_one(review: Review) -> None:
    asked(review)
    steps.follow_up(review.pk, now=at("05-14 10:00"), actor=ALICE)
    with pytest.raises(ReviewRefused, match="once at most"):
        steps.follow_up(review.pk, now=at("05-15 10:00"), actor=ALICE)


def test_a_refusal_starts_the_day_for_the_reply_and_its_end_is_loud(review: Review) -> None:
    asked(review)
    steps.decline(review.pk, now=at("05-20 10:00"), actor=ALICE)
    order = Order.objects.get()
    assert due_milestones(order, "review_reply_due")[-1].due_at == at("05-21 10:00")
    assert [item.due_at for item in open_actions(order)] == [at("05-21 10:00")]
    fire_until("05-21 10:00")
    assert [item.data.get("overdue") for item in open_actions(order)] == [True]


def test_the_day_after_the_review_is_no_alarm_while_the_buyer_is_being_talked_to(review: Review) -> None:
    steps.contact(
        analysed(review).pk, now=at("05-10 15:00"), actor=ALICE, text="Called him.", next_at=at("05-13 09:00")
    )
    order = Order.objects.get()
    for until in ("05-12 00:00", "05-13 09:00", "05-14 00:00"):
        fire_until(until)
        asked_for = [(item.rule, item.due_at, item.assignee_id, item.data) for item in open_actions(order)]
        assert asked_for == [("R12", at("05-13 09:00"), int(ALICE), {"review": review.subject})]
    assert Review.objects.get().next_at == at("05-13 09:00")


def test_the_writer_of_a_reply_cannot_be_its_second_reader(review: Review) -> None:
    steps.draft_reply(review.pk, "Pedimos desculpas.", now=at("05-10 13:00"), actor=ALICE)
    with pytest.raises(ReviewRefused, match="somebody else than its writer"):
        steps.read_reply(review.pk, "Pedimos desculpas.", now=at("05-10 13:01"), actor=ALICE)
    with pytest.raises(ReviewRefused, match="a second person reads"):
        steps.post_reply(review.pk, now=at("05-10 13:02"), actor=ALICE)


def test_a_changed_reply_is_read_anew(review: Review) -> None:
    steps.draft_reply(review.pk, "Pedimos desculpas.", now=at("05-10 13:00"), actor=ALICE)
    steps.read_reply(review.pk, "Pedimos desculpas.", now=at("05-10 13:01"), actor=BOB)
    steps.draft_reply(review.pk, "Não é verdade.", now=at("05-10 13:02"), actor=ALICE)
    with pytest.raises(ReviewRefused):
        steps.post_reply(review.pk, now=at("05-10 13:03"), actor=BOB)
    with pytest.raises(ReviewRefused, match="changed meanwhile"):
        steps.read_reply(review.pk, "Pedimos desculpas.", now=at("05-10 13:04"), actor=BOB)


def test_a_reply_that_offers_something_for_the_review_is_not_let_through(review: Review) -> None:
    words = "Mude a sua avaliação e ganhe um cupom de desconto."
    steps.draft_reply(review.pk, words, now=at("05-10 13:00"), actor=ALICE)
    assert steps.reply_problems(Review.objects.get())
    with pytest.raises(ReviewRefused) as refusal:
        steps.read_reply(review.pk, words, now=at("05-10 13:01"), actor=BOB)
    assert refusal.value.rule == "M4"


def test_a_person_overrides_the_classifier_and_stays_over_it(store: Store, review: Review) -> None:
    steps.analyse(review.pk, Cause(CauseGroup.GOODS, "quality"), now=at("05-10 13:00"), actor=ALICE)
    received(store, record_of(2))
    assert (Review.objects.get(pk=review.pk).cause, review.cause) == ("goods", "logistics")


def test_an_appeal_that_the_platform_turns_down_is_replied_to(review: Review) -> None:
    steps.appeal(review.pk, now=at("05-10 13:00"), actor=ALICE, text="Form 7, case 12.")
    assert steps.note_stands(review.pk, now=at("05-12 13:00"), actor=ALICE).next_at == at("05-13 13:00")
    assert open_actions(Order.objects.get())


def test_a_card_called_done_without_a_step_comes_back(review: Review) -> None:
    (item,) = open_actions(Order.objects.get())
    complete_action(item.pk, now=at("05-10 14:00"), actor=ALICE)
    assert mend_reviews(at("05-11 12:00")) == 1
    assert Review.objects.get().next_at == at("05-12 12:00")


def test_reviews_are_looked_through_once_in_a_round_and_without_their_words(review: Review) -> None:
    with CaptureQueriesContext(connection) as questions:
        assert mend_reviews(at("05-10 13:00")) == 0
    assert not [row for row in questions.captured_queries if "reply_text" in row["sql"]]
    (item,) = open_actions(Order.objects.get())
    complete_action(item.pk, now=at("05-10 14:00"), actor=ALICE)
    reconcile(after=review.order_id)  # the round's next batch of orders
    assert not open_actions(Order.objects.get())
    reconcile()
    assert open_actions(Order.objects.get())


def test_a_review_goes_only_to_who_works_in_the_store(review: Review) -> None:
    assert steps.hand_review(review.pk, int(ALICE), now=at("05-10 13:00"), actor=BOB).responsible_id == int(ALICE)
    with pytest.raises(NoHand):
        steps.hand_review(review.pk, 999, now=at("05-10 13:00"), actor=BOB)


def test_what_is_left_needs_a_reason_and_can_be_taken_up(review: Review) -> None:
    with pytest.raises(ReviewRefused, match="say why"):
        steps.leave(review.pk, now=at("05-10 13:00"), actor=ALICE, reason=" ")
    left = steps.leave(review.pk, now=at("05-10 13:00"), actor=ALICE, reason="The buyer is right.")
    assert (left.state, left.next_at, open_actions(Order.objects.get())) == (ReviewState.LEFT, None, [])
    assert steps.take_up(review.pk, now=at("05-10 14:00"), actor=ALICE).next_at == at("05-11 14:00")


def test_a_clock_that_stands_still_fires_nothing_for_a_review_that_is_over(review: Review) -> None:
    steps.leave(review.pk, now=at("05-10 13:00"), actor=ALICE, reason="The buyer is right.")
    fire_due(clock_at("05-12 13:00"), until=at("05-12 14:00"))
    assert open_actions(Order.objects.get()) == []


def test_a_review_that_was_taken_up_again_asks_nobody_twice(review: Review) -> None:
    asked(review)
    steps.follow_up(review.pk, now=at("05-14 10:00"), actor=ALICE)
    steps.leave(review.pk, now=at("05-15 10:00"), actor=ALICE, reason="She does not answer.")
    steps.take_up(review.pk, now=at("05-16 10:00"), actor=ALICE)
    steps.analyse(review.pk, Cause(CauseGroup.GOODS), now=at("05-16 10:00"), actor=ALICE)
    steps.contact(review.pk, now=at("05-16 10:00"), actor=ALICE, text="Called her.")
    steps.solve(review.pk, now=at("05-16 10:00"), actor=ALICE, solution="Refunded.")
    with pytest.raises(ReviewRefused, match="only once"):
        steps.ask(review.pk, now=at("05-16 11:00"), actor=ALICE)


def test_an_answer_that_is_told_late_wakes_no_review_that_is_over(store: Store, review: Review) -> None:
    steps.leave(review.pk, now=at("05-10 13:00"), actor=ALICE, reason="The buyer is right.")
    again = received(store, record_of(answered_at=at("05-10 11:00"), reply="Sorry."), now="05-11 12:00").review
    assert (again.state, again.answered_at, again.reply_text) == (ReviewState.LEFT, at("05-10 11:00"), "Sorry.")


def test_a_review_of_long_ago_that_changes_is_history(store: Store, order: Order) -> None:
    review_in(store, record_of(1, created_at="2025-05-10 10:00", review_id="R1"))
    again = received(store, record_of(2, "Pior", created_at="2025-05-10 10:00", review_id="R1"), now="05-12 12:00")
    assert (again.review.stars, again.review.state) == (2, ReviewState.NOTED)


def test_a_reply_without_its_date_is_nobodys_to_read_alone(store: Store, order: Order) -> None:
    review = review_in(store, record_of(reply="Pedimos desculpas."))
    assert (review.reply_text, ReviewStep.READ in possible_steps(review, ALICE)) == ("", False)
