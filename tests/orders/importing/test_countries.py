"""Countries as order files name them."""

import pytest

from orders.importing.countries import parse_country


@pytest.mark.parametrize(
    ("text", "code"),
    [("BR", "BR"), ("br", "BR"), ("Brazil", "BR"), ("BRASIL", "BR"), ("巴西", "BR"), ("BRA", "BR"), ("UK", "GB"),
     ("United States", "US"), ("美国", "US"), ("Russian Federation", "RU"), ("俄罗斯", "RU"),
     ("São Tomé & Príncipe", "ST"),
     ("The Netherlands", "NL"), ("México", "MX"), ("Hong Kong", "HK"), ("香港", "HK")],
)  # fmt: skip
def test_names_and_codes_become_the_two_letters(text, code):
    assert parse_country(text) == code


@pytest.mark.parametrize("text", ["Atlantis", "XX", "EU", "001", "76", "", "B" * 5_000])
def test_what_is_no_country_is_refused(text):
    with pytest.raises(ValueError, match="not a country"):
        parse_country(text)
