"""The order's course as a drawing: one line of time, three rows of signs, told apart by their form and not by colour.

Everything is placed by numbers worked out here, so that the same case draws the same picture. Text stays text.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from html import escape

WIDTH = 1000.0  # units, over the whole width of the text: 0.176 mm each
LEFT, RIGHT = 118.0, 985.0  # between which the time runs
FONT = "Noto Sans, Noto Sans Arabic, Noto Sans CJK TC"
SIZE, SMALL = 16.0, 14.0  # of letters: 8 and 7 points
LETTER, WIDE_LETTER = 0.58, 1.0  # how wide a letter is, as a part of its size
ROW = 23.0  # from one row of labels to the next
MOST_ROWS = 9
DARK, MIDDLE, PALE = "#1a2330", "#66758a", "#c3cedd"
STEPS = (1, 2, 5, 7, 14, 28, 56, 91, 182, 365)  # days between the marks of the scale
MOST_MARKS = 12


class Lane(StrEnum):
    """The rows of the drawing, from top to bottom."""

    ORDER = "order"
    CARRIER = "carrier"
    CONTACT = "contact"


class Sign(StrEnum):
    """What a point is drawn as."""

    FACT = "fact"  # a full circle
    LIMIT = "limit"  # a dashed line through all rows
    SCAN = "scan"  # a bar
    VOID = "void"  # an open bar: what was taken back
    OURS = "ours"  # a triangle upwards
    THEIRS = "theirs"  # a triangle downwards


@dataclass(frozen=True, slots=True)
class Point:
    """Something to draw; `at` is on the clock that the drawing is in, a label is optional."""

    at: datetime
    lane: Lane
    sign: Sign
    label: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A label in its row: row 0 is the lowest."""

    point: Point
    x: float
    start: float
    row: int


def draw_timeline(points: Sequence[Point], names: dict[Lane, str], clock: str) -> str:
    """The drawing as SVG; `names` are the rows', `clock` says whose time it is. Empty where nothing is to be drawn."""
    if not points:
        return ""
    scale = Scale.over([point.at for point in points])
    labels = list(place_labels([point for point in points if point.label], scale))
    top = 12 + (max((label.row for label in labels), default=-1) + 1) * ROW
    base = {lane: top + 26 + 44 * number for number, lane in enumerate(Lane)}
    bottom = base[Lane.CONTACT] + 30
    parts = [
        *_frame(scale, names, base, top, bottom, clock),
        *(_leader(label, top, base) for label in labels),
        *(_sign(point, scale.x(point.at), base, top, bottom) for point in points),
        *(_label(label, top) for label in labels),
    ]
    height = bottom + 48
    return f'<svg viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img">{"".join(parts)}</svg>'


