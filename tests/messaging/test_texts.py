"""The texts that ship: all there, well formed, well worded, and complete when filled in."""

import re
from itertools import product
from pathlib import Path

import pytest

from messaging import rendering
from messaging.rendering import MissingVariables, Text, check_texts, gaps, load_text, render, variables_of
from messaging.vocabulary import TEXT_PURPOSES, Language, Purpose, Variable
from messaging.wording import check_wording

PACKS = ["aliexpress-br", "taobao-cn", "some-new-pack"]
EVERY_TEXT = list(product(TEXT_PURPOSES, Language, PACKS))
FULL = {variable.value: f"<{variable}>" for variable in Variable}


def loaded(case: tuple[Purpose, Language, str]) -> Text:
    return load_text(*case)


def minimal(text: Text) -> dict[str, str]:
    """Values for what the text cannot do without, and nothing else."""
    return {name: value for name, value in FULL.items() if name in variables_of(text)[0]}


@pytest.fixture
def own_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rendering, "TEXTS", tmp_path)
    return tmp_path


def write(texts: Path, name: str, source: str) -> None:
    path = texts / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, "utf-8")


def test_the_texts_that_ship_have_no_problem() -> None:
    assert check_texts() == []
    assert gaps(TEXT_PURPOSES) == []


@pytest.mark.parametrize("case", EVERY_TEXT, ids="-".join)
def test_a_text_is_whole_with_every_value_and_with_the_fewest(case: tuple[Purpose, Language, str]) -> None:
    text = loaded(case)
    for values in (FULL, minimal(text)):
        rendered = render(text, values)
        assert not re.search(r"[{}]|^\?|\n{3}|[ \t]$", rendered.body, re.MULTILINE)
        assert rendered.subject == rendered.subject.strip() != ""
        assert FULL["order_number"] in rendered.subject + rendered.body
        assert check_wording(f"{rendered.subject}\n\n{rendered.body}", case[1]) == []


@pytest.mark.parametrize("case", EVERY_TEXT, ids="-".join)
def test_a_message_says_who_writes_and_stops_without_an_order_number(
    case: tuple[Purpose, Language, str],
) -> None:
    text = loaded(case)
    assert "{store_name}" in text.body.splitlines()[-1]
    with pytest.raises(MissingVariables, match="order_number"):
        render(text, FULL | {"order_number": ""})


@pytest.mark.parametrize("case", list(product([Purpose.SHIPPED, Purpose.CONTACT_30], Language, PACKS)))
def test_a_message_about_the_parcel_stops_without_its_number(case: tuple[Purpose, Language, str]) -> None:
    with pytest.raises(MissingVariables, match="tracking_number"):
        render(loaded(case), FULL | {"tracking_number": ""})


@pytest.mark.parametrize(("language", "pack"), list(product(Language, PACKS)))
def test_the_days_of_a_contact_are_never_written_into_its_text(language: Language, pack: str) -> None:
    for purpose in (Purpose.CONTACT_30, Purpose.CONTACT_45, Purpose.CONTACT_60):
        text = load_text(purpose, language, pack)
        assert "{days_since_shipping}" in text.body
        assert not re.search(r"\b(30|45|60)\b", text.subject + text.body)


@pytest.mark.parametrize("language", list(Language))
def test_a_domestic_pack_speaks_of_no_customs_when_it_tells_where_the_parcel_is(language: Language) -> None:
    customs = re.compile("customs|alf[âa]ndega|aduana|海关|Receita|Correios|Boleto", re.IGNORECASE)
    for purpose in set(TEXT_PURPOSES) - {Purpose.DUTY_PAYMENT, Purpose.TAX_ID_REQUEST}:
        assert not customs.search(load_text(purpose, language, "taobao-cn").body), purpose


def test_a_pack_without_its_own_words_speaks_the_common_ones() -> None:
    case = (Purpose.CONTACT_30, Language.PT_BR)
    assert load_text(*case, "some-new-pack") == load_text(*case, "common") != load_text(*case, "aliexpress-br")


def test_a_pack_name_cannot_lead_out_of_the_texts() -> None:
    case = (Purpose.SHIPPED, Language.EN)
    assert load_text(*case, "../texts/taobao-cn") == load_text(*case, "common")


def test_gaps_are_listed_when_a_language_is_missing(own_texts: Path) -> None:
    for language in set(Language) - {Language.ES}:
        write(own_texts, f"common/{language}/shipped.txt", "Subject: a\n\nb\n")
    assert gaps([Purpose.SHIPPED]) == [(Purpose.SHIPPED, Language.ES)]


@pytest.mark.parametrize(
    ("name", "source", "problem"),
    [
        ("common/en/shipped.txt", "Hello\n\nb", "the first line is 'Hello'"),
        ("common/en/shipped.txt", "Subject: a\nb\n", "one blank line"),
        ("common/en/shipped.txt", "Subject: a\n\n{colour}\n", "unknown variable {colour}"),
        (
            "common/en/shipped.txt",
            "Subject: a\n\n{ order_number }\n",
            "a brace that is no part of a variable",
        ),
        ("common/en/shipped.txt", "Subject: a\n\nPlease wait.\n", "bare_wait (M4): Please wait."),
        ("common/en/goodbye.txt", "Subject: a\n\nb\n", "no such language or purpose"),
        ("common/fr/shipped.txt", "Subject: a\n\nb\n", "no such language or purpose"),
    ],
)
def test_a_bad_text_is_named_with_its_problem(own_texts: Path, name: str, source: str, problem: str) -> None:
    write(own_texts, name, source)
    assert any(found.startswith(f"{name}: ") and problem in found for found in check_texts())
