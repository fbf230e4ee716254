"""Which CPF and CNPJ numbers hold (rule S1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.tax_ids import TaxIdKind, TaxIdProblem, is_tax_id, normalise_tax_id, tax_id_kind, tax_id_problem

# From the Receita Federal's own examples, and numbers made for tests.
VALID = [
    ("529.982.247-25", "52998224725"),
    ("52998224725", "52998224725"),
    (" 529 982 247 25 ", "52998224725"),
    ("11.222.333/0001-81", "11222333000181"),
    ("12.ABC.345/01DE-35", "12ABC34501DE35"),  # alphanumeric, as the Receita writes it
    ("12.abc.345/01de-35", "12ABC34501DE35"),
]
INVALID = [
    "529.982.247-26",
    "11.222.333/0001-82",
    "12.ABC.345/01DE-36",
    "111.111.111-11",
    "00000000000",
    "00000000000000",
    "5299822472",
    "529982247255",
    "CPF 529.982.247-25",
    "ABC.DEF.GHI-JK",
    "",
    " ",
    "n/a",
]


@pytest.mark.parametrize(("text", "number"), VALID)
def test_a_number_loses_its_punctuation_when_its_check_digits_hold(text: str, number: str) -> None:
    assert normalise_tax_id(text) == number


@pytest.mark.parametrize("text", INVALID)
def test_a_number_is_refused_when_it_does_not_hold(text: str) -> None:
    assert not is_tax_id(text)
    with pytest.raises(ValueError, match="not a CPF or CNPJ: check the digits"):
        normalise_tax_id(text)


@pytest.mark.parametrize("digit", "0123456789")
@pytest.mark.parametrize("length", [11, 14])
def test_a_number_of_equal_digits_is_refused(digit: str, length: int) -> None:
    assert not is_tax_id(digit * length)


@pytest.mark.parametrize(
    ("text", "kind", "problem"),
    [
        ("529.982.247-25", TaxIdKind.CPF, None),
        ("12ABC34501DE35", TaxIdKind.CNPJ, None),
        ("529.982.247-26", TaxIdKind.CPF, TaxIdProblem.CHECK_DIGITS),
        ("12ABC34501DE36", TaxIdKind.CNPJ, TaxIdProblem.CHECK_DIGITS),
        ("111.111.111-11", TaxIdKind.CPF, TaxIdProblem.ALL_EQUAL),
        ("00000000000000", TaxIdKind.CNPJ, TaxIdProblem.ALL_EQUAL),
        ("ABC98224725", TaxIdKind.CPF, TaxIdProblem.CHARACTERS),
        ("12ABC34501DEÇ5", TaxIdKind.CNPJ, TaxIdProblem.CHARACTERS),
        ("n/a", None, TaxIdProblem.LENGTH),
    ],
)
def test_a_number_tells_its_kind_and_what_is_wrong(
    text: str, kind: TaxIdKind | None, problem: TaxIdProblem | None
) -> None:
    assert (tax_id_kind(text), tax_id_problem(text)) == (kind, problem)


@given(st.text())
def test_a_text_has_a_problem_exactly_when_it_is_no_number(text: str) -> None:
    assert (tax_id_problem(text) is None) is is_tax_id(text)


def cpf_of(first_nine: str) -> str:
    digits = [int(digit) for digit in first_nine]
    for _ in range(2):
        rest = sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True)) % 11
        digits.append(0 if rest < 2 else 11 - rest)
    return "".join(map(str, digits))


@given(st.from_regex(r"[0-9]{9}", fullmatch=True, alphabet="0123456789"))
def test_a_cpf_holds_when_its_check_digits_are_worked_out_by_the_book(first_nine: str) -> None:
    number = cpf_of(first_nine)
    assert is_tax_id(number) is (len(set(number)) > 1)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True, alphabet="0123456789"), st.integers(9, 10), st.integers(1, 9))
def test_a_cpf_is_refused_when_a_check_digit_is_mistyped(first_nine: str, place: int, shift: int) -> None:
    digits = list(cpf_of(first_nine))
    digits[place] = str((int(digits[place]) + shift) % 10)
    assert not is_tax_id("".join(digits))


@given(st.text())
def test_no_text_makes_the_check_fail(text: str) -> None:
    assert is_tax_id(text) in {True, False}
