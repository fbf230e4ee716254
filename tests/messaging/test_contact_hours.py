"""When a message may leave: in the contact hours on the buyer's own clock, over changes of that clock too."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.contact_hours import next_window

NINE, TWENTY = time(9), time(20)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    "America/Sao_Paulo", "America/Noronha", "America/New_York", "America/St_Johns", "America/Santiago",
    "Asia/Shanghai", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Lisbon", "Pacific/Apia",
    "Africa/Casablanca",
]  # fmt: skip
INSTANTS = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


def local(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((2026, 3, 12, 9, 0), (2026, 3, 12, 9, 0)),
        ((2026, 3, 12, 19, 59, 59), (2026, 3, 12, 19, 59, 59)),
        ((2026, 3, 12, 20, 0), (2026, 3, 13, 9, 0)),
        ((2026, 3, 12, 8, 59, 59), (2026, 3, 12, 9, 0)),
        ((2026, 3, 12, 23, 30), (2026, 3, 13, 9, 0)),
        ((2026, 12, 31, 21, 0), (2027, 1, 1, 9, 0)),
    ],
)
def test_a_message_leaves_at_once_or_at_the_next_opening(at: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert next_window(local(SAO_PAULO, *at), SAO_PAULO, opens=NINE, closes=TWENTY) == local(SAO_PAULO, *expected)


def test_the_answer_is_in_utc_when_the_question_is_not() -> None:
    asked = datetime(2026, 3, 12, 12, tzinfo=SAO_PAULO)
    assert next_window(asked, SAO_PAULO, opens=NINE, closes=TWENTY).tzinfo is UTC


def test_the_night_is_an_hour_shorter_when_clocks_go_forward() -> None:
    evening = local(NEW_YORK, 2026, 3, 7, 20)
    opening = next_window(evening, NEW_YORK, opens=NINE, closes=TWENTY)
    assert opening - evening == timedelta(hours=12)


def test_the_window_opens_right_after_the_gap_when_its_start_does_not_exist() -> None:
    opening = next_window(local(NEW_YORK, 2026, 3, 8, 1), NEW_YORK, opens=time(2, 30), closes=TWENTY)
    assert opening == local(NEW_YORK, 2026, 3, 8, 3)


def test_the_window_opens_a_second_time_when_clocks_go_back_over_its_start() -> None:
    before = local(NEW_YORK, 2026, 11, 1, 1, 10, fold=1)
    opening = next_window(before, NEW_YORK, opens=time(1, 30), closes=TWENTY)
    assert opening == local(NEW_YORK, 2026, 11, 1, 1, 30, fold=1)


def test_a_day_that_a_zone_left_out_has_no_window() -> None:
    apia = ZoneInfo("Pacific/Apia")
    opening = next_window(local(apia, 2011, 12, 29, 21), apia, opens=NINE, closes=TWENTY)
    assert opening == local(apia, 2011, 12, 31, 9)


@pytest.mark.parametrize("closes", [time(9), time(8)])
def test_hours_that_never_open_are_refused(closes: time) -> None:
    with pytest.raises(ValueError, match="the end must come after the start"):
        next_window(datetime(2026, 3, 12, tzinfo=UTC), SAO_PAULO, opens=NINE, closes=closes)


@given(INSTANTS, st.sampled_from(ZONES), st.integers(0, 20), st.integers(3, 12))
def test_the_answer_is_in_the_window_and_no_more_than_a_day_away(
    instant: datetime, name: str, opens: int, hours: int
) -> None:
    zone, start, end = ZoneInfo(name), time(opens), time(min(opens + hours, 23), 59)
    answer = next_window(instant, zone, opens=start, closes=end)
    assert start <= answer.astimezone(zone).time() < end
    # A night may be an hour longer where clocks go back.
    assert instant <= answer <= instant + timedelta(hours=25)
    assert next_window(answer, zone, opens=start, closes=end) == answer
