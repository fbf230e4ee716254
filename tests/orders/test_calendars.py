"""Which days count: Brazilian banking days (P6), Chinese working days (S5), and the arithmetic over them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.calendars import (
    CALENDARS,
    Calendar,
    add_counting_days,
    is_brazil_banking_day,
    is_china_working_day,
    is_provisional,
    next_counting_day,
)

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
SHANGHAI = ZoneInfo("Asia/Shanghai")

BANKS_CLOSED = {
    "Carnival Monday": date(2026, 2, 16),
    "Carnival Tuesday": date(2026, 2, 17),
    "Good Friday": date(2026, 4, 3),
    "Tiradentes": date(2026, 4, 21),
    "Labour Day": date(2026, 5, 1),
    "Corpus Christi": date(2026, 6, 4),
    "Independence": date(2026, 9, 7),
    "Black Awareness since 2024": date(2024, 11, 20),
    "Christmas": date(2026, 12, 25),
    "New Year": date(2027, 1, 1),
    "a Saturday": date(2026, 3, 7),
    "a Sunday": date(2026, 3, 8),
    "Carnival Monday of 2027": date(2027, 2, 8),
    "Corpus Christi of 2027": date(2027, 5, 27),
}
BANKS_OPEN = {
    "Ash Wednesday": date(2026, 2, 18),
    "the Friday after Corpus Christi": date(2026, 6, 5),
    "the bridge before Tiradentes": date(2026, 4, 20),
    "Public Servant's Day": date(2026, 10, 28),
    "Christmas Eve": date(2026, 12, 24),
    "New Year's Eve": date(2026, 12, 31),
    "20 November before the law": date(2023, 11, 20),
    "an ordinary Monday": date(2026, 3, 9),
}
CHINA_WORKS = {
    "the make-up Saturday before Spring Festival": date(2026, 2, 14),
    "the make-up Saturday after Spring Festival": date(2026, 2, 28),
    "the make-up Sunday of New Year": date(2026, 1, 4),
    "the make-up Sunday before National Day": date(2026, 9, 20),
    "the make-up Saturday after National Day": date(2026, 10, 10),
    "the day after the National week": date(2026, 10, 8),
    "an ordinary Friday": date(2026, 3, 6),
}
CHINA_RESTS = {
    "the Friday of New Year": date(2026, 1, 2),
    "the last day of Spring Festival": date(2026, 2, 23),
    "the Sunday between": date(2026, 2, 15),
    "an ordinary Saturday": date(2026, 3, 7),
    **{f"{day} October": date(2026, 10, day) for day in range(1, 8)},
}

calendars = st.sampled_from(Calendar)
# China's holidays are known to the library for these years; Brazil kept summer time until 2019.
instants = st.datetimes(datetime(2015, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize("day", BANKS_CLOSED.values(), ids=BANKS_CLOSED.keys())
def test_a_bank_in_brazil_is_closed(day: date) -> None:
    assert not is_brazil_banking_day(day)


@pytest.mark.parametrize("day", BANKS_OPEN.values(), ids=BANKS_OPEN.keys())
def test_a_bank_in_brazil_is_open(day: date) -> None:
    assert is_brazil_banking_day(day)


@pytest.mark.parametrize("day", CHINA_WORKS.values(), ids=CHINA_WORKS.keys())
def test_china_works(day: date) -> None:
    assert is_china_working_day(day)


@pytest.mark.parametrize("day", CHINA_RESTS.values(), ids=CHINA_RESTS.keys())
def test_china_rests(day: date) -> None:
    assert not is_china_working_day(day)


def test_a_chinese_year_is_provisional_when_its_make_up_days_are_not_announced() -> None:
    assert not is_provisional(date(2026, 12, 31))
    assert is_provisional(date(2027, 1, 1))


def test_an_instant_stays_when_its_local_date_counts() -> None:
    instant = datetime(2026, 3, 9, 12, 34, 56, 789, tzinfo=UTC)
    assert next_counting_day(instant, Calendar.BRAZIL_BANKING) == instant


def test_a_saturday_moves_to_monday_at_the_same_local_time() -> None:
    saturday = datetime(2026, 3, 7, 22, 15, tzinfo=SAO_PAULO)
    monday = datetime(2026, 3, 9, 22, 15, tzinfo=SAO_PAULO)
    assert next_counting_day(saturday, Calendar.BRAZIL_BANKING) == monday


def test_carnival_saturday_moves_to_ash_wednesday() -> None:
    assert next_counting_day(datetime(2026, 2, 14, 15, tzinfo=UTC), Calendar.BRAZIL_BANKING) == datetime(
        2026, 2, 18, 15, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("instant", "moved"),
    [
        # In São Paulo it is still Friday, 23:59; a minute later it is Saturday there.
        (datetime(2026, 3, 7, 2, 59, tzinfo=UTC), datetime(2026, 3, 7, 2, 59, tzinfo=UTC)),
        (datetime(2026, 3, 7, 3, 0, tzinfo=UTC), datetime(2026, 3, 9, 3, 0, tzinfo=UTC)),
        # In São Paulo it is still Sunday, 23:59, though UTC says Monday.
        (datetime(2026, 3, 9, 2, 59, tzinfo=UTC), datetime(2026, 3, 10, 2, 59, tzinfo=UTC)),
    ],
)
def test_the_date_is_read_in_sao_paulo(instant: datetime, moved: datetime) -> None:
    assert next_counting_day(instant, Calendar.BRAZIL_BANKING) == moved


@pytest.mark.parametrize(
    ("instant", "days", "end"),
    [
        # Thursday 23:59 in Shanghai: the first day is Friday. A minute later it is Friday there: Monday.
        (datetime(2026, 3, 5, 15, 59, tzinfo=UTC), 1, datetime(2026, 3, 6, 15, 59, tzinfo=UTC)),
        (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), 1, datetime(2026, 3, 8, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_date_is_read_in_shanghai(instant: datetime, days: int, end: datetime) -> None:
    assert add_counting_days(instant, days, Calendar.CHINA_WORKING) == end


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 3, 2), date(2026, 3, 9)),  # Monday to Monday
        (date(2026, 3, 7), date(2026, 3, 13)),  # from a Saturday: Monday is the first
        (date(2026, 2, 13), date(2026, 2, 27)),  # over Spring Festival: 14, 24, 25, 26, 27
        (date(2026, 9, 30), date(2026, 10, 13)),  # over the National week: 8, 9, 10, 12, 13
    ],
)
def test_five_working_days_are_counted_from_the_day_after(start: date, end: date) -> None:
    shipped_at = datetime(start.year, start.month, start.day, 18, 30, tzinfo=SHANGHAI)
    assert add_counting_days(shipped_at, 5, Calendar.CHINA_WORKING) == datetime(
        end.year, end.month, end.day, 18, 30, tzinfo=SHANGHAI
    )


def test_no_days_leave_the_instant_where_it_is() -> None:
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert add_counting_days(saturday, 0, Calendar.CHINA_WORKING) == saturday


def test_the_local_time_is_kept_when_summer_time_ends_between() -> None:
    friday = datetime(2019, 2, 15, 12, tzinfo=SAO_PAULO)  # clocks went back on Saturday night
    moved = add_counting_days(friday, 1, Calendar.BRAZIL_BANKING)
    assert moved == datetime(2019, 2, 18, 12, tzinfo=SAO_PAULO)
    assert moved - friday == timedelta(days=3, hours=1)


@given(instants, calendars)
def test_the_next_counting_day_counts_and_is_the_first_one(instant: datetime, calendar: Calendar) -> None:
    zone, counts = CALENDARS[calendar]
    start, end = instant.astimezone(zone), next_counting_day(instant, calendar).astimezone(zone)
    skipped = [start.date() + timedelta(days=day) for day in range((end.date() - start.date()).days)]
    assert counts(end.date())
    assert not any(counts(day) for day in skipped)


@given(instants, calendars)
def test_the_next_counting_day_is_its_own_next_one(instant: datetime, calendar: Calendar) -> None:
    moved = next_counting_day(instant, calendar)
    assert next_counting_day(moved, calendar) == moved


@given(instants, st.integers(1, 30), calendars)
def test_as_many_days_count_as_were_added(instant: datetime, days: int, calendar: Calendar) -> None:
    zone, counts = CALENDARS[calendar]
    start = instant.astimezone(zone).date()
    end = add_counting_days(instant, days, calendar).astimezone(zone).date()
    between = [start + timedelta(days=day) for day in range(1, (end - start).days + 1)]
    assert counts(end)
    assert sum(counts(day) for day in between) == days


@given(instants, st.integers(0, 15), st.integers(0, 15))
def test_adding_days_twice_is_adding_their_sum(instant: datetime, first: int, second: int) -> None:
    china = Calendar.CHINA_WORKING  # without summer time since 1991
    twice = add_counting_days(add_counting_days(instant, first, china), second, china)
    assert twice == add_counting_days(instant, first + second, china)


@given(instants, st.integers(1, 30))
def test_the_local_time_of_day_is_kept(instant: datetime, days: int) -> None:
    end = add_counting_days(instant, days, Calendar.CHINA_WORKING)
    assert end.astimezone(SHANGHAI).time() == instant.astimezone(SHANGHAI).time()
    assert end.tzinfo is not None
    assert end.utcoffset() == timedelta(0)
