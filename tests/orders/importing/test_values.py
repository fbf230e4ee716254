"""Dates, codes, counts and the other single values of a cell."""

import contextlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orders.importing.values import (
    InstantReader,
    check_date_format,
    clean,
    count_reader,
    parse_code,
    parse_email,
    parse_language,
    parse_timezone,
    text_reader,
)

SHANGHAI = InstantReader(ZoneInfo("Asia/Shanghai"))
SAO_PAULO = InstantReader(ZoneInfo("America/Sao_Paulo"))
UTC_READER = InstantReader(UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2018-01-02 10:11:12",
        "2018-01-02T10:11:12",
        "2018/01/02 10:11:12",
        "2018/1/2 10:11:12",
        "2018.01.02 10:11:12",
        "2018年1月2日 10:11:12",
        "2018年01月02日10:11:12",
        "２０１８-０１-０２ １０：１１：１２",
        "2018-01-02T02:11:12Z",
        "2018-01-02 02:11:12 UTC",
        "2018-01-02T10:11:12+08:00",
        "2018-01-01 23:11:12 -0300",
        "2018-01-01 23:11:12-03",
        "2018-01-02 10:11:12.0",
    ],
)
def test_reads_the_same_instant_however_it_is_written(text):
    assert SHANGHAI(text) == datetime(2018, 1, 2, 2, 11, 12, tzinfo=UTC)


def test_a_date_alone_is_midnight_where_the_file_is_from():
    assert SHANGHAI("2018-01-02") == datetime(2018, 1, 1, 16, tzinfo=UTC)


def test_a_midnight_that_the_clock_skipped_is_the_first_instant_of_the_day():
    assert SAO_PAULO("2017-10-15") == datetime(2017, 10, 15, 3, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_the_first_one():
    assert SAO_PAULO("2018-02-17 23:30:00") == datetime(2018, 2, 18, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2018-13-01", "2018-02-30 10:00", "2018-01-02 25:00", "soon", "2018", "20180102", "2018-W01-1T10:11:12",
     "43102", "2018-01-02 10:11 +99:00", "2018-01-02 10:11 +08:61", "2018-01-0210:11", "9" * 10_000],
)  # fmt: skip
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"^not a date$"):
        UTC_READER(text)


@pytest.mark.parametrize("text", ["02/01/2018", "25/12/2018 10:11", "1-2-18", "02.01.2018"])
def test_a_date_that_does_not_begin_with_the_year_is_ambiguous(text):
    with pytest.raises(ValueError, match="day and month can be mixed up"):
        UTC_READER(text)


def test_a_date_format_decides_but_year_first_dates_are_still_read():
    read = InstantReader(UTC, "%d/%m/%Y %H:%M")
    assert read("02/01/2018 10:11") == read("2018-01-02 10:11:00") == datetime(2018, 1, 2, 10, 11, tzinfo=UTC)


@pytest.mark.parametrize("text", ["1999-12-31", "2101-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59"])
def test_years_outside_this_century_are_refused(text):
    with pytest.raises(ValueError, match="not within 2000 and 2100"):
        SAO_PAULO(text)


@pytest.mark.parametrize("date_format", ["%d/%m", "%H:%M", "%d/%m/%Y %Q", "day", "%"])
def test_a_date_format_without_year_month_and_day_is_refused(date_format):
    with pytest.raises(ValueError, match="example"):
        check_date_format(date_format)


@given(st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30)))
def test_every_local_time_of_the_fast_form_is_read_as_its_zone_says(local):
    text = local.isoformat(sep=" ", timespec="seconds")
    assert SAO_PAULO(text) == local.replace(microsecond=0, tzinfo=ZoneInfo("America/Sao_Paulo")).astimezone(UTC)


@given(st.text() | st.text("0123456789-/:.年月日 TZ+", max_size=30))
@example("99999.99999999999999")
def test_any_text_is_an_instant_or_refused(text):
    for read in (UTC_READER, InstantReader(UTC, "%d/%m/%Y", serials=True)):
        with contextlib.suppress(ValueError):
            assert 1999 <= read(text).year <= 2101


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8012345678901234", "8012345678901234"),
        ("8012345678901234.0", "8012345678901234"),
        ('="8012345678901234"', "8012345678901234"),
        ("'8012345678901234", "8012345678901234"),
        ("LX123456785CN", "LX123456785CN"),
        ("1E5-B", "1E5-B"),
    ],
)
def test_a_code_loses_what_spreadsheets_wrap_around_it(text, code):
    assert parse_code(text) == code


@pytest.mark.parametrize(
    ("text", "words"),
    [("8.01235E+15", "digits are lost"), ("8E15", "digits are lost"), ("80 12", "spaces"), ("x" * 65, "64"),
     ("'", "missing")],
)  # fmt: skip
def test_a_code_that_cannot_be_right_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        parse_code(text)


@pytest.mark.parametrize(("text", "count"), [("2", 2), ("2.0", 2), ("2 pieces", 2), ("3件", 3), ("1000", 1000)])
def test_a_count_is_a_whole_number_with_or_without_its_unit(text, count):
    assert count_reader(1_000)(text) == count


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1001", "two", "", "1,000", "9" * 5_000])
def test_what_is_no_count_is_refused(text):
    with pytest.raises(ValueError, match="not "):
        count_reader(1_000)(text)


def test_control_characters_become_spaces():
    assert clean("\ufeffMaria\r\nSouza\t\x00\x85\u2028") == "Maria  Souza"


def test_a_text_has_a_limit():
    assert text_reader(3)("abc") == "abc"
    with pytest.raises(ValueError, match="longer than 3 characters"):
        text_reader(3)("abcd")


def test_addresses_languages_and_time_zones_are_checked():
    assert parse_email("maria@example.com") == "maria@example.com"
    assert parse_language("pt_BR") == "pt-br"
    assert parse_timezone("America/Sao_Paulo") == "America/Sao_Paulo"


@pytest.mark.parametrize(
    ("parse", "text"),
    [(parse_email, "maria@"), (parse_email, "a@b.c\nBcc: x@y.z"), (parse_language, "Português do Brasil"),
     (parse_timezone, "Brasilia"), (parse_timezone, "../etc/passwd")],
)  # fmt: skip
def test_addresses_languages_and_time_zones_that_are_none_are_refused(parse, text):
    with pytest.raises(ValueError, match="not a"):
        parse(text)
