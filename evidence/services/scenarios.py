"""Keeping a scenario with its files: what `evidence_added` names lies beside the scenario, and becomes an exhibit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from disputes.loading import load_order
from disputes.models import Dispute
from disputes.scenarios import Scenario, UnusableScenario
from evidence.models import Exhibit
from evidence.services.exhibits import UnusableExhibit, draft_exhibit
from orders.events import Event, EventType
from orders.models import Order, Store


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a scenario became: its order, its latest dispute if it has one, and how many exhibits."""

    order: Order
    dispute: Dispute | None
    exhibits: int


def load_scenario_into(scenario: Scenario, store: Store, folder: Path, *, now: datetime, actor: str) -> Loaded:
    """Store the scenario's order with its facts and its files, which lie in `folder`.

    Raises UnusableScenario when a file is missing or is no exhibit, or the store has the order already.
    """
    if store.orders.filter(order_number=scenario.record.order_number).exists():
        raise UnusableScenario(f"{store.slug} has order {scenario.record.order_number} already: nothing was changed")
    drafted = list(_draft(scenario, folder, now, actor))
    with transaction.atomic():
        order = load_order(scenario.record, [event for event, _draft in drafted], store, now=now, actor=actor)
        dispute = order.disputes.last()
        exhibits = [exhibit for _event, exhibit in drafted if exhibit is not None]
        for position, exhibit in enumerate(exhibits, start=1):
            exhibit.order, exhibit.dispute, exhibit.position = order, dispute, position
            exhibit.save()
    return Loaded(order, dispute, len(exhibits))


def _draft(scenario: Scenario, folder: Path, now: datetime, actor: str) -> Iterator[tuple[Event, Exhibit | None]]:
    """Each event up to now, with its file frozen before anything is written."""
    for event in scenario.events:
        if event.at > now:
            return
        if event.type is not EventType.EVIDENCE_ADDED or not event.text("file"):
            yield event, None
            continue
        exhibit = _draft_exhibit(event, folder, actor)
        told = {key: value for key, value in event.data.items() if key not in {"file", "slot"}}
        yield replace(event, data=told | {"kind": exhibit.kind, "sha256": exhibit.sha256}), exhibit


def _draft_exhibit(event: Event, folder: Path, actor: str) -> Exhibit:
    path = (folder / event.text("file")).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise UnusableScenario(
            f"evidence_added at {event.at.isoformat()}: there is no file {event.text('file')!r} beside it"
        )
    try:
        return draft_exhibit(
            path,
            kind=event.text("slot") or event.text("kind"),
            source=event.text("source"),
            caption=event.text("caption"),
            added_at=event.at,
            added_by=actor,
        )
    except UnusableExhibit as error:
        raise UnusableScenario(str(error)) from error
