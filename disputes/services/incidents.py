"""Campaigns gone wrong: led by three, told in one approved wording, closed when every buyer was reached or left out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from disputes.models import Incident, IncidentCause, IncidentOrder, IncidentWording
from messaging.mail_reading import plain_lines
from messaging.rendering import Text, text_problems
from messaging.vocabulary import Language
from orders.events import plain_text
from orders.models import Store
from orders.roles import Role
from orders.services.buyers import HANDS

MOST_SUBJECT, MOST_BODY = 200, 5_000  # characters


class UnusableIncident(ValueError):
    """What was said of an incident cannot be; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} cannot be so")
        self.field = field


class IncidentClosed(ValueError):
    """The incident is closed: open it again first."""


class UnusableWording(ValueError):
    """A wording that must not be sent; `problems` says why, in the texts' own words."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class WordingChanged(ValueError):
    """Somebody wrote it anew while it was read."""


class OwnWording(ValueError):
    """Whoever wrote it does not approve it: a second person reads it first."""


class NotDeciding(ValueError):
    """Only who decides, or an owner, approves."""


class NotAllReached(ValueError):
    """Buyers are left who were neither reached nor left out; `count` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} buyers were neither reached nor left out")
        self.count = count


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """What is said about an incident; the leads are users' ids, the compensation is in each order's own currency."""

    name: str
    cause: IncidentCause
    operations_lead: int
    customer_lead: int
    decision_maker: int
    story: str = ""
    compensation: Decimal | None = None


def open_incident(store: Store, draft: IncidentDraft, *, now: datetime, actor: str) -> Incident:
    """Begin one. `now` is in UTC, `actor` a user's id. Raises UnusableIncident."""
    _check(store, draft)
    made: Incident = Incident.objects.create(store=store, opened_at=now, opened_by_id=int(actor), **_values(draft))
    return made


def change_incident(incident_id: int, draft: IncidentDraft) -> Incident:
    """Say it otherwise. Raises UnusableIncident, IncidentClosed, Incident.DoesNotExist."""
    with _opened(incident_id) as incident:
        _check(incident.store, draft)
        for name, value in _values(draft).items():
            setattr(incident, name, value)
    return incident


def _values(draft: IncidentDraft) -> dict[str, object]:
    return {
        "name": plain_text(draft.name.strip())[:100],
        "cause": draft.cause,
        "story": plain_lines(draft.story)[:MOST_BODY],
        "operations_lead_id": draft.operations_lead,
        "customer_lead_id": draft.customer_lead,
        "decision_maker_id": draft.decision_maker,
        "compensation": draft.compensation,
    }


def _check(store: Store, draft: IncidentDraft) -> None:
    hands = set(_hands(store))
    for field in ("operations_lead", "customer_lead", "decision_maker"):
        if getattr(draft, field) not in hands:
            raise UnusableIncident(field)
    if not draft.name.strip():
        raise UnusableIncident("name")
    if draft.compensation is not None and draft.compensation <= 0:
        raise UnusableIncident("compensation")


def _hands(store: Store) -> list[int]:
    return list(store.memberships.filter(role__in=HANDS, user__is_active=True).values_list("user", flat=True))


@contextmanager
def _opened(incident_id: int) -> Iterator[Incident]:
    """The incident under its lock, saved at the end. Raises IncidentClosed."""
    with transaction.atomic():
        rows = Incident.objects.select_for_update(of=("self",)).select_related("store")
        incident: Incident = rows.get(pk=incident_id)
        if not incident.is_open:
            raise IncidentClosed(f"incident {incident_id} is closed")
        yield incident
        incident.save()


# --- its words --------------------------------------------------------------------------------------------------------
def write_wording(
    incident_id: int, language: Language, *, subject: str, body: str, now: datetime, actor: str
) -> IncidentWording:
    """Keep the wording of a language; a changed one is to be approved again.

    Raises UnusableWording (unknown variables, M4), IncidentClosed, Incident.DoesNotExist.
    """
    text = Text(plain_text(subject.strip())[:MOST_SUBJECT], plain_lines(body).strip()[:MOST_BODY])
    problems = text_problems(text, language) if text.subject and text.body else ["subject and text are needed"]
    if problems:
        raise UnusableWording(problems)
    with _opened(incident_id) as incident:
        row = IncidentWording.objects.filter(incident=incident, language=language).first()
        row = row or IncidentWording(incident=incident, language=language)
        if (row.subject, row.body) != (text.subject, text.body):
            row.subject, row.body = text.subject, text.body
            row.written_at, row.written_by_id = now, int(actor)
            row.approved_at, row.approved_by = None, None
            row.save()
    return row


def approve_wording(wording_id: int, *, seen: str, now: datetime, actor: str) -> bool:
    """A second person agrees: who decides, or an owner. Whoever works alone agrees with himself.

    `seen` is the wording that he read. Says whether that was new. Raises OwnWording, NotDeciding, WordingChanged,
    IncidentClosed, IncidentWording.DoesNotExist.
    """
    incident_id = IncidentWording.objects.values_list("incident_id", flat=True).get(pk=wording_id)
    with _opened(incident_id) as incident:
        row: IncidentWording = IncidentWording.objects.get(pk=wording_id)
        if row.approved_at:
            return False
        if seen != row.version:
            raise WordingChanged("the wording was changed meanwhile: read it again")
        user = int(actor)
        if row.written_by_id == user and set(_hands(incident.store)) != {user}:
            raise OwnWording("a second person approves it")
        owns = incident.store.memberships.filter(user=user, role=Role.OWNER).exists()
        if user != incident.decision_maker_id and not owns:
            raise NotDeciding("who decides approves it, or an owner")
        row.approved_at, row.approved_by_id = now, user
        row.save(update_fields=["approved_at", "approved_by"])
    return True


def tell_platform(incident_id: int, note: str, *, at: datetime | None) -> Incident:
    """Note that the platform was told, when (UTC) and what; None: it was not after all. Raises IncidentClosed."""
    with _opened(incident_id) as incident:
        incident.platform_told_at, incident.platform_note = at, plain_text(note.strip())[:300] if at else ""
    return incident


def close_incident(incident_id: int, *, now: datetime, actor: str) -> Incident:
    """It is over. Raises NotAllReached, IncidentClosed, Incident.DoesNotExist."""
    with _opened(incident_id) as incident:
        if left := IncidentOrder.objects.filter(incident=incident).uncontacted().count():
            raise NotAllReached(left)
        incident.closed_at, incident.closed_by_id = now, int(actor)
    return incident


def reopen_incident(incident_id: int) -> bool:
    """It is not over after all; whether it was closed."""
    return Incident.objects.filter(pk=incident_id, closed_at__isnull=False).update(closed_at=None, closed_by=None) == 1
