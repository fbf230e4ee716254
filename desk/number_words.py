"""What is said about numbers that people type: a parcel's, a buyer's tax number, a boleto's line."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from desk import clocks
from orders.boletos import Part
from orders.tax_ids import TaxIdKind, TaxIdProblem, tax_id_kind, tax_id_problem
from orders.tracking_numbers import NumberProblem, Service, number_problem, parse_postal

Words = str | Promise

NUMBER_PROBLEMS: dict[NumberProblem, Words] = {
    NumberProblem.CHECK_DIGIT: _("The check digit does not fit. Compare the number with the label."),
    NumberProblem.SHAPE: _("No carrier's number looks like this. Compare it with the label."),
}
SERVICES: dict[Service, Words] = {
    Service.REGISTERED: _("registered letter"),
    Service.TRACKED_LETTER: _("tracked small packet"),
    Service.PARCEL: _("parcel"),
    Service.EXPRESS: _("express (EMS)"),
    Service.UNTRACKED: _("untracked small packet"),
    Service.ECOMMERCE: _("e-commerce parcel"),
    Service.INSURED: _("insured"),
    Service.OTHER: _("postal item"),
}
TAX_ID_KINDS: dict[TaxIdKind, Words] = {
    TaxIdKind.CPF: _("CPF, a person's number"),
    TaxIdKind.CNPJ: _("CNPJ, a company's number"),
}
TAX_ID_PROBLEMS: dict[TaxIdProblem, Words] = {
    TaxIdProblem.LENGTH: _("A CPF has 11 digits, a CNPJ 14 characters."),
    TaxIdProblem.CHARACTERS: _("A character is in it that no such number has."),
    TaxIdProblem.ALL_EQUAL: _("A number of equal digits belongs to nobody."),
    TaxIdProblem.CHECK_DIGITS: _("The check digits do not fit."),
}
BOLETO_PARTS: dict[Part, Words] = {
    Part.LENGTH: _("A boleto's line has 47 digits, its barcode 44."),
    Part.BILL: _("This is the bill of a public service or a tax, not a boleto."),
    Part.FIELD_1: _("Field 1 (digits 1 to 10) is mistyped."),
    Part.FIELD_2: _("Field 2 (digits 11 to 21) is mistyped."),
    Part.FIELD_3: _("Field 3 (digits 22 to 32) is mistyped."),
    Part.WHOLE: _("The check digit of the whole (digit 33) does not fit: bank, due date or amount may be mistyped."),
}


def number_note(number: str) -> str:
    """What is odd about a parcel's number; empty where nothing is."""
    problem = number_problem(number)
    return str(NUMBER_PROBLEMS[problem]) if problem else ""


def number_origin(number: str) -> str:
    """What a postal number says of itself: its service and its post; empty for another carrier's."""
    postal = parse_postal(number)
    if postal is None:
        return ""
    words = {"service": SERVICES[postal.service], "country": clocks.format_country(postal.country)}
    return _now("%(service)s, %(country)s") % words


def tax_id_note(number: str) -> str:
    """Which kind of tax number it is, or why it is none; empty without a number."""
    if not number:
        return ""
    problem, kind = tax_id_problem(number), tax_id_kind(number)
    if problem is None and kind:
        return str(TAX_ID_KINDS[kind])
    told = str(TAX_ID_PROBLEMS[problem or TaxIdProblem.LENGTH])
    return _now("Not valid: %(why)s Ask the buyer for it.") % {"why": told}
