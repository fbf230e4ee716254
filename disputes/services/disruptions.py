"""Disruptions (T9): recorded once, changed, asked for what they explain; `disputes.telling` tells the buyers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.models import Message, MessageState
from messaging.vocabulary import Purpose
from orders.events import Event, EventType, plain_text
from orders.models import Disruption, DisruptionCause, Order, Store, TouchedOrder

FAR = timedelta(days=366)  # a date further off than this is a slip of the pen


class Flaw(StrEnum):
    """What can be wrong with what is said about a disruption; the words say what to do."""

    CAUSE = "this is no cause: choose one of the list"
    EXPLANATION = "another cause needs its explanation: say what happened"
    EVERYWHERE = "this touches every parcel: say a region, a carrier or a route"
    FAR_START = "it begins more than a year from now: check the date"
    FAR_END = "it ends more than a year from now: check the date"
    BACKWARDS = "it ends before it begins: check the two dates"
    OVER = "it is over already: enter when it ends, or leave the end empty"
    NOTICE = "it has its notice already, which stays as it is"


FIELDS = {
    Flaw.CAUSE: "cause",
    Flaw.EXPLANATION: "explanation",
    Flaw.EVERYWHERE: "region",
    Flaw.FAR_START: "starts_at",
    Flaw.FAR_END: "ends_at",
    Flaw.BACKWARDS: "ends_at",
    Flaw.OVER: "ends_at",
    Flaw.NOTICE: "notice",
}


class UnusableDisruption(ValueError):
    """What was said about a disruption cannot be; `field` is the key that is wrong."""

    def __init__(self, flaw: Flaw) -> None:
        self.flaw, self.field = flaw, FIELDS[flaw]
        super().__init__(str(flaw))


@dataclass(frozen=True, slots=True)
class Notice:
    """A paper that shows the disruption: a file kept under its hash, and its type and name."""

    sha256: str
    name: str
    file_type: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody says about a disruption; an empty region, carrier or route means any, no end that nobody knows."""

    cause: str
    starts_at: datetime
    ends_at: datetime | None = None
    region: str = ""
    carrier: str = ""
    route: str = ""
    explanation: str = ""

    def as_event(self, at: datetime) -> Event:
        """What is recorded on every order that it touches, `at` the instant (UTC) when it is."""
        data = {
            "cause": self.cause,
            "region": self.region,
            "carrier": self.carrier,
            "route": self.route,
            "from": self.starts_at,
            "to": self.ends_at,
        }
        return Event(EventType.DISRUPTION, at, data={key: value for key, value in data.items() if value})


def draft_of(disruption: Disruption) -> Draft:
    """A recorded disruption as what is said about it now: it ends when it was over in fact."""
    return Draft(
        cause=disruption.cause,
        starts_at=disruption.starts_at,
        ends_at=disruption.over_at,
        region=disruption.region,
        carrier=disruption.carrier,
        route=disruption.route,
        explanation=disruption.explanation,
    )


def disruption_event(disruption: Disruption, at: datetime) -> Event:
    """The event of a recorded disruption: it names the row, and the notice by its hash."""
    named = {"disruption": disruption.pk, "notice": disruption.notice_sha256}
    event = draft_of(disruption).as_event(at)
    return Event(event.type, at, data={**event.data, **{key: value for key, value in named.items() if value}})


def record_disruption(
    store: Store, draft: Draft, *, notice: Notice | None = None, now: datetime, actor: str
) -> Disruption:
    """Keep a disruption; a worker tells the buyers of the parcels that it touches, and goes on while it lasts.

    `now` is UTC. Raises UnusableDisruption.
    """
    check_draft(draft, now=now)
    recorded: Disruption = Disruption.objects.create(
        store=store,
        cause=draft.cause,
        explanation=plain_text(draft.explanation.strip())[:500],
        region=plain_text(draft.region.strip())[:100],
        carrier=plain_text(draft.carrier.strip())[:500],
        route=plain_text(draft.route.strip())[:500],
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        recorded_at=now,
        recorded_by=actor[:100],
        next_look_at=max(now, draft.starts_at),
        **_notice_values(notice),
    )
    return recorded


