"""Brazilian tax numbers (rule S1): CPF for a person, CNPJ for a company, alphanumeric CNPJ included."""

from stdnum.br import cnpj, cpf
from stdnum.exceptions import ValidationError


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
