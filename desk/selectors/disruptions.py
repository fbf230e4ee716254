"""Disruptions as the team sees them: which run, whom they touched, who was told, and who had complained before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from desk.access import Reader
from desk.selectors.texts import find_cell
from desk.selectors.underway import newest_underway
from disputes.models import Dispute
from disputes.services.disruptions import Draft
from disputes.services.foreseeing import Parcel
from messaging.models import Message, MessageState
from messaging.rendering import MissingVariables, Rendered, render
from messaging.values import order_values
from messaging.vocabulary import Language, Purpose
from orders.models import Disruption, Order, Store, TouchedOrder, User
from orders.services.ledger import view_ledger

LISTED = 100
SUGGESTED = 500  # latest orders on their way, whose regions, carriers and places are suggested
TOUCHED = 50


class Phase(StrEnum):
    """Where a disruption stands."""

    RUNNING = "running"
    PLANNED = "planned"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Figures:
    """How many orders it touched, and of these: told or to be told, sent, waiting for a hand; who complained when.

    `before` and `after` count orders that were disputed or not received before their buyers were told, and since.
    """

    touched: int = 0
    told: int = 0
    sent: int = 0
    by_hand: int = 0
    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class Row:
    """A disruption in the list."""

    disruption: Disruption
    phase: Phase
    figures: Figures
    recorder: User | None


def list_disruptions(reader: Reader, *, now: datetime) -> list[Row]:
    """The latest disruptions: those that run first, then those that begin later, then the past."""
    found = list(Disruption.objects.for_member(reader.user).select_related("store")[:LISTED])
    rows = make_rows(found, now=now)
    return sorted(rows, key=lambda row: list(Phase).index(row.phase))


def make_rows(found: Sequence[Disruption], *, now: datetime) -> list[Row]:
    """The disruptions with their figures."""
    figures = _figures(found)
    users = User.objects.in_bulk([int(row.recorded_by) for row in found if row.recorded_by.isdigit()])
    people = {str(pk): user for pk, user in users.items()}
    return [Row(row, phase_of(row, now), figures.get(row.pk, Figures()), people.get(row.recorded_by)) for row in found]


def phase_of(disruption: Disruption, now: datetime) -> Phase:
    """Whether it runs, begins later, or is over."""
    if disruption.is_over(now):
        return Phase.OVER
    return Phase.PLANNED if disruption.starts_at > now else Phase.RUNNING


def _figures(found: Iterable[Disruption]) -> dict[int, Figures]:
    complained = Dispute.objects.filter(order=OuterRef("order"))
    counted = (
        touched_orders(found)
        .annotate(
            before=Exists(complained.filter(opened_at__lt=OuterRef("at"))),
            after=Exists(complained.filter(opened_at__gte=OuterRef("at"))),
        )
        .order_by()
        .values("disruption")
        .annotate(
            n=Count("pk"),
            n_told=Count("pk", filter=Q(is_told=True)),
            n_sent=Count("pk", filter=Q(is_sent=True)),
            n_by_hand=Count("pk", filter=Q(is_by_hand=True)),
            n_before=Count("pk", filter=Q(before=True) | Q(order__receipt_denied_at__lt=F("at"))),
            n_after=Count("pk", filter=Q(after=True) | Q(order__receipt_denied_at__gte=F("at"))),
        )
    )
    names = ("n", "n_told", "n_sent", "n_by_hand", "n_before", "n_after")
    return {row["disruption"]: Figures(*(row[name] for name in names)) for row in counted}


def touched_orders(found: Iterable[Disruption]) -> QuerySet[Any]:
    """The orders that these touch, each with what became of its message."""
    message = Message.objects.filter(
        order=OuterRef("order"), sequence=OuterRef("sequence"), purpose=Purpose.DELAY_DISRUPTION
    )
    by_hand = [MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD]
    rows: QuerySet[TouchedOrder] = TouchedOrder.objects.filter(disruption__in=found)
    return rows.annotate(
        is_told=Exists(message.exclude(state=MessageState.CANCELLED)),
        is_sent=Exists(message.filter(state=MessageState.SENT)),
        is_by_hand=Exists(message.filter(state__in=by_hand)),
    )


def latest_touched(disruption: Disruption) -> list[TouchedOrder]:
    """The orders touched last."""
    return list(touched_orders([disruption]).select_related("order__buyer").order_by("-at", "-pk")[:TOUCHED])


@dataclass(frozen=True)
class Suggestions:
    """What the parcels on their way have, for the form's lists."""

    regions: list[str]
    carriers: list[str]
    routes: list[str]

    @property
    def lists(self) -> dict[str, list[str]]:
        """Each by the name that the form's fields know it by."""
        return {"regions": self.regions, "carriers": self.carriers, "routes": self.routes}


def suggest(stores: Sequence[Store]) -> Suggestions:
    """The regions, carriers and last places of the stores' latest parcels, the most frequent first."""
    underway = Order.objects.filter(pk__in=newest_underway(stores, SUGGESTED)).order_by()
    rows = list(underway.values_list("buyer__country", "buyer__state", "shipments__carrier", "tracking_location"))
    return Suggestions(
        regions=_frequent([row[1] for row in rows]) + _frequent([row[0] for row in rows]),
        carriers=_frequent([row[2] for row in rows]),
        routes=_frequent([row[3] for row in rows])[:50],
    )


def _frequent(values: Iterable[str | None]) -> list[str]:
    counted: dict[str, int] = {}
    for value in values:
        if value:
            counted[value] = counted.get(value, 0) + 1
    return sorted(counted, key=lambda value: (-counted[value], value))


@dataclass(frozen=True)
class Example:
    """What buyers of one language would read, or which values the text lacks."""

    language: Language
    rendered: Rendered | None
    missing: tuple[str, ...] = ()


def example_texts(store: Store, draft: Draft, parcel: Parcel, *, now: datetime) -> list[Example]:
    """The message of a draft as the buyer of one of its parcels would read it, in each language."""
    order = Order.objects.select_related("store", "buyer").get(pk=parcel.order_id)
    ledger = view_ledger(order, now=now, milestones=[], shipments=order.shipments.all())
    given = {"disruption_cause": draft.cause, "disruption_until": draft.ends_at}
    examples = []
    for language in Language:
        text = find_cell(store, Purpose.DELAY_DISRUPTION, language, now.date()).text
        try:
            examples.append(Example(language, render(text, order_values(ledger, language, given))))
        except MissingVariables as error:
            examples.append(Example(language, None, error.names))
    return examples
