"""What a case's own papers say in two ways: shown to the team before it hands them in, and to nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from desk.dispute_words import DATES_OF_ORDER, DOUBTS, PLACES
from disputes.models import Dispute
from evidence.bundling.collecting import contradictions_of
from evidence.bundling.contradictions import Place, Severity, Statement
from evidence.models import Exhibit

Words = str | Promise


@dataclass(frozen=True)
class Said:
    """One of the values, with where it stands; `exhibit` leads there."""

    place: Words
    detail: Words
    value: str
    exhibit: Exhibit | None


@dataclass(frozen=True)
class Doubt:
    """A contradiction in words."""

    title: Words
    is_serious: bool
    said: list[Said]


def list_doubts(dispute: Dispute, marked: Mapping[str, Exhibit]) -> list[Doubt]:
    """The contradictions, the serious first."""
    return [
        Doubt(DOUBTS[one.topic], one.severity is Severity.SERIOUS, [_said(said, marked) for said in one.statements])
        for one in contradictions_of(dispute.pk)
    ]


def _said(said: Statement, marked: Mapping[str, Exhibit]) -> Said:
    is_dated = said.place is Place.ORDER
    detail = DATES_OF_ORDER.get(said.detail, said.detail) if is_dated else said.detail
    return Said(PLACES[said.place], detail, said.value or "–", None if is_dated else marked.get(said.detail))
