"""`verify_timeline` by a script, on timelines that somebody changed past the program."""

import json
from hashlib import sha256

import pytest

from tests.commands.conftest import CommandLine

pytestmark = pytest.mark.slow

TOUCHED = {
    "changed": "event 2 (snapshot) was changed",
    "cut-out": "event 2 is missing",
    "cut-off": "events after",
    "reordered": "event 2",
    "rewritten": "event 2",
    "private": "its personal data was changed",
    "view": "(listing, sale) was changed",
    "forged": "(policy, sale) is not on the timeline",
}
WHOLE = ["erased", "untouched"]
HEADER = "order_number,placed_at,paid_at,buyer_name,buyer_email"
EVENT = "(SELECT t.id FROM orders_timelineevent t JOIN orders_order o ON o.id = t.order_id WHERE o.order_number = ?"
SECOND = f"{EVENT} AND sequence = 2)"
LAST = f"{EVENT} AND sequence = timeline_length)"


@pytest.fixture
def tampered(line: CommandLine) -> CommandLine:
    """A store with an order for each way to tamper with its timeline, named after it."""
    rows = [f"{name},2026-03-02T12:00Z,2026-03-02T13:00Z,Maria,maria@example.com" for name in [*TOUCHED, *WHOLE]]
    line.answer("import_orders", line.write("orders.csv", "\n".join([HEADER, *rows])), "--store", "alice")
    assert line.answer("verify_timeline") == {"checked": len(rows), "broken": []}
    give_personal_data(line)
    tamper(line)
    return line


def give_personal_data(line: CommandLine) -> None:
    """A buyer's letter for two orders, as the program keeps it: in the chain there is only a hash of it."""
    script = """
from datetime import UTC, datetime
from disputes.recording import record
from orders.events import Event, EventType
from orders.models import Order
for order in Order.objects.filter(order_number__in=["private", "erased"]):
    letter = Event(EventType.BUYER_MESSAGE, datetime.now(UTC), data={"text": "where is it?"})
    record(order.pk, letter, now=datetime.now(UTC), actor="test")
"""
    assert line.run("shell", "-v", "0", "-c", script).code == 0
    assert len(line.query("SELECT data FROM orders_privatedata WHERE data LIKE '%where is it%'")) == 2


def tamper(line: CommandLine) -> None:
    for verb in ("update", "delete"):
        line.query(f"DROP TRIGGER orders_timelineevent_no_{verb}")
    line.query(f"UPDATE orders_timelineevent SET data = '{{}}', rule = 'P9' WHERE id = {SECOND}", "changed")
    line.query(f"DELETE FROM orders_timelineevent WHERE id = {SECOND}", "cut-out")
    line.query(f"DELETE FROM orders_timelineevent WHERE id = {LAST}", "cut-off")
    line.query(f"UPDATE orders_timelineevent SET previous_hash = hash WHERE id = {SECOND}", "reordered")
    line.query(f"UPDATE orders_timelineevent SET rule = '', hash = previous_hash WHERE id = {SECOND}", "rewritten")
    of_order = f"event_id IN {EVENT})"
    line.query(f'UPDATE orders_privatedata SET data = \'{{"text": "thanks"}}\' WHERE {of_order}', "private")
    line.query(f"DELETE FROM orders_privatedata WHERE {of_order}", "erased")
    tamper_with_views(line)


def tamper_with_views(line: CommandLine) -> None:
    """A listing with another price, and a policy that was made up later, with its hash."""
    line.query("DROP TRIGGER orders_snapshot_no_update")
    kept = "order_id = (SELECT id FROM orders_order WHERE order_number = ?) AND kind ="
    line.query(f"UPDATE orders_snapshot SET content = '{{\"total\":\"1.00\"}}' WHERE {kept} 'listing'", "view")
    made_up = f"content = '{{}}', sha256 = '{sha256(b'{}').hexdigest()}'"
    line.query(f"UPDATE orders_snapshot SET {made_up} WHERE {kept} 'policy'", "forged")


def test_every_broken_chain_is_named_with_its_place_and_erased_data_is_no_fault(tampered: CommandLine) -> None:
    ended = tampered.run("verify_timeline", "--json")
    document = json.loads(ended.output)
    found = {row["order"]: row["problem"] for row in document["broken"]}
    assert (ended.code, document["checked"]) == (1, len(TOUCHED) + len(WHOLE))
    assert [name for name, problem in TOUCHED.items() if problem not in found.get(name, "")] == []
    assert set(found) == set(TOUCHED)
    assert {row["store"] for row in document["broken"]} == {"alice"}
    assert ended.errors == f"CommandError: order changed of alice: {found['changed']}\n"
    check_one_order(tampered)


def check_one_order(line: CommandLine) -> None:
    """Alone, an order whose chain is whole is no fault, and a person reads text."""
    ended = line.run("verify_timeline", "--order", "erased")
    assert (ended.code, ended.errors) == (0, "")
    assert ended.output.startswith("checked: 1\n")
