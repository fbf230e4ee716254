"""Dates, money, rules and codes on a page."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from html import escape
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk import clocks, dispute_words, rules, tracking_words, words
from desk.address_words import untold_words
from desk.fault_words import fault_words
from desk.reason_words import reason_words
from desk.selectors.cards import Card
from orders.models import Order
from orders.policies import Policy

register = template.Library()


def _now(context: template.Context) -> datetime:
    now: datetime = context["now"]  # the page's, from desk.context
    return now


def draw_time(instant: datetime, text: str, *, title: str = "") -> SafeString:
    """The instant in machine's words beside the reader's; the zone's name is a mouse-over away."""
    title = escape(title or timezone.get_current_timezone_name())
    # By hand: a list has a hundred of these, and `format_html` looks at each part of each three times.
    return SafeString(f'<time datetime="{instant.isoformat()}" title="{title}">{escape(text)}</time>')


@register.simple_tag(takes_context=True)
def when(context: template.Context, instant: datetime | None, zone: ZoneInfo | None = None) -> str:
    """Day and time on the reader's clock, or on that of `zone`."""
    if instant is None:
        return ""
    title = zone.key if zone else ""
    return draw_time(instant, clocks.format_instant(instant, now=_now(context), zone=zone), title=title)


@register.simple_tag(takes_context=True)
def day(context: template.Context, instant: datetime | None) -> str:
    """The day on the reader's clock."""
    return "" if instant is None else draw_time(instant, clocks.format_day(instant, now=_now(context)))


@register.simple_tag(takes_context=True)
def due(context: template.Context, instant: datetime) -> str:
    """How long is left, or how late it is."""
    return clocks.format_due(instant, _now(context))


@register.simple_tag(takes_context=True)
def distance(context: template.Context, instant: datetime | None) -> str:
    """How far off it is."""
    return "" if instant is None else clocks.format_distance(instant, _now(context))


@register.simple_tag(takes_context=True)
def clock(context: template.Context, zone: ZoneInfo) -> str:
    """What a clock of this zone shows now."""
    return draw_time(_now(context), clocks.format_weekday_time(_now(context), zone), title=zone.key)


@register.filter
def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """Hours and minutes on another clock."""
    return clocks.format_time(instant, zone)


@register.filter
def clock_instant(instant: datetime, zone: ZoneInfo) -> str:
    """Day and time on another clock."""
    return clocks.format_instant(instant, now=instant, zone=zone)


@register.filter
def money(amount: Decimal | str | None, currency: str) -> str:
    """An amount with its currency; a dash for none."""
    return "–" if amount in (None, "") else clocks.format_money(Decimal(str(amount)), currency)


register.filter(untold_words)


@register.filter
def country(code: str) -> str:
    """A country's name."""
    return clocks.format_country(code) if code else ""


@register.filter
def state_label(order: Order) -> str:
    """An order's state in its own pack's words."""
    return words.state_label(order.state, order.policy)


@register.filter
def milestone_label(kind: str, policy: Policy) -> str:
    """What happens on a date."""
    return words.milestone_label(kind, policy)


@register.filter
def date_words(kind: str) -> str:
    """What a kind of date is about, where no order's own pack is asked."""
    return str(words.MILESTONES.get(kind, kind.replace("_", " ")))


@register.filter
def span_words(span: timedelta) -> str:
    """A span, such as "12 hours"."""
    return clocks.format_span(span)


@register.filter
def rule_sentence(rule: str, policy: Policy | None = None) -> str:
    """The rule in one sentence."""
    return rules.rule_sentence(rule, policy)


@register.filter
def in_words(code: str, table: str) -> str:
    """A code of one of the tables of `desk.words`, such as `purposes`; an unknown one as it is."""
    names: dict[str, Any] = getattr(words, table.upper())
    return str(names.get(code, code.replace("_", " ")))


@register.filter
def reason(code: str) -> str:
    """Why something did not happen."""
    return str(words.DISPUTE_REASONS.get(code) or reason_words(code))


@register.filter
def fault(sentence: str) -> str:
    """What is wrong with a file or one of its cells."""
    return fault_words(sentence)


@register.filter
def exhibit_name(kind: str) -> str:
    """What a kind of exhibit is called."""
    return dispute_words.exhibit_name(kind)


@register.filter
def dispute_word(code: str, table: str) -> str:
    """A code of one of the tables of `desk.dispute_words`, such as `customs_causes`; an unknown one as it is."""
    names: dict[str, Any] = getattr(dispute_words, table.upper())
    return str(names.get(code, code.replace("_", " ")))


@register.filter
def sheets(pages: int) -> range:
    """The numbers of a document's pages."""
    return range(1, pages + 1)


@register.filter
def tracking_word(code: str, table: str) -> str:
    """A code of one of the tables of `desk.tracking_words`, such as `queues`; an unknown one as it is."""
    names: dict[str, Any] = getattr(tracking_words, table.upper())
    return str(names.get(code, code.replace("_", " ")))


@register.filter
def by_cause(detail: str) -> str:
    """What the team does about a failed delivery or a parcel that somebody else has; empty where nothing special."""
    return str(tracking_words.BY_CAUSE.get(detail, ""))


@register.filter
def case_result(result: str) -> str:
    """What closed a tracking case."""
    return tracking_words.result_words(result)


@register.filter
def freeze_days(policy: Policy) -> int:
    """For how many days one complaint about an unknown number freezes the store (T6)."""
    return int(policy.value("A", "freeze_days") or 0)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's own query with some values changed; an empty value takes one out."""
    request: HttpRequest = context["request"]
    values = {**request.GET.dict(), **changes}
    kept = {key: value for key, value in values.items() if value not in (None, "")}
    return f"?{urlencode(kept)}" if kept else request.path


@register.filter
def is_open_hour(card: Card, now: datetime) -> bool:
    """Whether the buyer of a card may be written to now."""
    return card.is_open_hour(now)


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:
    """A value by a key that is itself a variable."""
    return mapping.get(key, "")


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A small picture from the sprite; it says nothing that the text beside it does not say."""
    picture = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return format_html(picture, static("desk/icons.svg"), name)
