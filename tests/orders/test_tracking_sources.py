"""What several sources say of one parcel, and since when they differ."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from orders.tracking_sources import Told, disagreement
from orders.tracking_statuses import TrackingStatus as Status
from tests.cast import at

MOVING = (at("03-06 08:00"), Status.IN_TRANSIT)
ARRIVED = (at("03-20 08:00"), Status.ARRIVED)
DELIVERED = (at("03-25 08:00"), Status.DELIVERED)


def test_sources_that_say_the_same_agree() -> None:
    found = disagreement({"17track": [MOVING, ARRIVED], "kuaidi100": [ARRIVED]})
    assert not found
    assert [(word.source, word.status) for word in found.words] == [
        ("kuaidi100", Status.ARRIVED),
        ("17track", Status.ARRIVED),
    ]


def test_sources_that_differ_do_so_since_the_first_word_that_was_not_followed() -> None:
    found = disagreement({"17track": [DELIVERED, MOVING, ARRIVED], "kuaidi100": [MOVING]})
    assert found.since == at("03-20 08:00")
    assert [word.status for word in found.words] == [Status.DELIVERED, Status.IN_TRANSIT]


def test_a_difference_that_was_settled_counts_no_more() -> None:
    late = (at("03-26 08:00"), Status.DELIVERED)
    assert not disagreement({"17track": [ARRIVED, DELIVERED], "kuaidi100": [MOVING, late]})


def test_a_source_that_says_nothing_disagrees_with_nobody() -> None:
    assert not disagreement({"17track": [MOVING], "kuaidi100": []})
    assert disagreement({}).words == ()


TOLD = st.tuples(st.integers(0, 5).map(lambda day: at("03-06 08:00") + timedelta(days=day)), st.sampled_from(Status))


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(TOLD, unique_by=lambda told: told[0])))
def test_they_differ_when_their_last_words_do(events: dict[str, list[Told]]) -> None:
    found = disagreement(events)
    assert bool(found) == (len({word.status for word in found.words}) > 1)
    assert {word.source for word in found.words} == {source for source, told in events.items() if told}
