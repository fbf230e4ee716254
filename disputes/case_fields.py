"""What a step of an after-sale case may ask: a closed list of typed fields, each read in one way.

Where a field names a column of the case, the answer stands there; free words are kept where erasing a buyer finds
them; the rest is the step's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.case_terms import (
    BuyerReason,
    BuyerSays,
    Eligibility,
    Fault,
    Inspection,
    Intercept,
    OfferOutcome,
    Remedy,
)
from orders.events import plain_text, read_amount, read_instant

MOST_PIECES = 1_000_000


class FieldForm(StrEnum):
    """How a field is typed in, and read."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    AMOUNT = "amount"  # Decimal, in the order's currency
    COUNT = "count"  # a whole number from 1 on
    INSTANT = "instant"  # an instant, UTC
    CODE = "code"  # up to 64 characters: a tracking number
    ITEM = "item"  # an item of the order: its SKU or its position
    LINE = "line"  # up to 200 characters
    WORDS = "words"  # free text, up to 5,000 characters


class CaseField(models.TextChoices):
    """Everything that a step may ask, and the opening of a case."""

    ITEM = "item", _("Item")
    QUANTITY = "quantity", _("Pieces")
    AMOUNT = "amount", _("Amount asked for")
    GRANTED = "granted", _("Amount granted")
    WORDS = "words", _("The buyer's words")
    PROPOSAL = "proposal", _("What the buyer proposes")
    BUYER_REASON = "buyer_reason", _("The buyer's reason")
    REASON = "reason", _("Why it is decided so")
    REMEDY = "remedy", _("What the buyer gets")
    IS_SIGNED = "is_signed", _("Has the buyer signed for it?")
    INTERCEPT = "intercept", _("The carrier's answer")
    ELIGIBILITY = "eligibility", _("When the return is refunded")
    FAULT = "fault", _("Whose fault it is")
    INSPECTION = "inspection", _("What came back")
    CARRIER = "carrier", _("Carrier")
    TRACKING_NUMBER = "tracking_number", _("Tracking number")
    RETURN_ADDRESS = "return_address", _("Where the buyer sends it")
    OFFER = "offer", _("What was offered")
    OFFER_OUTCOME = "offer_outcome", _("What the buyer answered")
    BUYER_SAYS = "buyer_says", _("What the buyer says")
    HAS_PAID_FEE = "has_paid_fee", _("Has the buyer paid it?")
    COST = "cost", _("Amount")
    DAYS_LATE = "days_late", _("Days late")
    ARRIVES_AT = "arrives_at", _("When the money is normally there")
    PICK_UP_AT = "pick_up_at", _("When it is picked up")
    IS_DOUBLE_CHECKED = "is_double_checked", _("Did a second person check what is packed?")
    ANSWER = "answer", _("What was said")
    FEEDBACK = "feedback", _("For those who make the goods")


@dataclass(frozen=True, slots=True)
class FieldKind:
    """How a field is read: its form, its choices, and whether it stands in a column of the case."""

    form: FieldForm
    choices: type[models.TextChoices] | None = None
    is_column: bool = False

    @property
    def is_private(self) -> bool:
        """Whether somebody may be named in it: such words go when the buyer is erased."""
        return self.form in {FieldForm.WORDS, FieldForm.LINE}


FIELD_KINDS: dict[CaseField, FieldKind] = {
    CaseField.ITEM: FieldKind(FieldForm.ITEM, is_column=True),
    CaseField.QUANTITY: FieldKind(FieldForm.COUNT, is_column=True),
    CaseField.AMOUNT: FieldKind(FieldForm.AMOUNT, is_column=True),
    CaseField.GRANTED: FieldKind(FieldForm.AMOUNT, is_column=True),
    CaseField.WORDS: FieldKind(FieldForm.WORDS, is_column=True),
    CaseField.PROPOSAL: FieldKind(FieldForm.WORDS, is_column=True),
    CaseField.BUYER_REASON: FieldKind(FieldForm.CHOICE, BuyerReason, is_column=True),
    CaseField.REASON: FieldKind(FieldForm.LINE, is_column=True),
    CaseField.REMEDY: FieldKind(FieldForm.CHOICE, Remedy, is_column=True),
    CaseField.IS_SIGNED: FieldKind(FieldForm.YES_NO, is_column=True),
    CaseField.INTERCEPT: FieldKind(FieldForm.CHOICE, Intercept, is_column=True),
    CaseField.ELIGIBILITY: FieldKind(FieldForm.CHOICE, Eligibility, is_column=True),
    CaseField.FAULT: FieldKind(FieldForm.CHOICE, Fault, is_column=True),
    CaseField.INSPECTION: FieldKind(FieldForm.CHOICE, Inspection, is_column=True),
    CaseField.CARRIER: FieldKind(FieldForm.LINE),
    CaseField.TRACKING_NUMBER: FieldKind(FieldForm.CODE),
    CaseField.RETURN_ADDRESS: FieldKind(FieldForm.WORDS),
    CaseField.OFFER: FieldKind(FieldForm.LINE),
    CaseField.OFFER_OUTCOME: FieldKind(FieldForm.CHOICE, OfferOutcome),
    CaseField.BUYER_SAYS: FieldKind(FieldForm.CHOICE, BuyerSays),
    CaseField.HAS_PAID_FEE: FieldKind(FieldForm.YES_NO),
    CaseField.COST: FieldKind(FieldForm.AMOUNT),
    CaseField.DAYS_LATE: FieldKind(FieldForm.COUNT),
    CaseField.ARRIVES_AT: FieldKind(FieldForm.INSTANT),
    CaseField.PICK_UP_AT: FieldKind(FieldForm.INSTANT),
    CaseField.IS_DOUBLE_CHECKED: FieldKind(FieldForm.YES_NO),
    CaseField.ANSWER: FieldKind(FieldForm.WORDS),
    CaseField.FEEDBACK: FieldKind(FieldForm.LINE),
}