def check_draft(draft: Draft, *, now: datetime) -> None:
    """Raise UnusableDisruption for what cannot be: it touches every parcel, is over, or ends before it begins."""
    if draft.cause not in DisruptionCause.values:
        raise UnusableDisruption(Flaw.CAUSE)
    if draft.cause == DisruptionCause.OTHER and not draft.explanation.strip():
        raise UnusableDisruption(Flaw.EXPLANATION)
    if not (draft.region.strip() or draft.carrier.strip() or draft.route.strip()):
        raise UnusableDisruption(Flaw.EVERYWHERE)
    if abs(draft.starts_at - now) > FAR:
        raise UnusableDisruption(Flaw.FAR_START)
    _check_end(draft.starts_at, draft.ends_at, now)


def _check_end(starts_at: datetime, ends_at: datetime | None, now: datetime) -> None:
    if ends_at is None:
        return
    if ends_at <= starts_at:
        raise UnusableDisruption(Flaw.BACKWARDS)
    if ends_at <= now:
        raise UnusableDisruption(Flaw.OVER)
    if ends_at - now > FAR:
        raise UnusableDisruption(Flaw.FAR_END)


def change_end(disruption_id: int, ends_at: datetime | None, *, now: datetime) -> Disruption:
    """Another last day: later parcels are touched until then, and nobody is told twice.

    One that was lifted goes on. Raises UnusableDisruption, and Disruption.DoesNotExist.
    """
    with transaction.atomic():
        disruption = _locked(disruption_id)
        _check_end(disruption.starts_at, ends_at, now)
        disruption.ends_at, disruption.lifted_at = ends_at, None
        disruption.next_look_at = max(now, disruption.starts_at)
        disruption.save(update_fields=["ends_at", "lifted_at", "next_look_at"])
    return disruption


def lift_disruption(disruption_id: int, *, now: datetime) -> Disruption:
    """It is over: no more parcels are touched, and what has not left yet stays unsent.

    One that is over already stays as it is. Raises Disruption.DoesNotExist.
    """
    with transaction.atomic():
        disruption = _locked(disruption_id)
        if not disruption.is_over(now):
            disruption.lifted_at, disruption.next_look_at = now, now
            disruption.save(update_fields=["lifted_at", "next_look_at"])
    return disruption


def attach_notice(disruption_id: int, notice: Notice) -> Disruption:
    """Keep the paper that shows it; it stays, for timelines name it by its hash.

    Raises UnusableDisruption where there is one already, and Disruption.DoesNotExist.
    """
    with transaction.atomic():
        disruption = _locked(disruption_id)
        if disruption.notice_sha256 not in {"", notice.sha256}:
            raise UnusableDisruption(Flaw.NOTICE)
        values = _notice_values(notice)
        for name, value in values.items():
            setattr(disruption, name, value)
        disruption.save(update_fields=list(values))
    return disruption


def _locked(disruption_id: int) -> Disruption:
    disruption: Disruption = Disruption.objects.select_for_update(of=("self",)).get(pk=disruption_id)
    return disruption


def _notice_values(notice: Notice | None) -> dict[str, str]:
    if notice is None:
        return {}
    return {
        "notice_sha256": notice.sha256,
        "notice_name": notice.name[:200],
        "notice_type": notice.file_type,
    }


def disruptions_of(order: Order) -> list[Disruption]:
    """The disruptions that touched the order's parcel, the first to touch it first; what is over still explains."""
    return list(Disruption.objects.filter(touched_orders__order=order).order_by("touched_orders__at", "pk"))


def waiting_disruptions(now: datetime) -> list[int]:
    """The disruptions for which a worker has to look for parcels now."""
    return list(Disruption.objects.filter(next_look_at__lte=now).order_by("next_look_at").values_list("pk", flat=True))


def told_before(store: Store, draft: Draft) -> QuerySet[TouchedOrder]:
    """The orders whose buyers were told of the same cause for the same time."""
    same_time = Q(disruption__lifted_at__gte=draft.starts_at) | Q(
        Q(disruption__ends_at=None) | Q(disruption__ends_at__gte=draft.starts_at), disruption__lifted_at=None
    )
    if draft.ends_at:
        same_time &= Q(disruption__starts_at__lte=draft.ends_at)
    told = Message.objects.filter(
        order=OuterRef("order"), sequence=OuterRef("sequence"), purpose=Purpose.DELAY_DISRUPTION
    ).exclude(state=MessageState.CANCELLED)
    touched: QuerySet[TouchedOrder] = TouchedOrder.objects.filter(
        Exists(told), same_time, disruption__store=store, disruption__cause=draft.cause
    )
    return touched
