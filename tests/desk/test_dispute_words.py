"""Nothing of a dispute is without its words, and its draft answers say only what is known."""

import re

import pytest

from desk import dispute_words
from desk.rules import RULES
from disputes.advising import TABLE, Liability
from disputes.answering import LANGUAGES, STATES, check_answers, draft_answer, load_answer, variables
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
    plain = {reason: re.sub(r"(?m)^\?[\w,]* ", "", load_answer(reason, Language.EN)) for reason in Reason}
    lengths = {reason: len(text.split()) for reason, text in plain.items()}
    assert {reason: n for reason, n in lengths.items() if not 80 <= n <= 160} == {}


def test_a_line_whose_exhibit_is_missing_is_left_out() -> None:
    without = draft_answer("damaged", Language.EN, {}).text
    with_photo = draft_answer("damaged", Language.EN, {"buyer_photo": "Exhibit A-1"}).text
    assert "The buyer's photo is" not in without
    assert "The buyer's photo is Exhibit A-1." in with_photo


# Words by which a draft says that something was done, sent, shown or found; without a record there is nothing of it.
ASSERTED = {
    Language.EN: re.compile(
        r"(?i:\bwe (have |had )?(\w+ed|sent|wrote|told|gave)\b|\bwas (told|shipped|sent)\b)|Exhibit [A-Z]"
        r"|(?i:order's record|has not passed|carrier (delivered|sent|confirms)|are genuine"
        r"|\bis valid\b|sent the parcel)"
    ),
    Language.ZH_HANS: re.compile(
        r"我方已|已[于由请向用将]|曾于|保留在|尚未[届结]|真实有效|均未发生|目前正在|见[A-Z证]"
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", [*Reason, "another"])
def test_a_draft_asserts_nothing_when_the_record_is_empty(reason: str, language: Language) -> None:
    draft = draft_answer(reason, language, {"order_number": "8012"})
    _claim, _end, rest = draft.text.partition("\n")
    assert (ASSERTED[language].findall(rest), draft.gaps) == ([], ())
    assert len(rest) > 40, "what we ask of the platform, and what is so in general, is still there"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_speaks_of_messages_only_when_some_were_sent(language: Language) -> None:
    days = {"order_number": "8012", "written_dates": "20 Nov"}
    told = [draft_answer(reason, language, days) for reason in Reason]
    assert sum("20 Nov" in draft.text for draft in told) >= 7


# Words by which a draft promises something; without an offer of its kind there is nothing of it.
PROMISED = {
    Language.EN: re.compile(r"we (?:will )?(?:send|refund|settle)|at our cost|mistake is ours|apologise|solution"),
    Language.ZH_HANS: re.compile(r"退款给|向买家退款|补发|重新寄送|责任在我方|致歉|方案|妥善解决|公平解决"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_promises_nothing_when_nothing_was_offered(language: Language) -> None:
    known = dict.fromkeys(variables() - {"offer"}, "known")
    states = STATES - {"money_offered", "reship_offered"}
    texts = {reason: draft_answer(reason, language, known, states=states).text for reason in [*Reason, "another"]}
    assert {reason: found for reason, text in texts.items() if (found := PROMISED[language].findall(text))} == {}


def test_what_nobody_knows_leaves_a_visible_gap() -> None:
    draft = draft_answer("damaged", Language.EN, {"order_number": "8012", "carrier": "China Post"}, states={"shipped"})
    assert draft.gaps == ("shipped_date", "tracking_number")
    assert "[tracking_number]" in draft.text


def test_a_value_from_outside_is_never_read_as_a_variable() -> None:
    draft = draft_answer(
        "damaged", Language.EN, {"order_number": "{carrier}\r\nBcc: x", "carrier": "China Post"}, states={"shipped"}
    )
    assert "{carrier} Bcc: x" in draft.text
