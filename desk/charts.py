"""Small charts that the server draws as SVG: what is counted, and where each mark of it stands in the picture.

A page makes a `Chart` and includes `desk/charts/chart.html` with it. The picture is for the eye and the mouse; beneath
it the same numbers with the same links stand in a table, which is what a keyboard and a screen reader use.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from babel.numbers import format_compact_decimal
from django.utils.functional import Promise

from desk import clocks

Words = str | Promise

WIDTH, HEIGHT = 360, 180  # of the picture, in its own units: one of them is a pixel on a phone
LEFT, RIGHT, TOP, BOTTOM = 44, 4, 10, 22  # what the words at the edges need, at the left at least
PLOT_HEIGHT = HEIGHT - TOP - BOTTOM
LETTER = 6.5  # the width of a letter of a label; Chinese ones are about twice as wide
DIGIT, GAP = 8, 4  # the width of a digit in the widest of the page's fonts; what is between a number and its line
BAR = 1000  # units of the length of a lying bar


class Tone(StrEnum):
    """A colour by what it means; each has one for light and one for dark."""

    ACCENT = "accent"
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    QUIET = "quiet"


class Form(StrEnum):
    """How a chart is drawn."""

    COLUMNS = "columns"  # over time, the series upon each other
    LINES = "lines"  # over time, with gaps where a value is not known
    BARS = "bars"  # by kind, the series one after another, in the table itself


@dataclass(frozen=True, slots=True)
class Mark:
    """One value, in words too, and where a click leads; None is a value that is not known, and no nought."""

    value: float | None
    told: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one kind, one for each label of the chart."""

    name: Words
    tone: Tone
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid, or a label below; positions are written for SVG, in no reader's language."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A mark as it is drawn: a rectangle, or a point at the middle of its upper edge."""

    x: str
    y: str
    width: str
    height: str
    tone: Tone
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Path:
    """A piece of a line without a gap."""

    points: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class TableRow:
    """A label with its values, and the bar that they make."""

    label: str
    marks: list[Mark]
    bar: list[Shape]


