"""Whose clock a buyer reads (rule C)."""

from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.zones import buyer_zone, known_zone

STATES = {
    "AC": ("Acre", "America/Rio_Branco"),
    "AL": ("Alagoas", "America/Maceio"),
    "AM": ("Amazonas", "America/Manaus"),
    "AP": ("Amapá", "America/Belem"),
    "BA": ("Bahia", "America/Bahia"),
    "CE": ("Ceará", "America/Fortaleza"),
    "DF": ("Distrito Federal", "America/Sao_Paulo"),
    "ES": ("Espírito Santo", "America/Sao_Paulo"),
    "GO": ("Goiás", "America/Sao_Paulo"),
    "MA": ("Maranhão", "America/Fortaleza"),
    "MG": ("Minas Gerais", "America/Sao_Paulo"),
    "MS": ("Mato Grosso do Sul", "America/Campo_Grande"),
    "MT": ("Mato Grosso", "America/Cuiaba"),
    "PA": ("Pará", "America/Belem"),
    "PB": ("Paraíba", "America/Fortaleza"),
    "PE": ("Pernambuco", "America/Recife"),
    "PI": ("Piauí", "America/Fortaleza"),
    "PR": ("Paraná", "America/Sao_Paulo"),
    "RJ": ("Rio de Janeiro", "America/Sao_Paulo"),
    "RN": ("Rio Grande do Norte", "America/Fortaleza"),
    "RO": ("Rondônia", "America/Porto_Velho"),
    "RR": ("Roraima", "America/Boa_Vista"),
    "RS": ("Rio Grande do Sul", "America/Sao_Paulo"),
    "SC": ("Santa Catarina", "America/Sao_Paulo"),
    "SE": ("Sergipe", "America/Maceio"),
    "SP": ("São Paulo", "America/Sao_Paulo"),
    "TO": ("Tocantins", "America/Araguaina"),
}


def zone(timezone: str = "", country: str = "", state: str = "", default: str = "America/Los_Angeles") -> str:
    return buyer_zone(timezone=timezone, country=country, state=state, default=default).key


def test_brazil_has_twenty_six_states_and_the_federal_district() -> None:
    assert len(STATES) == 27


@pytest.mark.parametrize(("code", "state"), STATES.items())
def test_a_states_code_and_name_give_its_zone(code: str, state: tuple[str, str]) -> None:
    name, expected = state
    written = [code, code.lower(), f" {code} ", name, name.upper(), name.lower()]
    assert {zone(country="BR", state=text) for text in written} == {expected}


def test_a_states_name_needs_no_accents() -> None:
    assert zone(country="BR", state="Rondonia") == "America/Porto_Velho"
    assert zone(country="BR", state="AMAPA") == "America/Belem"
    assert zone(country="BR", state="Ceara\u0301") == "America/Fortaleza"


@pytest.mark.parametrize("expected", sorted({expected for _, expected in STATES.values()}))
def test_every_states_zone_exists(expected: str) -> None:
    assert known_zone(expected)


def test_the_buyers_own_zone_comes_before_his_state() -> None:
    assert zone(timezone="America/Manaus", country="BR", state="SP") == "America/Manaus"


def test_an_unknown_zone_is_passed_over() -> None:
    assert zone(timezone="Mars/Olympus", country="BR", state="AC") == "America/Rio_Branco"


def test_the_country_decides_when_the_state_is_unknown() -> None:
    assert zone(country="BR", state="Atlantis") == "America/Sao_Paulo"
    assert zone(country="br") == "America/Sao_Paulo"


def test_a_brazilian_state_says_nothing_in_another_country() -> None:
    assert zone(country="PT", state="AM") == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("RU", "Europe/Moscow"),
        ("US", "America/New_York"),
        ("CA", "America/Toronto"),
        ("AU", "Australia/Sydney"),
        ("CN", "Asia/Shanghai"),
        ("CL", "America/Santiago"),
    ],
)
def test_a_country_gives_the_zone_of_most_of_its_people(country: str, expected: str) -> None:
    assert zone(country=country) == expected


def test_the_packs_zone_is_the_last_resort() -> None:
    assert zone() == "America/Los_Angeles"
    assert zone(country="XX", default="Asia/Shanghai") == "Asia/Shanghai"


def test_a_zone_is_known_when_it_stands_in_the_table() -> None:
    assert known_zone("America/Sao_Paulo")
    assert not known_zone("")
    assert not known_zone("../../etc/passwd")


@given(st.text(), st.text(), st.text(), st.sampled_from(sorted(available_timezones())))
def test_any_texts_give_a_zone(timezone: str, country: str, state: str, default: str) -> None:
    assert isinstance(buyer_zone(timezone=timezone, country=country, state=state, default=default), ZoneInfo)
