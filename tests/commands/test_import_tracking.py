"""`import_tracking` by a script: carriers' news, the same news again, and news of nobody's parcel."""

import pytest

from tests.commands.conftest import CommandLine

pytestmark = pytest.mark.slow

ORDERS = """order_number,placed_at,paid_at,shipped_at,tracking_number,carrier
801,2026-02-20T12:00Z,2026-02-20T13:00Z,2026-02-21T12:30Z,LX1,Post
"""
NEWS = """tracking_number,at,status,description,location,source
LX1,2026-03-01 10:00,in_transit,,Beijing,17track
LX1,2026-03-10T10:00Z,,Objeto entregue ao destinatário,Campinas,correios
LX9,2026-03-10 10:00,delivered,,,
LX1,2026-03-11 10:00,flown,,,
"""


def test_news_is_put_to_its_parcel_once_and_a_delivery_delivers(line: CommandLine) -> None:
    line.answer("import_orders", line.write("orders.csv", ORDERS), "--store", "alice")
    words = ("import_tracking", line.write("news.csv", NEWS), "--store", "alice", "--timezone", "America/Sao_Paulo")
    report = line.answer(*words)
    assert (report["read"], report["created"], report["unchanged"]) == (4, 2, 0)
    assert {(row["row"], row["field"], row["value"]) for row in report["rejected"]} == {
        (4, "tracking_number", "LX9"),
        (5, "status", "flown"),
    }
    assert line.query("SELECT at, status FROM orders_trackingevent ORDER BY at") == [
        ("2026-03-01 13:00:00", "in_transit"),
        ("2026-03-10 10:00:00", "delivered"),
    ]
    assert line.query("SELECT delivered_at FROM orders_shipment") == [("2026-03-10 10:00:00",)]
    again = line.answer(*words)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert line.answer("verify_timeline") == {"checked": 1, "broken": []}