@dataclass(frozen=True, slots=True)
class Scale:
    """Where an instant lies between left and right."""

    start: datetime
    end: datetime

    @classmethod
    def over(cls, instants: Sequence[datetime]) -> "Scale":
        """One that has room for all of these, and a day at least."""
        first, last = min(instants), max(instants)
        spare = max((last - first) / 40, timedelta(hours=12))
        return cls(first - spare, last + spare)

    def x(self, at: datetime) -> float:
        """The place of an instant."""
        return LEFT + (RIGHT - LEFT) * ((at - self.start) / (self.end - self.start))

    def marks(self) -> Iterator[datetime]:
        """Midnights, so many days apart that their dates have room."""
        days = (self.end - self.start).days + 1
        step = next((step for step in STEPS if days / step <= MOST_MARKS), days // MOST_MARKS + 1)
        at = self.start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        while at <= self.end:
            yield at
            at += timedelta(days=step)


def text_width(text: str, size: float) -> float:
    """About how wide a line is; wide letters are those of Chinese, Japanese and Korean."""
    return sum(WIDE_LETTER if unicodedata.east_asian_width(letter) in "WF" else LETTER for letter in text) * size


def place_labels(points: Iterable[Point], scale: Scale) -> Iterator[Label]:
    """Each label in the lowest row where it has room; where no row has any, the point stays without one."""
    ends: list[list[tuple[float, float]]] = [[] for _row in range(MOST_ROWS)]
    for point in sorted(points, key=lambda point: point.at):
        x, width = scale.x(point.at), text_width(point.label, SIZE) + 10
        start = min(max(x - width / 2, 2), WIDTH - width - 2)
        row = next((row for row, taken in enumerate(ends) if not _overlaps(taken, start, start + width)), None)
        if row is not None:
            ends[row].append((start, start + width))
            yield Label(point, x, start + 5, row)


def _overlaps(taken: list[tuple[float, float]], start: float, end: float) -> bool:
    return any(start < other_end and end > other_start for other_start, other_end in taken)


def _frame(
    scale: Scale, names: dict[Lane, str], base: dict[Lane, float], top: float, bottom: float, clock: str
) -> Iterator[str]:
    for lane, y in base.items():
        yield _line(LEFT, y, RIGHT, y, PALE, 1.2)
        yield _text(2, y + 5, names[lane], SMALL, MIDDLE)
    yield _line(LEFT, bottom, RIGHT, bottom, DARK, 1.4)
    last_year = 0
    for at in scale.marks():
        x = scale.x(at)
        yield _line(x, bottom, x, bottom + 6, DARK, 1.2)
        date = f"{at:%m-%d}" if at.year == last_year else f"{at:%Y-%m-%d}"
        last_year = at.year
        yield _text(x, bottom + 21, date, SMALL, DARK, anchor="middle")
    yield _text(RIGHT, bottom + 41, clock, SMALL, MIDDLE, anchor="end")


def _leader(label: Label, top: float, base: dict[Lane, float]) -> str:
    y = _row_y(label.row, top)
    return _line(label.x, y + 4, label.x, base[label.point.lane], MIDDLE, 0.7)


def _label(label: Label, top: float) -> str:
    y, width = _row_y(label.row, top), text_width(label.point.label, SIZE)
    ground = f'<rect x="{label.start - 2:.1f}" y="{y - 15:.1f}" width="{width + 4:.1f}" height="20" fill="#fff"/>'
    return ground + _text(label.start, y, label.point.label, SIZE, DARK)


def _row_y(row: int, top: float) -> float:
    return top - 6 - row * ROW


def draw_sign(sign: Sign) -> str:
    """One sign alone, for the legend: an SVG of 24 by 24 units."""
    alone = Point(datetime(2000, 1, 1, tzinfo=UTC), Lane.ORDER, sign)
    return f'<svg viewBox="0 0 24 24">{_sign(alone, 12, {Lane.ORDER: 12}, 1, 23)}</svg>'


def _sign(point: Point, x: float, base: dict[Lane, float], top: float, bottom: float) -> str:
    y = base[point.lane]
    match point.sign:
        case Sign.LIMIT:
            return _line(x, top, x, bottom, DARK, 1.6, dashes="7 5")
        case Sign.FACT:
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" fill="{DARK}"/>'
        case Sign.SCAN:
            return f'<rect x="{x - 2:.1f}" y="{y - 9:.1f}" width="4" height="18" fill="{DARK}"/>'
        case Sign.VOID:
            ink = f'fill="#fff" stroke="{MIDDLE}" stroke-width="1.2"'
            return f'<rect x="{x - 2.5:.1f}" y="{y - 9:.1f}" width="5" height="18" {ink}/>'
    tip, foot = (y - 9, y + 7) if point.sign is Sign.OURS else (y + 9, y - 7)
    fill = DARK if point.sign is Sign.OURS else "#fff"
    shape = f"M{x - 8:.1f} {foot:.1f}L{x:.1f} {tip:.1f}L{x + 8:.1f} {foot:.1f}Z"
    return f'<path d="{shape}" fill="{fill}" stroke="{DARK}" stroke-width="1.4"/>'


def _line(x1: float, y1: float, x2: float, y2: float, ink: str, width: float, *, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    where = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {where} stroke="{ink}" stroke-width="{width}"{dashed}/>'


def _text(x: float, y: float, text: str, size: float, ink: str, *, anchor: str = "start") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} font-family="{FONT}" font-size="{size:.0f}" fill="{ink}">{escape(text)}</text>'
