"""Review files: what their columns are called, and how stars are spelled."""

import pytest

from orders.importing.reviews_file import parse_ratings, parse_share, parse_stars, parse_yes, read_reviews
from orders.records import ReviewRecord
from tests.orders.importing.conftest import Workbook


def test_a_workbook_with_other_names_for_its_columns_is_read(xlsx: Workbook) -> None:
    head = ["Order number", "Rating", "Comment", "Review date", "Buyer"]
    path = xlsx([head, [8012345678901234, 2, "Veio quebrado", "2026-05-10 09:00", "Maria S."]])
    (record,) = read_reviews(path, timezone="America/Sao_Paulo", max_bytes=1_000_000)
    assert isinstance(record, ReviewRecord)
    assert (record.order_number, record.stars, record.author) == ("8012345678901234", 2, "Maria S.")
    assert record.created_at.isoformat() == "2026-05-10T12:00:00+00:00"


@pytest.mark.parametrize(("text", "stars"), [("4", 4), ("4.0", 4), ("4/5", 4), ("★★★☆☆", 3), ("⭐⭐", 2)])
def test_stars_are_read_in_many_spellings(text: str, stars: int) -> None:
    assert parse_stars(text) == stars


@pytest.mark.parametrize("text", ["0", "6", "4.5", "☆", "good", "-1", "★★★★★★"])
def test_what_is_no_number_of_stars_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="from 1 to 5"):
        parse_stars(text)


def test_yes_and_no_are_read_in_four_languages() -> None:
    assert [parse_yes(text) for text in ("Sim", "sí", "是", "yes", "NO", "não", "否")] == [True] * 4 + [False] * 3
    with pytest.raises(ValueError, match="neither"):
        parse_yes("maybe")


def test_what_is_known_of_a_reviewer_is_read() -> None:
    assert [parse_share(text) for text in ("0.4", "0,4", "40%", "40 %")] == [0.4] * 4
    assert parse_ratings("12") == 12
    for text in ("1.2", "nan", "-5%", "many", "101%"):
        with pytest.raises(ValueError, match="share"):
            parse_share(text)
    with pytest.raises(ValueError, match="whole number"):
        parse_ratings("1.5")