@dataclass(frozen=True)
class Chart:
    """What is counted: `labels` are the days or kinds, `unit` stands behind the numbers of the axis, `note` below all.

    `head` is what the labels are. `most` fixes the upper end of the axis, as 100 does for shares.
    """

    title: Words
    head: Words
    labels: Sequence[str]
    series: Sequence[Series]
    form: Form = Form.COLUMNS
    unit: str = ""
    note: Words = ""
    most: float | None = None

    @property
    def template(self) -> str:
        """What draws it."""
        return f"desk/charts/{self.form}.html"

    @property
    def is_empty(self) -> bool:
        """Whether all values are nought, or not known and lead nowhere either."""
        marks = [mark for series in self.series for mark in series.marks]
        return not any(mark.url if mark.value is None else mark.value for mark in marks)

    @property
    def is_undrawn(self) -> bool:
        """Whether there is something, and too little of it everywhere for a line: only the table tells it."""
        return self.form is Form.LINES and not self.points and not self.is_empty

    @property
    def has_legend(self) -> bool:
        """Whether the colours have to be told apart."""
        return len(self.series) > 1

    @cached_property
    def top(self) -> float:
        """The value at the upper end of the axis."""
        highest = self.most or max(self._heights(), default=0) or 1
        return highest if self.form is Form.BARS else round_up(highest)

    def _heights(self) -> list[float]:
        values = [[mark.value or 0 for mark in series.marks] for series in self.series]
        if self.form is Form.LINES:
            return [value for row in values for value in row]
        return [sum(column) for column in zip(*values, strict=True)]

    @property
    def ticks(self) -> list[Tick]:
        """The grid's lines: nothing, half, all."""
        return [Tick(_write(_height(part)), self._number(self.top * part)) for part in (0, 0.5, 1)]

    @cached_property
    def left(self) -> int:
        """Where the plot begins: behind the longest number of the axis, such as "100 mil"."""
        return max(LEFT, GAP + DIGIT * max(count_letters(tick.label) for tick in self.ticks))

    @property
    def numbers_end(self) -> int:
        """Where the numbers of the axis end."""
        return self.left - GAP

    @property
    def _plot_width(self) -> int:
        return WIDTH - self.left - RIGHT

    def _number(self, value: float) -> str:
        number = format_compact_decimal(value, locale=clocks.locale(), fraction_digits=1)
        return f"{number}{self.unit}"

    @property
    def shown_labels(self) -> list[Tick]:
        """As many labels as have room."""
        room = max(1, int(self._plot_width / (LETTER * (max(map(count_letters, self.labels), default=1) + 1))))
        step = math.ceil(len(self.labels) / room)
        return [
            Tick(_write(self._middle(place)), self.labels[place]) for place in range(0, len(self.labels), step or 1)
        ]

    @property
    def _pitch(self) -> float:
        return self._plot_width / max(len(self.labels), 1)

    def _middle(self, place: int) -> float:
        return self.left + self._pitch * (place + 0.5)

    @property
    def columns(self) -> list[Shape]:
        """The rectangles, from the foot of each column up."""
        return [shape for place in range(len(self.labels)) for shape in self._column(place)]

    def _column(self, place: int) -> Iterator[Shape]:
        marks = [series.marks[place] for series in self.series]
        ends = list(accumulate((mark.value or 0 for mark in marks), initial=0.0))
        width = min(self._pitch * 0.78, 40)
        for series, mark, start, end in zip(self.series, marks, ends, ends[1:], strict=False):
            if end > start:
                upper, lower = _height(end / self.top), _height(start / self.top)
                x = _write(self._middle(place) - width / 2)
                tall = _write(max(lower - upper, 1))
                yield self._shape(series, mark, place, x=x, y=_write(upper), width=_write(width), height=tall)

    @property
    def points(self) -> list[Shape]:
        """The points of all lines."""
        return [
            self._shape(series, mark, place, x=_write(self._middle(place)), y=_write(_height(mark.value / self.top)))
            for series in self.series
            for place, mark in enumerate(series.marks)
            if mark.value is not None
        ]

    @property
    def paths(self) -> list[Path]:
        """The lines between points that follow each other."""
        return [Path(" ".join(run), series.tone) for series in self.series for run in self._runs(series)]

    def _runs(self, series: Series) -> Iterator[list[str]]:
        run: list[str] = []
        for place, mark in enumerate(series.marks):
            if mark.value is None:
                yield run
                run = []
            else:
                run.append(f"{_write(self._middle(place))},{_write(_height(mark.value / self.top))}")
        yield run

    def _shape(
        self, series: Series, mark: Mark, place: int, *, x: str, y: str = "0", width: str = "0", height: str = "0"
    ) -> Shape:
        named = [self.labels[place], str(series.name)] if self.has_legend else [self.labels[place]]
        return Shape(x, y, width, height, series.tone, f"{', '.join(named)}: {mark.told}", mark.url)

    @property
    def rows(self) -> list[TableRow]:
        """The table: one row for each label."""
        return [
            TableRow(label, [series.marks[place] for series in self.series], list(self._lying(place)))
            for place, label in enumerate(self.labels)
        ]

    def _lying(self, place: int) -> Iterator[Shape]:
        ends = list(accumulate((series.marks[place].value or 0 for series in self.series), initial=0.0))
        for series, start, end in zip(self.series, ends, ends[1:], strict=False):
            x, width = _write(BAR * start / self.top), _write(BAR * (end - start) / self.top)
            yield self._shape(series, series.marks[place], place, x=x, width=width, height="10")


def round_up(value: float) -> float:
    """The next of 2, 4, 6, 8 or 10 times a power of ten: an end of an axis that can be read, halved too."""
    if value <= 2:
        return 2
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 4, 6, 8, 10) if value <= power * step)


def _height(part: float) -> float:
    return TOP + PLOT_HEIGHT * (1 - min(part, 1))


def _write(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def count_letters(label: str) -> int:
    """The width of a label in Latin letters: a Chinese one takes two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in label)