PROMISED = {CaseField.ARRIVES_AT}  # instants that the buyer is told, and waits for


class UnusableAnswer(ValueError):
    """An answer that a field does not take; `field` names it, the message says what is expected."""

    def __init__(self, field: CaseField, message: str | Promise) -> None:
        super().__init__(message)
        self.field = field


def read_answers(given: Mapping[str, Any], asked: Mapping[CaseField, bool], *, now: datetime) -> dict[CaseField, Any]:
    """The answers by their fields, each of its type; what was left empty is left out.

    `asked` says of each field whether it has to be answered. Raises UnusableAnswer for the first that cannot be used,
    for one that is missing, for one that nobody asked, and for a promise to the buyer whose day is over `now` (UTC).
    """
    read: dict[CaseField, Any] = {}
    for name, value in given.items():
        if name not in set(CaseField) or CaseField(name) not in asked:
            raise UnusableAnswer(CaseField(name) if name in set(CaseField) else CaseField.ITEM, _("nobody asked this"))
        if value is not None and value != "":
            read[CaseField(name)] = read_answer(CaseField(name), value)
    for field, is_required in asked.items():
        if is_required and field not in read:
            raise UnusableAnswer(field, _("this has to be answered"))
    for field in PROMISED & read.keys():
        if read[field] < now:
            raise UnusableAnswer(field, _("this day is over: the buyer is told one that lies ahead"))
    return read


def read_answer(field: CaseField, value: Any) -> Any:
    """One answer of its type: from a form's text, or of that type already. Raises UnusableAnswer."""
    kind = FIELD_KINDS[field]
    try:
        if kind.choices is not None:
            return kind.choices(value)
        return READERS[kind.form](value)
    except ValueError as error:
        raise UnusableAnswer(field, _EXPECTED[kind.form]) from error


def _read_yes_no(value: Any) -> bool:
    if value in (True, "yes", "true", "on", "1"):
        return True
    if value in (False, "no", "false", "0"):
        return False
    raise ValueError("neither yes nor no")


def _read_count(value: Any) -> int:
    text = str(value).strip()
    if (
        not (text.isascii() and text.isdigit())
        or len(text) > len(str(MOST_PIECES))
        or not 1 <= int(text) <= MOST_PIECES
    ):
        raise ValueError("not a whole number from 1 on")
    return int(text)


def _read_amount(value: Any) -> Decimal:
    amount = read_amount(str(value).strip())
    if amount <= 0:
        raise ValueError("nothing")
    return amount


def _read_instant(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return read_instant(value.isoformat())  # within the years that every clock holds
    return read_instant(value)


def _read_text(most: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = str(value).strip()
        if len(text) > most:
            raise ValueError("too long")
        return plain_text(text) if most <= 500 else "\n".join(plain_text(line) for line in text.splitlines())

    return read


READERS: dict[FieldForm, Callable[[Any], Any]] = {
    FieldForm.YES_NO: _read_yes_no,
    FieldForm.AMOUNT: _read_amount,
    FieldForm.COUNT: _read_count,
    FieldForm.INSTANT: _read_instant,
    FieldForm.CODE: _read_text(64),
    FieldForm.ITEM: _read_text(500),
    FieldForm.LINE: _read_text(200),
    FieldForm.WORDS: _read_text(5000),
}
_EXPECTED: dict[FieldForm, Promise] = {
    FieldForm.CHOICE: _("choose one of the answers"),
    FieldForm.YES_NO: _("answer yes or no"),
    FieldForm.AMOUNT: _("write an amount above 0, such as 23.50"),
    FieldForm.COUNT: _("write a whole number from 1 on"),
    FieldForm.INSTANT: _("write a date"),
    FieldForm.CODE: _("write at most 64 characters"),
    FieldForm.ITEM: _("name an item of the order"),
    FieldForm.LINE: _("write at most 200 characters"),
    FieldForm.WORDS: _("write at most 5,000 characters"),
}
