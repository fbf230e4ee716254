"""What a case's own papers say in two ways: shown to the team before it hands them in, and to nobody else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from desk.dispute_words import DATES_OF_ORDER, DOUBTS, LEFT_OUT_PROBLEMS, PLACES, PROBLEMS, exhibit_name
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
    """What cannot be read, and the contradictions, the serious first."""
    return [
        *_unreadable(dispute, marked),
        *_contradictions(dispute, marked),
    ]


def _unreadable(dispute: Dispute, marked: Mapping[str, Exhibit]) -> Iterator[Doubt]:
    """Files of which nothing can be shown: those that stand in the PDF, and those whose proof nothing else gives."""
    rows = Exhibit.objects.filter(Q(dispute=dispute) | Q(dispute=None), order=dispute.order_id)
    marks = {exhibit.pk: mark for mark, exhibit in marked.items()}
    given = {exhibit.kind for exhibit in marked.values() if exhibit.is_readable}
    for row in rows:
        if not row.is_readable and (row.pk in marks or row.kind not in given):
            detail = " · ".join((marks.get(row.pk, row.name), str(exhibit_name(row.kind))))
            words = LEFT_OUT_PROBLEMS if row.left_out_at else PROBLEMS
            problem = str(words.get(row.problem, row.problem))
            said = [Said(PLACES[Place.EXHIBIT], detail, problem, row)]
            yield Doubt(_("A file cannot be read"), is_serious=True, said=said)


def _contradictions(dispute: Dispute, marked: Mapping[str, Exhibit]) -> list[Doubt]:
    return [
        Doubt(DOUBTS[one.topic], one.severity is Severity.SERIOUS, [_said(said, marked) for said in one.statements])
        for one in contradictions_of(dispute.pk)
    ]


def _said(said: Statement, marked: Mapping[str, Exhibit]) -> Said:
    is_dated = said.place is Place.ORDER
    detail = DATES_OF_ORDER.get(said.detail, said.detail) if is_dated else said.detail
    return Said(PLACES[said.place], detail, said.value or "–", None if is_dated else marked.get(said.detail))
