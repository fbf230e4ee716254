"""The charts of the figures page, each mark of which leads to its orders."""

from collections.abc import Iterator, Mapping, Sequence

from babel.dates import format_skeleton, get_month_names
from django.utils.translation import gettext as _

from desk import clocks
from desk.charts import Chart, Form, Mark, Series, Tone
from desk.figure_words import FIGURES
from desk.selectors.figured import Figured
from desk.selectors.figures import ENDS, FEWEST, Figures
from desk.words import DISPUTE_REASONS
from disputes.days import Days
from disputes.lifecycle import DisputeState
from disputes.services.counting import NO_REASON, Figure

SHORTEST_MONTH = 28  # days
END_TONES = {
    DisputeState.WON: Tone.GOOD,
    DisputeState.WITHDRAWN: Tone.ACCENT,
    DisputeState.SETTLED: Tone.QUIET,
    DisputeState.ACCEPTED: Tone.WARN,
    DisputeState.LOST: Tone.BAD,
}
# Each line: what is counted, and of which figures it is a share.
SHIPPING = {
    Figure.SHIPPED_IN_TIME: (Tone.ACCENT, (Figure.SHIPPED_IN_TIME, Figure.SHIPPED_LATE)),
    Figure.SHIPPED_48H: (Tone.QUIET, (Figure.PAID,)),
    Figure.SHIPPED_24H: (Tone.WARN, (Figure.PAID,)),
}
DELIVERY = {Figure.DELIVERED_IN_TIME: (Tone.ACCENT, (Figure.DELIVERED_IN_TIME, Figure.DELIVERED_LATE))}


def draw_charts(figures: Figures) -> Iterator[Chart]:
    """The charts in the order of the page."""
    yield _columns(figures, _("Disputes opened"), [_opened(figures)])
    yield _columns(figures, _("Disputes ended"), [_ended(figures, state) for state in ENDS])
    yield _by_reason(figures)
    yield _lines(figures, _("Shipped in time"), SHIPPING)
    yield _lines(figures, _("Delivered within the promise"), DELIVERY)


def _columns(figures: Figures, title: str, series: Sequence[Series]) -> Chart:
    return Chart(title, _("Days"), part_labels(figures), series)


def _lines(figures: Figures, title: str, shares: Mapping[Figure, tuple[Tone, tuple[Figure, ...]]]) -> Chart:
    series = [_share(figures, figure, tone, whole) for figure, (tone, whole) in shares.items() if figures.has(figure)]
    note = _("No share is said of fewer than %(n)d orders.") % {"n": FEWEST}
    return Chart(title, _("Days"), part_labels(figures), series, Form.LINES, unit=" %", note=note, most=100)


def part_labels(figures: Figures) -> list[str]:
    """What stands under the columns: each part of the time by its first day, or its month."""
    return [part_label(part) for part in figures.parts]


def part_label(part: Days) -> str:
    """A month by its name, other days by the first of them."""
    if part.length >= SHORTEST_MONTH:
        # Not by the skeleton "MMM": by it Babel 2.18 may name them in another language (its issue 1234).
        return str(get_month_names("abbreviated", locale=clocks.locale())[part.first.month])
    return str(format_skeleton("Md", part.first, locale=clocks.locale()))


def _by_reason(figures: Figures) -> Chart:
    found = sorted(((states.total(), reason) for reason, states in figures.by_reason("opened").items()), reverse=True)
    marks = [_reason_mark(figures, n, reason) for n, reason in found]
    labels = [str(DISPUTE_REASONS.get(reason, reason or "–")) for _n, reason in found]
    series = [Series(FIGURES[Figure.DISPUTES_OPENED], Tone.ACCENT, marks)]
    return Chart(_("Disputes opened, by reason"), _("Reason"), labels, series, Form.BARS)


def _reason_mark(figures: Figures, n: int, reason: str) -> Mark:
    return Mark(n, str(n), figures.address(Figured(Figure.DISPUTES_OPENED, figures.days, reason=reason or NO_REASON)))


def _opened(figures: Figures) -> Series:
    counts = figures.series(Figure.DISPUTES_OPENED)
    return Series(_("Disputes opened"), Tone.ACCENT, _marks(figures, Figure.DISPUTES_OPENED, counts))


def _ended(figures: Figures, state: DisputeState) -> Series:
    marks = _marks(figures, Figure.DISPUTES_CLOSED, figures.ends(state), outcome=state.value)
    return Series(state.label, END_TONES[state], marks)


def _marks(figures: Figures, figure: Figure, counts: Sequence[int], *, outcome: str = "") -> list[Mark]:
    return [
        Mark(n, str(n), figures.address(Figured(figure, part, outcome)) if n else "")
        for part, n in zip(figures.parts, counts, strict=True)
    ]


def _share(figures: Figures, figure: Figure, tone: Tone, whole: tuple[Figure, ...]) -> Series:
    parts = zip(figures.parts, figures.series(figure), *map(figures.series, whole), strict=True)
    return Series(FIGURES[figure], tone, [_share_mark(figures, figure, days, n, sum(of)) for days, n, *of in parts])


def _share_mark(figures: Figures, figure: Figure, days: Days, n: int, whole: int) -> Mark:
    address = figures.address(Figured(figure, days))
    if whole < FEWEST:
        return Mark(None, _("%(n)d of %(whole)d") % {"n": n, "whole": whole}, address if n else "")
    share = round(100 * n / whole)
    told = _("%(share)d %% (%(n)d of %(whole)d)") % {"share": share, "n": n, "whole": whole}
    return Mark(share, told, address)
