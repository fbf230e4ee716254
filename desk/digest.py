"""A person's day in one mail: what is overdue and due, what the program did by itself, what has stopped."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.access import Reader
from desk.clocks import format_day, format_due, format_instant, format_money
from desk.notice_words import TROUBLES, work_of
from desk.words import MILESTONES
from disputes.models import ActionItem, ActionState
from disputes.services.alarming import find_troubles
from messaging.bulletins import Bulletin
from orders.models import TimelineEvent, User
from orders.models.timeline import EventKind

SHOWN = 8  # entries of a section
MOST_COUNTED = 1000
LOOK_BACK = 50_000  # events: the last of them are looked through for what happened by itself
MONDAY = 0  # the mail comes on this day though there be nothing to say: so one knows that it would come
LABELS: dict[str, str | Promise] = {
    "overdue": gettext_lazy("Overdue"),
    "today": gettext_lazy("Due today"),
    "tomorrow": gettext_lazy("Due tomorrow"),
    "week": gettext_lazy("Next 7 days"),
}


@dataclass(frozen=True)
class Entry:
    """One thing to do."""

    number: str
    text: str
    url: str


@dataclass(frozen=True)
class Part:
    """A heading with how many there are, and the first of them."""

    label: str
    count: str
    entries: list[Entry]


def write_digest(user: User, *, now: datetime) -> Bulletin | None:
    """The mail, in the language that is switched on and on the person's clock; None where there is nothing to say."""
    reader = Reader(user)
    local = now.astimezone(reader.zone)
    with timezone.override(reader.zone):
        parts, fired, troubles = _parts(reader, now), _fired(reader, now), _troubles(reader, now)
        if not (parts or fired or troubles) and local.weekday() != MONDAY:
            return None
        url, day = f"{settings.SITE_URL}/", format_day(now, now=now, zone=reader.zone)
        said: dict[str, Any] = {"parts": parts, "fired": fired, "troubles": troubles, "url": url}
        said |= {"settings_url": settings.SITE_URL + reverse("desk:preferences")}
        return Bulletin(
            _title(parts, day),
            (),
            url,
            f"digest.{user.pk}.{local:%Y-%m-%d}",
            topic="digest",
            text=render_to_string("desk/mail/digest.txt", said),
            html=render_to_string("desk/mail/digest.html", said),
        )


def _title(parts: Sequence[Part], day: str) -> str:
    counts = " · ".join(f"{part.label} {part.count}" for part in parts[:3])
    idle = _("nothing is due")
    return f"Prazo, {day}: {counts or idle}"


def _parts(reader: Reader, now: datetime) -> list[Part]:
    """What there is for him to do: what is his and what is nobody's, in a store of his own what is anybody's."""
    items = ActionItem.objects.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now), state=ActionState.OPEN)
    his = Q(assignee=reader.user.pk) | Q(assignee=None)
    own = [store.pk for store in reader.own_stores]
    items = items.filter(Q(store__in=own) | his, store__in=[store.pk for store in reader.work_stores])
    parts = []
    for name, span in _spans(reader, now).items():
        rows = list(items.filter(span).order_by("due_at", "id").select_related("order__store")[:SHOWN])
        if rows:
            count = items.filter(span).order_by()[: MOST_COUNTED + 1].count()
            said = str(count) if count <= MOST_COUNTED else f"{MOST_COUNTED}+"
            parts.append(Part(str(LABELS[name]), said, [_entry(item, reader, now) for item in rows]))
    return parts


def _spans(reader: Reader, now: datetime) -> dict[str, Q]:
    midnight = now.astimezone(reader.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today, tomorrow, week = (midnight + timedelta(days=days) for days in (1, 2, 8))
    return {
        "overdue": Q(due_at__lt=now),
        "today": Q(due_at__gte=now, due_at__lt=today),
        "tomorrow": Q(due_at__gte=today, due_at__lt=tomorrow),
        "week": Q(due_at__gte=tomorrow, due_at__lt=week),
    }


def _entry(item: ActionItem, reader: Reader, now: datetime) -> Entry:
    store = item.order.store
    parts = [
        work_of(item),
        format_money(item.stake, store.currency) if item.stake is not None else "",
        f"{format_instant(item.due_at, now=now, zone=reader.zone)} {reader.zone.key}, {format_due(item.due_at, now)}",
        store.name if len(reader.stores) > 1 else "",
    ]
    url = settings.SITE_URL + reverse("desk:order", args=[item.order_id])
    return Entry(item.order.order_number, " · ".join(filter(None, parts)), url)


def _fired(reader: Reader, now: datetime) -> list[str]:
    """What the dates of the last 24 hours did by themselves, each with how often."""
    newest = TimelineEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    events = TimelineEvent.objects.filter(pk__gt=newest - LOOK_BACK, kind=EventKind.MILESTONE)
    events = events.filter(recorded_at__gte=now - timedelta(days=1), order__store__in=reader.work_stores)
    counts = Counter(events.order_by().values_list("type", flat=True))
    words = [{"what": MILESTONES.get(kind, kind), "which": count} for kind, count in counts.most_common()]
    return [_("%(what)s: %(which)s") % told for told in words]


def _troubles(reader: Reader, now: datetime) -> list[str]:
    stores = {store.pk: store.name for store in reader.work_stores}
    found = find_troubles(list(stores), now=now)
    return [
        f"{stores[pk]}: {TROUBLES[trouble]} ({count})"
        for pk, counts in found.items()
        for trouble, count in counts.items()
    ]
