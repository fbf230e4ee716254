"""`import_reviews` by a script: sorted, joined, tried out first, and once."""

import pytest

from tests.commands.conftest import CommandLine

pytestmark = pytest.mark.slow

ORDERS = """order_number,placed_at,paid_at,shipped_at,tracking_number,carrier
801,2026-02-20T12:00Z,2026-02-20T13:00Z,2026-02-21T12:30Z,LX1,Post
"""
REVIEWS = """order_number,stars,title,text,created_at,answered_at
801,1,Péssimo,Veio quebrado,2026-03-10 10:00,
802,5,,Adorei,2026-03-10 10:00,2026-03-11 10:00
803,nine,,x,2026-03-10 10:00,
"""


def test_reviews_are_taken_in_once_and_a_trial_stores_nothing(line: CommandLine) -> None:
    line.answer("import_orders", line.write("orders.csv", ORDERS), "--store", "alice")
    words = ("import_reviews", line.write("reviews.csv", REVIEWS), "--store", "alice", "--timezone", "UTC")
    trial = line.answer(*words, "--dry-run")
    assert (trial["created"], line.query("SELECT count(*) FROM disputes_review")) == (2, [(0,)])
    report = line.answer(*words)
    assert (report["read"], report["created"], report["unchanged"]) == (3, 2, 0)
    assert [(row["row"], row["field"], row["value"]) for row in report["rejected"]] == [(4, "stars", "nine")]
    assert line.query("SELECT order_number, cause, state FROM disputes_review ORDER BY 1") == [
        ("801", "goods", "noted"),
        ("802", "", "replied"),
    ]
    again = line.answer(*words)
    assert (again["created"], again["unchanged"]) == (0, 2)
    assert line.answer("verify_timeline") == {"checked": 1, "broken": []}
