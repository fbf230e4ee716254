"""Nothing of a dispute is without its words, and its draft answers say only what is known."""

import pytest

from desk import dispute_words
from desk.rules import RULES
from disputes.advising import TABLE, Liability
from disputes.answering import LANGUAGES, check_answers, draft_answer, load_answer
from disputes.checklists import exhibit_kinds
from disputes.reasons import BUYERS_CAUSES, SELLERS_CAUSES, Reason
from evidence.bundling.problems import Problem
from evidence.recipients import recipients
from messaging.vocabulary import Language


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        ({row.recommendation for row in TABLE}, dispute_words.RECOMMENDATIONS),
        (set(Liability), dispute_words.LIABILITIES),
        (set(Liability), dispute_words.SHORT_LIABILITIES),
        (set(exhibit_kinds()), dispute_words.EXHIBITS),
        (SELLERS_CAUSES | BUYERS_CAUSES, dispute_words.CUSTOMS_CAUSES),
        (set(Problem), dispute_words.PROBLEMS),
        (set(recipients()), dispute_words.RECIPIENTS),
        ({row.rule for row in TABLE}, RULES),
    ],
)
def test_every_code_of_a_dispute_has_its_words(codes: set[str], table: dict[str, object]) -> None:
    assert codes - set(table) == set()


def test_no_answer_names_what_nobody_knows() -> None:
    assert check_answers() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_own_answer(language: Language) -> None:
    texts = {reason: load_answer(reason, language) for reason in Reason}
    assert len(set(texts.values())) == len(Reason)
    assert load_answer("something_else", language) not in texts.values()


@pytest.mark.parametrize("reason", ["../../settings", "", "a/b", "x" * 300])
def test_a_reason_from_outside_gives_the_general_answer(reason: str) -> None:
    assert load_answer(reason, Language.EN) == load_answer("general", Language.EN)


def test_an_answer_has_between_80_and_160_words_when_all_is_known() -> None:
    lengths = {reason: len(load_answer(reason, Language.EN).replace("? ", "").split()) for reason in Reason}
    assert {reason: n for reason, n in lengths.items() if not 80 <= n <= 160} == {}


def test_a_line_whose_exhibit_is_missing_is_left_out() -> None:
    without = draft_answer("damaged", Language.EN, {}).text
    with_photo = draft_answer("damaged", Language.EN, {"buyer_photo": "Exhibit A-1"}).text
    assert "The buyer's photo is" not in without
    assert "The buyer's photo is Exhibit A-1." in with_photo


def test_what_nobody_knows_leaves_a_visible_gap() -> None:
    draft = draft_answer("damaged", Language.EN, {"order_number": "8012", "carrier": "China Post"})
    assert draft.gaps == ("shipped_date", "tracking_number")
    assert "[tracking_number]" in draft.text


def test_a_value_from_outside_is_never_read_as_a_variable() -> None:
    draft = draft_answer("damaged", Language.EN, {"order_number": "{carrier}\r\nBcc: x", "carrier": "China Post"})
    assert "{carrier} Bcc: x" in draft.text
