"""What the seller says to a claim, only as far as the record bears it out; and the drawing of the course."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.checklists import exhibit_kinds
from disputes.reasons import Reason
from evidence.bundling.arguing import OTHER, argue, facts_of, load_arguments
from evidence.bundling.cases import CaseDisruption, CaseFile, Money
from evidence.bundling.drawing import (
    LEFT,
    RIGHT,
    SIZE,
    Lane,
    Point,
    Scale,
    Sign,
    draw_timeline,
    place_labels,
    text_width,
)
from evidence.bundling.pages import SECTIONS, sections_of
from evidence.bundling.verify_lines import draw_qr, exhibits_digest, verify_line
from evidence.phrasing import load_phrases
from tests.cast import at
from tests.evidence import files
from tests.evidence.cases import case_of

NAMES = {lane: lane.value for lane in Lane}


@pytest.fixture
def case(tmp_path: Path) -> CaseFile:
    """Maria's case with a screenshot of the tracking."""
    dates = {"shipped": at("03-05 10:00"), "promised": at("05-04 10:00"), "opened": at("04-10 12:00")}
    return replace(case_of(tmp_path, {"a.png": files.encoded(files.picture(), "PNG")}), dates=dates)


def said(case: CaseFile) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each assertion with its exhibits and parts of the record."""
    return {one.key: (one.marks, one.sections) for one in argue(case, sections_of(case))}


def test_each_assertion_stands_with_its_proofs(case: CaseFile) -> None:
    assert said(case) == {
        "shipped": (("A-1",), ("tracking", "timeline")),
        "moving": (("A-1",), ("tracking",)),
        "promise_running": ((), ("timeline",)),
        "told": ((), ("messages",)),
        "offered": ((), ("cover",)),
    }


def test_nothing_is_said_that_the_record_does_not_bear_out(case: CaseFile) -> None:
    late = replace(case, dates=case.dates | {"promised": at("04-01 10:00")}, tracking=(), messages=(), offers=())
    assert set(said(late)) == {"shipped"}


def test_a_disruption_explains_the_delay(case: CaseFile) -> None:
    held = CaseDisruption(at("03-25 00:00"), None, "customs_strike", "", "BR", "", "")
    assert said(replace(case, disruptions=(held,)))["held_up"] == ((), ("disruptions",))


def test_an_offer_of_nothing_is_a_refusal_and_no_offer(case: CaseFile) -> None:
    nothing = replace(case.offers[0], amount=Money(Decimal(0), "USD"))
    assert "offered" not in said(replace(case, offers=(nothing,)))
    assert "offered" in said(replace(case, offers=(*case.offers, nothing)))


def test_who_gave_in_says_nothing(case: CaseFile) -> None:
    assert said(replace(case, position="accepted")) == {}


def test_the_table_knows_every_reason_fact_kind_and_section() -> None:
    table = load_arguments()
    assert {*table["claims"]} - {OTHER} == {*Reason} - {Reason.VIRTUAL_GOODS}
    assert {key for keys in table["claims"].values() for key in keys} == {*table["assertions"]}
    assert all(load_phrases("en")["positions"][rule] for rule in table["positions"])
    kinds = {kind for one in table["assertions"].values() for kind in one.get("kinds", [])}
    assert kinds <= {*exhibit_kinds(), "disruption_notice"}
    assert {name for one in table["assertions"].values() for name in one.get("sections", [])} <= {*SECTIONS}


def test_the_facts_of_the_table_are_those_that_are_looked_at(case: CaseFile) -> None:
    wanted = {fact for one in load_arguments()["assertions"].values() for fact in one.get("when", [])}
    everything = replace(
        case,
        dates=case.dates | {"delivered": at("05-01 10:00")},
        disruptions=(CaseDisruption(at("03-25 00:00"), None, "snow", "", "", "", ""),),
        claim=replace(case.claim, customs_cause="duty_unpaid"),
        exhibits=(replace(case.exhibits[0], kind="listing_snapshot"),),
    )
    assert wanted == facts_of(everything)


def test_the_verify_line_names_the_exhibits_by_one_hash(case: CaseFile) -> None:
    digest = exhibits_digest([("A-1", case.exhibits[0].sha256)])
    line = verify_line(case)
    assert line.endswith(f"recorded_until=2026-04-18T10:00:00Z exhibits=1 sha256={digest}")
    assert draw_qr(line) == draw_qr(verify_line(case))
    assert draw_qr(line) != draw_qr(line.replace("dispute=1", "dispute=2"))


# --- the drawing ------------------------------------------------------------------------------------------------------
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))
POINTS = st.builds(
    Point, INSTANTS, st.sampled_from(Lane), st.sampled_from(Sign), st.sampled_from(["", "shipped 03-05", "海关查验"])
)


@given(st.lists(POINTS, min_size=1, max_size=40))
def test_labels_never_cover_each_other_and_stay_on_the_page(points: list[Point]) -> None:
    scale = Scale.over([point.at for point in points])
    labels = list(place_labels([point for point in points if point.label], scale))
    for one, other in combinations(labels, 2):
        left, right = sorted((one, other), key=lambda label: label.start)
        assert one.row != other.row or left.start + text_width(left.point.label, SIZE) <= right.start
    assert all(0 <= label.start <= 1000 - text_width(label.point.label, SIZE) for label in labels)
    assert all(LEFT <= scale.x(point.at) <= RIGHT for point in points)


@given(st.lists(POINTS, min_size=1, max_size=10))
def test_the_same_points_are_the_same_drawing(points: list[Point]) -> None:
    assert draw_timeline(points, NAMES, "UTC") == draw_timeline(points, NAMES, "UTC")


def test_words_in_a_drawing_are_data() -> None:
    point = Point(datetime(2026, 1, 1), Lane.ORDER, Sign.FACT, "<script>&")
    assert "&lt;script&gt;&amp;" in draw_timeline([point], NAMES, "UTC")
    assert draw_timeline([], NAMES, "UTC") == ""


@pytest.mark.parametrize("days", [0, 1, 30, 400, 4000])
def test_a_scale_has_some_dates_and_not_too_many(days: int) -> None:
    start = datetime(2026, 1, 1, 12)
    assert 1 <= len(list(Scale.over([start, start + timedelta(days=days)]).marks())) <= 13
