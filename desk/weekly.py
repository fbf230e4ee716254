"""A person's week in one mail: the figures of his stores from Monday to Sunday, beside the week before (rules K)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from desk.access import Reader
from desk.dispute_words import exhibit_name
from desk.figure_words import ARRIVED, FIGURES, RETURNED, SHIPPED, SHIPPED_REFUND, UNSHIPPED
from desk.selectors.figured import Figured, format_days
from desk.selectors.figures import tell_share
from desk.words import DISPUTE_REASONS
from disputes.days import Days
from disputes.services.asking import ask
from disputes.services.counting import Figure, count_orders, has_figure
from disputes.services.lessons import store_suggestions
from messaging.bulletins import Bulletin, plain
from orders.models import Store, User

Words = str | Promise
# What a week is told by, each with the figures that make up its whole.
TOLD: dict[Figure, tuple[Figure, ...]] = {
    Figure.PAID: (),
    Figure.SHIPPED_IN_TIME: SHIPPED,
    Figure.DELIVERED_IN_TIME: ARRIVED,
    Figure.ANSWERED_IN_TIME: (Figure.WROTE,),
    Figure.REVIEW_ANSWERED: (Figure.REVIEWED,),
    Figure.CASES_OPENED: (),
    Figure.WRONG_SHIPMENTS: (),
    Figure.UNSHIPPED_IN_TIME: UNSHIPPED,
    Figure.SHIPPED_REFUND_IN_TIME: SHIPPED_REFUND,
    Figure.RETURN_IN_TIME: RETURNED,
    Figure.COMPENSATED: (),
    Figure.DISPUTES_OPENED: (),
    Figure.DISPUTES_CLOSED: (),
    Figure.LOST_BY_DEFAULT: (),
}
MOST_SUGGESTED = 3


@dataclass(frozen=True)
class Line:
    """A figure of the week and of the week before, with its share where there are enough cases, and its orders."""

    name: Words
    n: int
    share: str
    before: int
    url: str


@dataclass(frozen=True)
class Part:
    """A store with its figures, and what its lost disputes suggest."""

    store: str
    lines: list[Line]
    suggested: list[str]


def write_week(user: User, *, now: datetime) -> Bulletin | None:
    """The mail, in the language that is switched on; None where nothing happened in the week and the one before."""
    reader = Reader(user)
    with timezone.override(reader.zone):
        week = last_week(now.astimezone(reader.zone).date())
        parts = [part for store in reader.work_stores if (part := _part(store, week, now))]
        if not parts:
            return None
        url = f"{settings.SITE_URL}{reverse('desk:figures')}?{urlencode({'span': '7'})}"
        days = format_days(week)
        settings_url = settings.SITE_URL + reverse("desk:preferences")
        said = {"parts": parts, "days": days, "url": url, "settings_url": settings_url}
        return Bulletin(
            _("Prazo, the week %(days)s") % {"days": days},
            (),
            url,
            f"week.{user.pk}.{week.first:%Y-%m-%d}",
            topic="week",
            text=render_to_string("desk/mail/week.txt", said),
            html=render_to_string("desk/mail/week.html", said),
        )


def last_week(today: date) -> Days:
    """From Monday to Sunday, before today's week."""
    monday = today - timedelta(days=today.weekday())
    return Days(monday - timedelta(days=7), monday - timedelta(days=1))


def _part(store: Store, week: Days, now: datetime) -> Part | None:
    lines = list(_lines(store, week, now))
    if not any(line.n or line.before for line in lines):
        return None
    end = week.bounds(ZoneInfo(store.timezone))[1]
    suggested = [
        _("%(reason)s: %(slot)s was missing in %(n)d of %(lost)d that were lost (rule %(rule)s).")
        % {
            "reason": DISPUTE_REASONS.get(row.reason, row.reason),
            "slot": exhibit_name(row.slot),
            "n": row.missing,
            "lost": row.lost,
            "rule": row.rule,
        }
        for row in store_suggestions(store, until=end)[:MOST_SUGGESTED]
    ]
    return Part(plain(store.name), lines, suggested)


def _lines(store: Store, week: Days, now: datetime) -> Iterator[Line]:
    this, before = ask(store, week, now=now), ask(store, week.before(), now=now)
    for figure, whole in TOLD.items():
        if has_figure(figure, store):
            n = count_orders(figure, this)
            share = tell_share(n, sum(count_orders(part, this) for part in whole)) if whole else ""
            where = urlencode({"figure": Figured(figure, week).write(), "store": store.slug})
            url = f"{settings.SITE_URL}{reverse('desk:orders')}?{where}"
            yield Line(FIGURES[figure], n, share if share != "–" else "", count_orders(figure, before), url)
