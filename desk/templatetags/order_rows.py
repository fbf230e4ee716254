"""The lines of the list of orders, drawn without a template: fifty lines of two dozen values are half of the page.

What comes from outside is escaped here, each value by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from desk import clocks, words
from desk.addresses import address_of
from desk.selectors.order_filters import is_at_risk
from desk.selectors.orders import NextDate, Row
from desk.templatetags.desk import draw_time

NOTHING = '<span class="muted">–</span>'
LONGEST_PLACE = 24  # characters

register = template.Library()


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands above the columns, for a phone in each of their cells, too."""

    order: str
    buyer: str
    state: str
    date: str
    tracking: str
    total: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What all lines have in common: the page's instant (UTC), the reader's clock, and the words of his language."""

    now: datetime
    zone: str
    columns: Columns
    select: str
    at_risk: str
    is_selectable: bool
    names_stores: bool


@register.simple_tag
def order_columns() -> Columns:
    """The names of the columns in the reader's language."""
    return Columns(_("Order"), _("Buyer"), _("State"), _("Next date"), _("Tracking"), _("Total"))


@register.simple_tag(takes_context=True)
def order_rows(context: template.Context, rows: Sequence[Row], columns: Columns) -> SafeString:
    """The lines of a page of orders."""
    drawing = Drawing(
        now=context["now"],
        zone=timezone.get_current_timezone_name(),
        columns=columns,
        select=_("Select"),
        at_risk=_("at risk"),
        is_selectable=bool(context["bulk_form"]),
        names_stores=len(context["reader"].stores) > 1,
    )
    return SafeString("".join(_line(row, drawing) for row in rows))


def _line(row: Row, drawing: Drawing) -> str:
    number, label = escape(row.order_number), drawing.columns
    return f"""<tr data-row tabindex="-1">
{_box(row, number, drawing) if drawing.is_selectable else ""}
<th scope="row" data-label="{label.order}"><a href="{address_of("desk:order", row.pk)}" class="nowrap" \
data-open>{number}</a><span class="sub">{_day(row.placed_at, drawing)}\
{f" · {escape(row.store.name)}" if drawing.names_stores else ""}</span></th>
<td data-label="{label.buyer}">{escape(row.buyer) or "–"}<span class="sub">{_place(row)}</span></td>
<td data-label="{label.state}">{_state(row, drawing)}</td>
<td data-label="{label.date}">{_date(row, row.next_date, drawing) if row.next_date else NOTHING}</td>
<td data-label="{label.tracking}">{_news(row, row.last_tracking_at, drawing) if row.last_tracking_at else NOTHING}</td>
<td data-label="{label.total}" class="number">{_total(row)}</td>
</tr>
"""


def _box(row: Row, number: str, drawing: Drawing) -> str:
    box = f'<input type="checkbox" name="order" value="{row.pk}" form="bulk" data-key="x"'
    return f'<td class="tick">{box} aria-label="{drawing.select} {number}"></td>'


def _place(row: Row) -> str:
    country = clocks.format_country(row.country) if row.country else ""
    return escape(", ".join(filter(None, (country, row.region))))


def _state(row: Row, drawing: Drawing) -> str:
    badge = f'<span class="badge state-{escape(row.state)}">{escape(words.state_label(row.state, row.policy))}</span>'
    risk = f' <span class="badge warn">{drawing.at_risk}</span>' if is_at_risk(row, drawing.now) else ""
    since = _("since %(since)s") % {"since": _day(row.state_since, drawing)}
    return f'{badge}{risk}<span class="sub">{since}</span>'


def _date(row: Row, date: NextDate, drawing: Drawing) -> str:
    words_of_date = escape(words.milestone_label(date.kind, row.policy))
    at = draw_time(date.due_at, clocks.format_instant(date.due_at, now=drawing.now), title=drawing.zone)
    return f'{at}<span class="sub">{words_of_date}</span>'


def _news(row: Row, at: datetime, drawing: Drawing) -> str:
    status = str(words.TRACKING.get(row.tracking_status, row.tracking_status.replace("_", " ")))
    place = f" · {escape(Truncator(row.tracking_location).chars(LONGEST_PLACE))}" if row.tracking_location else ""
    return f'{escape(status)}<span class="sub">{clocks.format_distance(at, drawing.now)}{place}</span>'


def _total(row: Row) -> str:
    return "–" if row.total is None else escape(clocks.format_money(row.total, row.currency))


def _day(instant: datetime, drawing: Drawing) -> str:
    return draw_time(instant, clocks.format_day(instant, now=drawing.now), title=drawing.zone)
