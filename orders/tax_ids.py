"""Brazilian tax numbers (rule S1): CPF for a person, CNPJ for a company, alphanumeric CNPJ included."""

import re
from enum import StrEnum

from stdnum.br import cnpj, cpf
from stdnum.exceptions import InvalidChecksum, ValidationError


class TaxIdKind(StrEnum):
    """Whose number it is."""

    CPF = "cpf"  # a person's, 11 digits
    CNPJ = "cnpj"  # a company's, 12 letters or digits and 2 digits


class TaxIdProblem(StrEnum):
    """Why a text is no tax number."""

    LENGTH = "length"
    CHARACTERS = "characters"
    ALL_EQUAL = "all_equal"
    CHECK_DIGITS = "check_digits"


LENGTHS = {11: TaxIdKind.CPF, 14: TaxIdKind.CNPJ}
_BETWEEN = re.compile(r"[\s.\-/]")


def normalise_tax_id(text: str) -> str:
    """The number without punctuation, upper case: 11 digits (CPF) or 14 characters (CNPJ).

    Raises ValueError when the check digits are wrong, or when all digits are equal: those pass the arithmetic and
    belong to nobody.
    """
    for kind in (cpf, cnpj):
        try:
            number = kind.validate(text.strip().upper())
        except ValidationError:
            continue
        if len(set(number)) > 1:
            return str(number)
    raise ValueError("not a CPF or CNPJ: check the digits against what the buyer sent")


def is_tax_id(text: str) -> bool:
    """Whether the text is a valid CPF or CNPJ."""
    try:
        normalise_tax_id(text)
    except ValueError:
        return False
    return True


def tax_id_kind(text: str) -> TaxIdKind | None:
    """Which kind of number the text is, or by its length would be; None where it has the length of neither."""
    return LENGTHS.get(len(_BETWEEN.sub("", text)))


def tax_id_problem(text: str) -> TaxIdProblem | None:
    """Why the text is no tax number; None for a valid one."""
    if is_tax_id(text):
        return None
    number, kind = _BETWEEN.sub("", text).upper(), tax_id_kind(text)
    if kind is None:
        return TaxIdProblem.LENGTH
    if len(set(number)) == 1:
        return TaxIdProblem.ALL_EQUAL
    try:
        (cpf if kind is TaxIdKind.CPF else cnpj).validate(number)
    except InvalidChecksum:
        return TaxIdProblem.CHECK_DIGITS
    except ValidationError:
        return TaxIdProblem.CHARACTERS
    return TaxIdProblem.CHECK_DIGITS
