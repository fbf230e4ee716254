"""Nothing that a review may name is without its words, and its marks stand where the buyer wrote them."""

import pytest

from desk.review_words import DETAILS, FACTS, HISTORY, REFUSALS, STEPS, refusal_words
from desk.selectors.review_marks import passages, sureness
from disputes import malice
from disputes.causes import CauseGroup
from disputes.classifying import list_names, load_words
from disputes.models import Review
from disputes.review_lifecycle import OPEN_REVIEWS
from disputes.services.review_steps import OUT_OF_TURN, ReviewStep


def marked(text: str, **words: float) -> Review:
    """A review of this text, in which these words spoke for damage (in this weight)."""
    marks = [{"group": "goods", "detail": "damaged", "words": said, "weight": weight} for said, weight in words.items()]
    return Review(text=text, cause="goods", detail="damaged", marks=marks)


def test_every_sub_cause_that_is_found_has_its_words() -> None:
    found = {pair for name in list_names() for pair in load_words(name).phrases if pair[0] in CauseGroup.values}
    assert [(group, detail) for group, detail in found if detail not in DETAILS.get(group, {})] == []


def test_every_step_state_and_fact_has_its_words() -> None:
    assert set(STEPS) == set(OPEN_REVIEWS)
    assert set(ReviewStep) - set(HISTORY) == set()
    assert {name for name, kind in malice.FACTS.items() if kind is bool} == set(FACTS)


def test_every_refusal_can_be_translated() -> None:
    assert set(OUT_OF_TURN.values()) - set(REFUSALS) == set()
    assert refusal_words("not possible now: contact the buyer first") == "Not possible now: contact the buyer first."


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("A haste veio QUEBRADA, toda.", "QUEBRADA toda", ["QUEBRADA, toda"]),
        ("quebrada e requebrada", "quebrada", ["quebrada"]),
        ("收到就坏了，很失望", "坏 了", ["坏了"]),
        ("a (b", "(b", ["(b"]),
        ("nada", "", []),
    ],
)
def test_the_words_are_marked_where_they_stand(text: str, words: str, found: list[str]) -> None:
    parts = list(passages(text, marked(text, **{words: 3.0})))
    assert "".join(part.text for part in parts) == text
    assert [part.text for part in parts if part.is_marked] == found


def test_how_sure_it_is_follows_from_what_else_speaks() -> None:
    review = marked("x", quebrada=3.0)
    assert str(sureness(review)) == "clear"
    review.marks.append({"group": "logistics", "detail": "slow", "words": "demorou", "weight": 2.5})
    assert str(sureness(review)) == "likely"
    review.marks.append({"group": "logistics", "detail": "slow", "words": "atrasou", "weight": 2.5})
    assert str(sureness(review)) == "unsure"
    review.cause_by = "1"
    assert sureness(review) == ""
