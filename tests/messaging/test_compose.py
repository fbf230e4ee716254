"""The values of a text's variables, in four languages."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import compose
from messaging.compose import load_phrases
from messaging.rendering import clean_value
from messaging.vocabulary import Language

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
# Still 11 March in São Paulo.
AT = datetime(2026, 3, 12, 1, tzinfo=UTC)
STATUSES = [
    "no_scan", "in_transit", "export_customs", "arrived", "customs", "duty_due", "released",
    "out_for_delivery", "pickup_waiting", "failed_attempt", "returning", "returned", "delivered",
    "lost", "expired",
]  # fmt: skip
PT, ES, EN, ZH = Language


@pytest.mark.parametrize(
    ("name", "language", "greeting"),
    [
        ("Maria Souza", PT, "Olá, Maria,"),
        ("JOÃO DA SILVA", PT, "Olá, João,"),
        ("ana-lúcia", ES, "Hola, Ana-Lúcia:"),
        ("Dr. Pedro Lima", PT, "Olá, Pedro,"),
        ("D'Ávila, Rui", EN, "Hello,"),
        ("McCoy", EN, "Hello McCoy,"),
        ("张伟", ZH, "张伟，您好："),
        ("Maria Souza", ZH, "Maria Souza，您好："),
        ("", PT, "Olá,"),
        ("br1102938475", PT, "Olá,"),
        ("J. Silva", ES, "Hola:"),
        ("Loja do Zé Ltda", PT, "Olá,"),
        ("https://evil.example", EN, "Hello,"),
        ("Ana\r\nBcc: x@example.com", EN, "Hello,"),
        ("A" * 31, EN, "Hello,"),
        ("张伟" * 20, ZH, "您好："),
    ],
)
def test_a_buyer_is_called_by_name_only_when_it_looks_like_one(name: str, language: Language, greeting: str) -> None:
    assert compose.greeting(name, language) == greeting


@given(st.text(), st.sampled_from(Language))
def test_a_greeting_is_one_short_line_whatever_the_name(name: str, language: Language) -> None:
    greeting = compose.greeting(name, language)
    assert clean_value(greeting) == greeting
    assert len(greeting) <= compose.NAME_LENGTH + len("Hello ,..")


@pytest.mark.parametrize(
    ("location", "at", "summary"),
    [
        ("Guangzhou.", AT, "em trânsito, Guangzhou (última atualização em 11 de março)"),
        ("", AT, "em trânsito (última atualização em 11 de março)"),
        ("Guangzhou", None, "em trânsito, Guangzhou"),
        ("", None, "em trânsito"),
    ],
)
def test_a_summary_tells_as_much_as_is_known(location: str, at: datetime | None, summary: str) -> None:
    assert compose.tracking_summary("in_transit", location, at, SAO_PAULO, PT) == summary


def test_a_summary_says_so_when_no_carrier_has_seen_the_parcel() -> None:
    summary = compose.tracking_summary("no_scan", "Guangzhou", AT, SAO_PAULO, EN)
    assert summary == "the carrier has not recorded a first scan of the parcel yet"


def test_a_summary_stays_general_when_the_event_could_not_be_classified() -> None:
    assert compose.tracking_summary("", "", AT, SAO_PAULO, ZH) == "有新的物流记录（3月11日更新）"


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_its_own_words_for_every_status(language: Language) -> None:
    assert set(load_phrases(language)["status"]) == {*STATUSES, "other"}
    assert len(set(load_phrases(language)["status"].values())) == len(STATUSES) + 1


def test_all_languages_have_the_same_phrases() -> None:
    names = [
        {group: set(phrases) for group, phrases in load_phrases(language).items() if group != "locale"}
        for language in Language
    ]
    assert all(other == names[0] for other in names)


def test_a_date_is_the_buyers_own_day_and_in_his_words() -> None:
    dates = [compose.format_date(AT, SAO_PAULO, language) for language in Language]
    assert dates == ["11 de março", "11 de marzo", "11 March", "3月11日"]


def test_money_is_written_as_the_buyer_writes_it_with_plain_spaces() -> None:
    amount = Decimal("1234.5")
    assert compose.format_money(amount, "USD", PT) == "US$ 1.234,50"
    assert compose.format_money(amount, "BRL", PT) == "R$ 1.234,50"
    assert compose.format_money(amount, "USD", ES) == "USD 1,234.50"
    assert compose.format_money(amount, "USD", EN) == "US$1,234.50"
    assert compose.format_money(amount, "CNY", ZH) == "¥1,234.50"
    assert compose.format_money(amount, "", EN) == ""


def test_days_are_counted_in_words() -> None:
    assert [compose.format_days(1, language) for language in Language] == ["1 dia", "1 día", "1 day", "1天"]
    assert [compose.format_days(30, language) for language in Language] == [
        "30 dias",
        "30 días",
        "30 days",
        "30天",
    ]


def test_an_unknown_code_gets_the_general_words() -> None:
    assert compose.payment_method("boleto", PT) == "boleto"
    assert compose.payment_method("wechat", EN) == "the one you chose at checkout"
    assert compose.disruption_cause("customs_strike", ES) == "huelga en la aduana"
    assert compose.disruption_cause("comet", ZH) == "快递运输途中出现突发情况"


def test_an_expected_window_is_hedged_and_empty_when_unknown() -> None:
    later = AT.replace(month=5)
    assert compose.expected_window(AT, later, SAO_PAULO, EN) == "normally between 11 March and 11 May"
    assert compose.expected_window(AT, AT, SAO_PAULO, PT) == "normalmente por volta de 11 de março"
    assert compose.expected_window(None, later, SAO_PAULO, EN) == ""


def test_titles_are_shortened_and_counted() -> None:
    assert compose.item_titles([], EN) == ""
    assert compose.item_titles(["USB lamp", ""], EN) == "USB lamp"
    assert compose.item_titles(["A", "B"], PT) == "A e B"
    assert compose.item_titles(["A", "B", "C"], ES) == "A, B y 1 artículo más"
    assert compose.item_titles(["A", "B", "C", "D"], ZH) == "A、B等4件商品"
    assert len(compose.item_titles(["x" * 500], EN)) == compose.TITLE_LENGTH


@pytest.mark.parametrize(
    ("span", "language", "told"),
    [
        ((18, 34), EN, "normally between 18 and 34 days after shipping"),
        ((5, 5), PT, "normalmente cerca de 5 dias após o envio"),
        ((1, 1), EN, "normally about a day after shipping"),
        ((18, 34), Language.ZH_HANS, "一般在发货后18至34天之间"),
        ((18, 34), Language.ES, "normalmente entre 18 y 34 días después del envío"),
    ],
)
def test_an_estimate_in_days_is_hedged(span: tuple[int, int], language: Language, told: str) -> None:
    assert compose.arrival_estimate(*span, language) == told
