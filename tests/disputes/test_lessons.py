"""What disputes teach: the team's own words, and what others of the same reason came to with what was shown."""

from typing import Any

import pytest

from disputes.models import Dispute, Lesson
from disputes.services.lessons import NotOver, forget_lessons, keep_lesson, record_of_reason
from disputes.services.notes import take_back_note, write_note
from orders.models import Order, PrivateData, Store, TimelineEvent
from tests.cast import after, alices_store, at, fact, happens, paid, placed_order, shipped

OPENED = "04-01 10:00"
CLOSED = "04-10 10:00"


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


def dispute(store: Store, number: int, *events: dict[str, Any], reason: str = "in_transit", **shown: str) -> Dispute:
    """A dispute of an order of its own, with what happened in it; `shown` are its exhibits, each with its source."""
    buyer = {"email": f"b{number}@example.com"}
    order = placed_order(store, paid(), shipped(), number=f"80{number}", buyer=buyer)
    exhibits = [fact(OPENED, "evidence_added") | {"kind": kind, "source": source} for kind, source in shown.items()]
    for event in (fact(OPENED, "dispute_opened", reason=reason, amount="24.00"), *exhibits, *events):
        happens(order, event)
    found: Dispute = Dispute.objects.get(order=order)
    return found


def verdict(outcome: str, when: str = CLOSED) -> dict[str, Any]:
    return fact(when, "verdict", outcome=outcome)


def learn(case: Dispute, text: str = "Photograph the scales.") -> Lesson:
    return keep_lesson(case.pk, cause="shipping", text=text, now=at("04-11 09:00"), actor="7")


def test_a_lesson_is_kept_and_the_timeline_says_so_without_its_words(store: Store) -> None:
    case = dispute(store, 1, verdict("lost"))
    learn(case)
    event = TimelineEvent.objects.get(order=case.order, type="lesson")
    assert (event.actor, event.data) == ("7", {"dispute": 1})
    assert Lesson.objects.get(dispute=case).text == "Photograph the scales."


def test_a_second_lesson_takes_the_place_of_the_first(store: Store) -> None:
    case = dispute(store, 1, verdict("lost"))
    learn(case)
    learn(case, "Weigh every parcel.")
    assert [lesson.text for lesson in Lesson.objects.all()] == ["Weigh every parcel."]


def test_a_lesson_is_refused_while_the_dispute_is_open(store: Store) -> None:
    with pytest.raises(NotOver):
        learn(dispute(store, 1))
    assert not TimelineEvent.objects.filter(type="lesson").exists()


def test_its_words_are_forgotten_with_the_buyer_and_the_cause_stays(store: Store) -> None:
    case = dispute(store, 1, verdict("lost"))
    learn(case, "Maria called twice.")
    assert forget_lessons([case.order]) == 1
    assert Lesson.objects.values_list("cause", "text").get() == ("shipping", "")


def test_the_record_counts_which_exhibits_stood_in_the_cases_that_ended_well(store: Store) -> None:
    dispute(store, 1, verdict("won"), tracking_screenshot="17track", waybill_receipt="post")
    dispute(store, 2, verdict("lost"), waybill_receipt="post")
    dispute(store, 3, verdict("settled"), invoice="us")  # neither won nor lost
    dispute(store, 4, fact(CLOSED, "dispute_withdrawn"), tracking_screenshot="17track")
    record = record_of_reason(dispute(store, 5))
    assert (record.ruled, record.won) == (3, 2)
    rows = {row.kind: (row.won, row.cases) for row in record.exhibits}
    assert rows == {"tracking_screenshot": (2, 2), "waybill_receipt": (1, 2)}


def test_the_record_tells_the_last_five_of_the_reason_and_their_lessons(store: Store) -> None:
    for number in range(6):
        case = dispute(store, number, verdict("won", after(CLOSED, days=number)))
    learn(case)
    dispute(store, 7, verdict("won"), reason="damaged")
    latest = record_of_reason(dispute(store, 8)).latest
    assert [past.dispute.order.order_number for past in latest] == ["805", "804", "803", "802", "801"]
    assert [past.lesson.text if past.lesson else "" for past in latest][:2] == ["Photograph the scales.", ""]


def test_another_stores_disputes_are_no_record(store: Store) -> None:
    dispute(alices_store("second"), 1, verdict("won"))
    assert record_of_reason(dispute(store, 2)).latest == []


def test_the_record_costs_two_looks_at_the_database(store: Store, django_assert_num_queries: Any) -> None:
    for number in range(3):
        dispute(store, number, verdict("won"), invoice="us")
    case = Dispute.objects.select_related("order__store").get(pk=dispute(store, 9).pk)
    with django_assert_num_queries(2):
        assert len(record_of_reason(case).latest) == 3


def note(order: Order, actor: str = "7") -> int:
    return write_note(order.pk, "Called the post office", now=at("04-01 10:00"), actor=actor)


def test_a_note_is_taken_back_by_who_wrote_it_just_now(store: Store) -> None:
    order = dispute(store, 1).order
    sequence = note(order)
    assert take_back_note(order.pk, sequence, now=at("04-01 10:10"), actor="7")
    assert not PrivateData.objects.filter(event__sequence=sequence, event__order=order).exists()
    assert TimelineEvent.objects.filter(order=order, type="note_taken_back").count() == 1


@pytest.mark.parametrize(("when", "actor"), [("04-01 10:30", "7"), ("04-01 10:05", "8")])
def test_a_note_stays_when_it_is_old_or_somebody_elses(store: Store, when: str, actor: str) -> None:
    order = dispute(store, 1).order
    assert not take_back_note(order.pk, note(order), now=at(when), actor=actor)
    assert PrivateData.objects.filter(event__order=order, event__type="note").count() == 1
