"""Saying notices to the team: which still hold, and each channel's one message, without anything about buyers."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from desk.access import Reader
from desk.clocks import format_due, format_instant, format_money
from desk.digest import write_digest
from desk.notice_words import TROUBLE_PAGES, TROUBLES, work_of
from desk.weekly import write_week
from disputes.models import ActionItem, Dispute
from disputes.reminding import OF_DISPUTES
from disputes.services.alarming import alarm_obstacles
from disputes.services.notifying import notice_obstacles
from messaging.bulletins import Bulletin, Line, plain
from messaging.models import NoticeKind, TeamChannel, TeamNotice
from messaging.notifying import Recipient


class TeamDesk:
    """What the sending asks of the desk: see messaging.notifying.Desk."""

    def obstacles(self, notices: Sequence[TeamNotice], *, now: datetime) -> dict[int, str]:
        """The notices that are not needed any more, by id, each with the reason."""
        return notice_obstacles(notices, now=now) | alarm_obstacles(notices, now=now)

    def compose(self, recipient: Recipient, notices: Sequence[TeamNotice], *, now: datetime) -> Bulletin | None:
        """One message with all of them, in the recipient's language and on his clock."""
        with override(recipient.language or settings.LANGUAGE_CODE):
            kind = notices[0].kind
            if kind == NoticeKind.DIGEST and not isinstance(recipient, TeamChannel):
                return write_digest(recipient, now=now)
            if kind == NoticeKind.WEEK and not isinstance(recipient, TeamChannel):
                return write_week(recipient, now=now)
            if kind == NoticeKind.ALARM:
                return _tell_alarms(recipient, notices)
            return _tell_deadlines(recipient, notices, now)


def sample_bulletin(channel: TeamChannel, *, now: datetime) -> Bulletin:
    """What a test says."""
    with override(channel.language):
        line = Line(
            _("It works."),
            _("Deadlines of %(store)s are told here.") % {"store": plain(channel.store.name)},
            link("desk:today"),
            {"id": "test"},
        )
        title = _("Prazo: a test message")
    return Bulletin(title, (line,), link("desk:today"), f"test.{channel.pk}.{now.timestamp():.0f}", topic="test")


def link(name: str, *args: Any) -> str:
    """A page's whole address."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


# --- deadlines --------------------------------------------------------------------------------------------------------
def _tell_deadlines(recipient: Recipient, notices: Sequence[TeamNotice], now: datetime) -> Bulletin:
    latest = {notice.item: notice for notice in sorted(notices, key=lambda notice: notice.is_escalation)}
    rows = ActionItem.objects.filter(pk__in=list(latest)).select_related("order__store", "assignee")
    items = sorted(rows, key=lambda item: (item.due_at, item.pk))
    cases = _cases(items)
    zone = recipient.zone if isinstance(recipient, TeamChannel) else Reader(recipient).zone
    lines = [_line(item, latest[item.pk], cases.get((item.order_id, item.case)), zone, now) for item in items]
    return Bulletin(
        _title(recipient, items, [notice for notice in latest.values() if notice.is_escalation]),
        tuple(lines),
        link("desk:today"),
        _key(notices),
        more=_more,
    )


def _title(recipient: Recipient, items: Sequence[ActionItem], escalated: Sequence[TeamNotice]) -> str:
    count = ngettext("%(n)d deadline", "%(n)d deadlines", len(items)) % {"n": len(items)}
    if escalated:
        count += " · " + _("nobody has closed it: the owner is asked")
    name = plain(recipient.store.name) if isinstance(recipient, TeamChannel) else "Prazo"
    return f"{name}: {count}"


def _more(left: int) -> str:
    return ngettext("and %(n)d more", "and %(n)d more", left) % {"n": left}


def _cases(items: Sequence[ActionItem]) -> dict[tuple[int, str], Dispute]:
    orders = {item.order_id for item in items if item.case}
    return {(row.order_id, row.subject): row for row in Dispute.objects.filter(order__in=orders)} if orders else {}


def _line(item: ActionItem, notice: TeamNotice, case: Dispute | None, zone: ZoneInfo, now: datetime) -> Line:
    store = item.order.store
    platform_at = case.deadline if case and item.kind in OF_DISPUTES else None
    parts = [
        work_of(item),
        plain(store.name) if notice.channel_id is None else "",
        format_money(item.stake, store.currency) if item.stake is not None else "",
        _due(item.due_at, zone, now),
        _("platform: %(when)s") % {"when": format_instant(platform_at, now=now, zone=zone)} if platform_at else "",
        plain(item.assignee.get_full_name()) if item.assignee else "",
    ]
    page = link("desk:dispute", case.pk) if case else link("desk:order", item.order_id)
    return Line(
        plain(item.order.order_number), " · ".join(filter(None, parts)), page, _facts(item, notice, platform_at)
    )


def _due(due_at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The deadline on a named clock, and how far off it is."""
    said = {"when": format_instant(due_at, now=now, zone=zone), "zone": zone.key, "left": format_due(due_at, now)}
    return _("due %(when)s %(zone)s, %(left)s") % said


def _facts(item: ActionItem, notice: TeamNotice, platform_at: datetime | None) -> dict[str, Any]:
    """The same for a machine; `id` is the same whenever the same step is told again."""
    return {
        "id": notice.key.replace(" ", "-"),
        "store": item.order.store.slug,
        "order_number": item.order.order_number,
        "action": item.kind,
        "rule": item.rule,
        "due_at": _utc(item.due_at),
        "platform_due_at": _utc(platform_at) if platform_at else None,
        "step": notice.rung,
        "is_escalation": notice.is_escalation,
        "stake": str(item.stake) if item.stake is not None else None,
        "currency": item.order.store.currency,
    }


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"


def _key(notices: Sequence[TeamNotice]) -> str:
    ids = ",".join(str(pk) for pk in sorted(notice.pk for notice in notices))
    return hashlib.sha256(ids.encode()).hexdigest()[:32]


# --- what has stopped -------------------------------------------------------------------------------------------------
def _tell_alarms(recipient: Recipient, notices: Sequence[TeamNotice]) -> Bulletin:
    name = plain(recipient.store.name) if isinstance(recipient, TeamChannel) else "Prazo"
    lines = [
        Line(
            "⚠", str(TROUBLES[notice.rung]), link(TROUBLE_PAGES[notice.rung]), {"id": notice.key, "alarm": notice.rung}
        )
        for notice in notices
    ]
    trouble = _("something needs looking after")
    return Bulletin(f"{name}: {trouble}", tuple(lines), link("desk:today"), _key(notices), topic="alarms", more=_more)
