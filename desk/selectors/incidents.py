"""Incidents as the team sees them: which are open, how far each is, and the orders that still wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from desk.access import Reader
from desk.row_ids import read_id
from desk.words import LANGUAGES
from disputes.models import BulkRun, BulkState, Incident, IncidentOrder, IncidentWording
from disputes.models.bulk import OF_INCIDENT
from disputes.models.incidents import IncidentOrderSet
from disputes.services.incident_orders import Progress, languages_of, progress_of
from messaging.services.by_hand import FOR_A_PERSON
from orders.models import User

LISTED, PAGE = 50, 50
UNDER_WAY = [BulkState.QUEUED, BulkState.RUNNING, BulkState.UNDO_QUEUED, BulkState.UNDOING]


@dataclass(frozen=True)
class Row:
    """An incident with how far it is."""

    incident: Incident
    progress: Progress


def list_incidents(reader: Reader) -> list[Row]:
    """The latest incidents of the reader's stores, the open ones first."""
    related = ("store", "operations_lead", "customer_lead", "decision_maker")
    found = list(Incident.objects.for_member(reader.user).select_related(*related)[:LISTED])
    counted = progress_of(found)
    rows = [Row(row, counted.get(row.pk, Progress())) for row in found]
    return sorted(rows, key=lambda row: not row.incident.is_open)


@dataclass(frozen=True)
class LanguageRow:
    """A language of the buyers: how many read it, and its wording."""

    code: str
    name: str
    buyers: int
    wording: IncidentWording | None

    @property
    def is_missing(self) -> bool:
        """Whether buyers of it cannot be told yet."""
        return self.buyers > 0 and (self.wording is None or self.wording.approved_at is None)


def list_languages(incident: Incident) -> list[LanguageRow]:
    """The languages of its buyers and those that have a wording."""
    wordings = {row.language: row for row in incident.wordings.select_related("written_by", "approved_by")}
    counted = {str(language): count for language, count in languages_of(incident).items()}
    codes = [*counted, *(code for code in wordings if code not in counted)]
    return [
        LanguageRow(code, str(LANGUAGES.get(code, code)), counted.get(code, 0), wordings.get(code)) for code in codes
    ]


@dataclass(frozen=True)
class OrderPage:
    """A page of an incident's orders; `more` is where the next one begins."""

    rows: Sequence[IncidentOrder]
    more: str


def list_orders(incident: Incident, *, show: str, after: str) -> OrderPage:
    """The orders of one kind, in the order in which they were added."""
    rows: IncidentOrderSet = IncidentOrder.objects.filter(incident=incident)
    match show:
        case "left":
            rows = rows.uncontacted()
        case "by_hand":
            rows = rows.uncontacted().filter(message__state__in=FOR_A_PERSON)
        case "contacted":
            rows = rows.contacted()
        case "excluded":
            rows = rows.filter(excluded_at__isnull=False)
    if last := read_id(after):
        rows = rows.filter(pk__gt=last)
    found = list(rows.select_related("order__buyer", "message", "money", "contacted_by", "excluded_by")[: PAGE + 1])
    return OrderPage(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def runs_of(incident: Incident) -> list[BulkRun]:
    """What workers do for it now."""
    runs = BulkRun.objects.filter(store=incident.store_id, kind__in=list(OF_INCIDENT), state__in=UNDER_WAY)
    return [run for run in runs if run.params.get("incident") == incident.pk]


def may_approve(incident: Incident, wording: IncidentWording, user: User, *, owns: bool, team: Sequence[User]) -> bool:
    """Whether this person is the second one who approves the wording."""
    is_alone = [person.pk for person in team] == [user.pk]
    is_second = wording.written_by_id != user.pk or is_alone
    return wording.approved_at is None and is_second and (owns or incident.decision_maker_id == user.pk)
