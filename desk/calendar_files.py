"""A person's deadlines as an iCalendar file (RFC 5545) that calendar programs subscribe to: no buyer is named in it."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Alarm, Calendar, Event

from desk.clocks import format_money
from desk.notice_words import work_of
from desk.selectors.calendar import Entries, list_entries
from disputes.models import ActionItem, Dispute
from orders.models import CalendarFeed
from orders.policies import Policy

LENGTH = timedelta(minutes=15)  # of an entry: a deadline has none, but programs hide what has none
REFRESH = timedelta(hours=1)
ALARM_BEFORE = timedelta(hours=1)


@dataclass(frozen=True)
class Date:
    """One entry. `sequence` rises when its date moves, `changed_at` (UTC) is when it last did."""

    uid: str
    at: datetime
    title: str
    about: str
    url: str
    changed_at: datetime
    sequence: int = 0
    alarm_before: timedelta = ALARM_BEFORE


def write_calendar(feed: CalendarFeed, *, now: datetime) -> bytes:
    """The whole file, in the person's language, else in that of his browser; the same bytes while nothing changes."""
    with override(feed.user.language or feed.language or settings.LANGUAGE_CODE):
        entries = list_entries(feed, now=now)
        calendar = Calendar()
        calendar.add("prodid", "-//Prazo//deadlines//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", feed.name)
        calendar.add("name", feed.name)
        calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
        for date in _dates(entries):
            calendar.add_component(_event(date))
        return bytes(calendar.to_ical())


def etag_of(content: bytes) -> str:
    """What changes when the file does."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _dates(entries: Entries) -> Iterator[Date]:
    for item in entries.items:
        yield _of_item(item)
    for dispute in entries.disputes:
        yield from _of_dispute(dispute, dispute.order.policy)


def _of_item(item: ActionItem) -> Date:
    store = item.order.store
    stake = format_money(item.stake, store.currency) if item.stake is not None else ""
    about = [store.name, f"{item.rule}", stake, item.assignee.get_full_name() if item.assignee else ""]
    return Date(
        uid=f"action-{item.pk}@{settings.MESSAGE_ID_DOMAIN}",
        at=item.due_at,
        title=f"{work_of(item)} · {item.order.order_number}",
        about=_lines(about),
        url=settings.SITE_URL + reverse("desk:order", args=[item.order_id]),
        changed_at=item.raised_at,
    )


def _of_dispute(dispute: Dispute, policy: Policy) -> Iterator[Date]:
    """The platform's deadline, and the team's own before it (D7)."""
    if dispute.deadline is None:
        return
    is_evidence = dispute.evidence_by is not None
    what = _("evidence due") if is_evidence else _("answer due")
    step = "evidence" if is_evidence else "answer"
    number, store = dispute.order.order_number, dispute.order.store
    changed_at = dispute.noticed_at if is_evidence and dispute.noticed_at else dispute.changed_at
    reminders = policy.value("D6", "before") or [ALARM_BEFORE]
    margin = policy.value("D7", "margin") or timedelta(0)
    for whose, at, title in (
        ("platform", dispute.deadline, _("Dispute %(number)s: %(what)s (platform)")),
        ("team", dispute.deadline - margin, _("Dispute %(number)s: %(what)s (our own date)")),
    ):
        yield Date(
            uid=f"dispute-{dispute.pk}-{step}-{whose}@{settings.MESSAGE_ID_DOMAIN}",
            at=at,
            title=title % {"number": number, "what": what},
            about=_lines([store.name]),
            url=f"{settings.SITE_URL}{reverse('desk:dispute', args=[dispute.pk])}",
            changed_at=changed_at,
            sequence=max(int((changed_at - dispute.opened_at).total_seconds()), 0),
            alarm_before=min(reminders),
        )


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def _event(date: Date) -> Event:
    event = Event()
    event.add("uid", date.uid)
    event.add("sequence", date.sequence)
    event.add("dtstamp", date.changed_at.astimezone(UTC))
    event.add("last-modified", date.changed_at.astimezone(UTC))
    event.add("dtstart", date.at.astimezone(UTC))
    event.add("dtend", date.at.astimezone(UTC) + LENGTH)
    event.add("summary", date.title)
    event.add("description", f"{date.about}\n{date.url}")
    event.add("url", date.url)
    event.add("transp", "TRANSPARENT")  # a deadline keeps nobody busy
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", date.title)
    alarm.add("trigger", -date.alarm_before)
    event.add_component(alarm)
    return event
