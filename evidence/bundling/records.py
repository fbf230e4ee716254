"""The order's own record, read from the database: story, carriers' news, messages, disruptions, views of the day."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from evidence.bundling.cases import Attachment, CaseDisruption, CaseSnapshot, Happening, SentMessage, TrackingNews
from evidence.recipients import Recipient
from evidence.storing import hash_file
from messaging.models import Channel, Message, MessageState
from orders.events import EventType
from orders.models import Disruption, Order, Snapshot, TimelineEvent, TrackingEvent
from orders.models.timeline import EventKind

# What a person said, and the bundle may quote; the rest of an event's private data stays private.
QUOTED = "text"
TOLD = {EventKind.FACT, EventKind.COMMAND}
EML = "message/rfc822"
# Of a frozen view, the lists that are printed; the store's own values of the rules are nobody else's.
LISTS = ("items", "news")
LATEST = 5  # of a list: the newest stand last


def timeline(order: Order, recipient: Recipient) -> Iterator[Happening]:
    """What happened and what was done about it; what we only planned, noted or were refused is nobody else's."""
    events = TimelineEvent.objects.filter(order=order).select_related("private").order_by("at", "sequence")
    for event in events.exclude(type__in=recipient.timeline_without):
        is_mail = event.kind == EventKind.MESSAGE and event.type == "sent"
        if is_mail or (event.kind in TOLD and event.type in set(EventType)):
            yield Happening(event.at, event.type, event.data, _quote(event))


def _quote(event: TimelineEvent) -> str:
    private = getattr(event, "private", None)
    return str(private.data.get(QUOTED, "")) if private else ""


def tracking(order: Order) -> Iterator[TrackingNews]:
    """What the carriers said, what they took back included."""
    rows = TrackingEvent.objects.filter(order=order).select_related("shipment").order_by("at", "pk")
    for row in rows:
        yield TrackingNews(
            at=row.at,
            status=row.status,
            place=row.location,
            words=row.description,
            source=row.source,
            parcel=row.shipment.tracking_number if row.shipment else "",
            fetched_at=row.recorded_at,
            voided_at=row.voided_at,
        )


def messages(order: Order) -> Iterator[SentMessage]:
    """The messages that reached their channel."""
    for number, row in enumerate(_sent(order), start=1):
        yield SentMessage(
            at=row.sent_at or row.queued_at,
            purpose=row.purpose,
            channel=row.channel,
            language=row.language,
            to=row.to,
            subject=row.subject,
            body=row.body,
            message_id=row.message_id(settings.MESSAGE_ID_DOMAIN) if row.channel == Channel.EMAIL else "",
            proof_sha256=row.proof_sha256,
            proof_name=_proof_name(number) if _is_whole(row) else "",
        )


def mails(order: Order) -> Iterator[Attachment]:
    """The mails as they went out, to be attached."""
    for number, row in enumerate(_sent(order), start=1):
        if _is_whole(row):
            yield Attachment(_proof_name(number), _proof_path(row), row.proof_sha256, EML, row.subject)


def _sent(order: Order) -> Iterator[Message]:
    yield from Message.objects.filter(order=order, state=MessageState.SENT).order_by("sent_at", "pk")


def _is_whole(row: Message) -> bool:
    """Whether the stored mail is there, and still what went out."""
    try:
        return bool(row.proof) and hash_file(_proof_path(row)) == row.proof_sha256
    except OSError:
        return False


def _proof_path(row: Message) -> Path:
    return Path(settings.MEDIA_ROOT) / str(row.proof)


def _proof_name(number: int) -> str:
    return f"mail-{number:02}.eml"


def disruptions(order: Order) -> Iterator[CaseDisruption]:
    """What held the parcel up (T9): the team's records that touch it, and what the order's own story tells besides."""
    touched = Disruption.objects.filter(touched_orders__order=order).order_by("starts_at", "pk")
    for row in touched:
        where = row.region, row.carrier, row.route
        yield CaseDisruption(row.starts_at, row.over_at, row.cause, row.explanation, *where, row.notice_sha256)
    known = set(order.touched_by.values_list("sequence", flat=True))
    told = TimelineEvent.objects.filter(order=order, type=EventType.DISRUPTION, kind__in=TOLD).exclude(
        sequence__in=known
    )
    for event in told.order_by("at", "sequence"):
        start, end = (_instant(event.data.get(key)) for key in ("from", "to"))
        cause, region, carrier = (str(event.data.get(key) or "") for key in ("cause", "region", "carrier"))
        yield CaseDisruption(start or event.at, end, cause, "", region, carrier, "")


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def snapshots(order: Order) -> Iterator[CaseSnapshot]:
    """The views that were frozen on their day."""
    for row in Snapshot.objects.filter(order=order).order_by("at", "pk"):
        lines = tuple((key, str(value)) for key, value in row.content.items() if _is_plain(value))
        lists = tuple(tuple(map(_cells, row.content[key][-LATEST:])) for key in LISTS if row.content.get(key))
        yield CaseSnapshot(
            at=row.at,
            kind=row.kind,
            occasion=row.occasion,
            source=row.source,
            sha256=row.sha256,
            lines=lines,
            rows=lists[0] if lists else (),
            earlier=max(0, *(len(row.content.get(key) or ()) - LATEST for key in LISTS)),
        )


def _cells(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in row.items() if _is_plain(value))


def _is_plain(value: Any) -> bool:
    return value not in (None, "") and not isinstance(value, dict | list)
