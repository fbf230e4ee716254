"""The charts: where their marks stand, what they say, and that their table says the same."""

import re
from datetime import date

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from desk.charts import Chart, Form, Mark, Series, Tone, round_up
from desk.selectors.figure_charts import part_label
from disputes.days import Days

WEEKS = ["2 Mar", "9 Mar", "16 Mar"]


def series(name: str, *values: float | None, tone: Tone = Tone.ACCENT) -> Series:
    return Series(name, tone, [_mark(name, place, value) for place, value in enumerate(values)])


def _mark(name: str, place: int, value: float | None) -> Mark:
    return Mark(value, "–" if value is None else f"{value:g}", "" if value is None else f"/orders/?f={name}&w={place}")


def chart(*rows: Series, form: Form = Form.COLUMNS) -> Chart:
    return Chart("Disputes", "week", WEEKS, rows, form)


def drawn(what: Chart) -> str:
    with override("pt-br"):  # writes 1,5 for 1.5: nothing of that may reach a coordinate
        return render_to_string("desk/charts/chart.html", {"chart": what})


@pytest.mark.parametrize(("value", "top"), [(0, 2), (1, 2), (3, 4), (5, 6), (9, 10), (41, 60), (400, 400), (401, 600)])
def test_the_axis_ends_at_a_round_number_above_the_highest_value(value: float, top: float) -> None:
    assert round_up(value) == top


@pytest.mark.parametrize(("language", "value"), [("pt-br", 150_000), ("zh-hans", 15_000_000), ("en", 150_000_000)])
def test_the_longest_number_of_the_axis_has_room_beside_the_plot(language: str, value: float) -> None:
    with override(language):
        wide = chart(series("booked", value, 0, 0))
        longest = max(len(tick.label) for tick in wide.ticks)
        (first,) = wide.columns
        page = render_to_string("desk/charts/chart.html", {"chart": wide})
    assert wide.numbers_end >= 8 * longest  # the widest digit at the labels' size
    assert f'class="tick" x="{wide.numbers_end}"' in page
    assert float(first.x) > wide.left > wide.numbers_end


def test_columns_stand_upon_each_other_and_fill_the_plot_by_their_share() -> None:
    lower, upper = chart(series("won", 3, 0, 0), series("lost", 1, 0, 0, tone=Tone.BAD)).columns
    assert float(lower.y) == float(upper.y) + float(upper.height)
    assert float(lower.height) == pytest.approx(3 * float(upper.height), abs=0.2)
    assert upper.y == "10"  # four of four: at the upper edge


def test_a_value_that_is_not_known_is_a_gap_in_the_line_and_no_nought() -> None:
    rate = chart(series("rate", 40, None, 60), form=Form.LINES)
    assert [len(path.points.split()) for path in rate.paths] == [1, 1]
    assert len(rate.points) == 2


def test_every_mark_and_every_number_of_the_table_leads_to_the_same_orders() -> None:
    page = drawn(chart(series("won", 3, 2, 5), series("lost", 1, 4, 2)))
    picture, table = page.split('<details class="as-table">')
    links = [set(re.findall(r'href="(/orders/[^"]+)"', part)) for part in (picture, table)]
    assert links[0] == links[1]
    assert len(links[0]) == 6


@pytest.mark.parametrize("form", Form)
def test_coordinates_are_written_for_svg_in_every_language(form: Form) -> None:
    page = drawn(chart(series("won", 3.5, 1200.25, 7), form=form))
    places = re.findall(r' (?:x|y|x1|y1|cx|cy|width|height|points)="([^"]*)"', page)
    assert places
    assert all(re.fullmatch(r"[\d. ,-]+", place) for place in places)
    assert not any(re.search(r"\d,\d+,", place) for place in places)


def test_a_chart_has_neither_styles_nor_scripts() -> None:
    page = drawn(chart(series("won", 3, 2, 5), form=Form.BARS))
    assert "style=" not in page
    assert "<script" not in page
    assert "onclick" not in page


def test_a_chart_without_a_value_says_so() -> None:
    assert "<svg" not in drawn(chart(series("won", 0, 0, 0)))


def test_labels_are_thinned_out_where_they_have_no_room() -> None:
    many = Chart("Orders", "day", [f"{day} March" for day in range(1, 31)], [series("won", *range(30))])
    assert 1 < len(many.shown_labels) < 8


def test_the_longest_lying_bar_fills_its_row() -> None:
    rows = chart(series("won", 1, 3, 0), form=Form.BARS).rows
    assert [shape.width for row in rows for shape in row.bar] == ["333.3", "1000", "0"]


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "12月"), ("pt-br", "dez."), ("en", "Dec")])
def test_a_month_is_named_in_the_readers_language_whoever_read_before(language: str, name: str) -> None:
    december = Days(date(2025, 12, 1), date(2025, 12, 31))
    with override("zh-hans"):
        assert part_label(december) == "12月"
    with override(language):
        assert part_label(december) == name
