"""Keeping a scenario with its files: what `evidence_added` names lies beside the scenario, and becomes an exhibit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from disputes.loading import load_order
from disputes.models import Dispute
from disputes.scenarios import Scenario, UnusableScenario
from evidence.bundling.cases import Translator
from evidence.models import Exhibit
from evidence.services.exhibits import draft_exhibit, unreadable_note
from orders.events import Event, EventType
from orders.models import Order, Store

# What a scenario says of a file that is no fact of the order's.
ON_THE_EXHIBIT = {"file", "slot", "caption_language", "translation", "translation_language", "translated_by"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a scenario became: its order, its latest dispute if it has one, and how many exhibits."""

    order: Order
    dispute: Dispute | None
    exhibits: int


def load_scenario_into(
    scenario: Scenario, store: Store, folder: Path, *, now: datetime, actor: str, recorded_at: datetime | None = None
) -> Loaded:
    """Store the scenario's order with its facts and its files, which lie in `folder`; `recorded_at` as in `load_order`.

    Raises UnusableScenario when a file is missing or is no exhibit, or the store has the order already.
    """
    if store.orders.filter(order_number=scenario.record.order_number).exists():
        raise UnusableScenario(f"{store.slug} has order {scenario.record.order_number} already: nothing was changed")
    drafted = list(_draft(scenario, folder, now, actor))
    with transaction.atomic():
        events = [event for event, _exhibit in drafted]
        order = load_order(scenario.record, events, store, now=now, actor=actor, recorded_at=recorded_at)
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
        told = {key: value for key, value in event.data.items() if key not in ON_THE_EXHIBIT}
        told |= {"kind": exhibit.kind, "sha256": exhibit.sha256, **unreadable_note(exhibit)}
        yield replace(event, data=told), exhibit


def _draft_exhibit(event: Event, folder: Path, actor: str) -> Exhibit:
    path = (folder / event.text("file")).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise UnusableScenario(
            f"evidence_added at {event.at.isoformat()}: there is no file {event.text('file')!r} beside it"
        )
    try:
        exhibit = draft_exhibit(
            path,
            kind=event.text("slot") or event.text("kind"),
            source=event.text("source"),
            caption=event.text("caption"),
            added_at=event.at,
            added_by=actor,
        )
        by = Translator(event.text("translated_by") or Translator.HUMAN)
    except ValueError as error:
        raise UnusableScenario(str(error)) from error
    exhibit.caption_language = event.text("caption_language")[:35]
    exhibit.translation, exhibit.translated_by = event.text("translation")[:500], by.value
    exhibit.translation_language = event.text("translation_language")[:35]
    return exhibit
