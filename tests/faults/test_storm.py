"""kill -9 and FLUSHALL in the middle of 500 due milestones: nothing lost, effects once, mails counted at the server."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.conftest import SENDERS, Program
from tests.servers.smtp import Mailroom

ORDERS = 500
KILLS = 2
DUE_IN = 15.0  # seconds, for the import to be over
FIRED = "SELECT order_id, count(*) FROM orders_timelineevent WHERE kind = 'milestone' AND type = '{}' GROUP BY order_id"
STATES = "SELECT state, count(*) FROM {} WHERE {} GROUP BY state"


def noon_zone(now: datetime) -> str:
    """A zone whose clock stands around noon, so that every message may leave."""
    offset = 12 - now.hour  # hours east of Greenwich; POSIX names count them the other way round
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


def write_orders(path: Path, due_at: datetime) -> None:
    """Orders whose 30th day comes at `due_at`."""
    left = (due_at - timedelta(days=30)).isoformat()
    zone = noon_zone(due_at)
    header = (
        "order_number,placed_at,paid_at,shipped_at,carrier,tracking_number,buyer_email,buyer_timezone,total,currency"
    )
    lines = [
        f"{number},{left},{left},{left},Post,LX{number},buyer{number}@example.com,{zone},20.00,USD"
        for number in range(ORDERS)
    ]
    path.write_text("\n".join([header, *lines]), encoding="utf-8")


def wait_until(holds: Callable[[], bool], program: Program, *, seconds: float) -> None:
    """Return when it holds. Raises AssertionError with the processes' logs when it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, program.logs()[-5000:]
        time.sleep(0.1)


def storm(program: Program, mailroom: Mailroom) -> None:
    """Work through it with two kills and a broker that forgets."""
    program.start()
    for share in (0.1, 0.5):
        wait_until(lambda wanted=share * ORDERS: len(mailroom.messages) >= wanted, program, seconds=40)
        program.kill()
        program.flush_broker()
        program.start()
    wait_until(lambda: len(set(mailroom.message_ids())) >= ORDERS, program, seconds=60)
    busy = "SELECT count(*) FROM messaging_message WHERE state NOT IN ('sent', 'waiting')"
    wait_until(lambda: program.query(busy) == [(0,)], program, seconds=30)


@pytest.mark.slow
def test_a_storm_loses_nothing_and_repeats_almost_nothing(program: Program, mailroom: Mailroom, tmp_path: Path) -> None:
    created = program.manage("create_store", "alice", "--policy", "aliexpress-br", "--owner", "alice@example.com")
    assert created.returncode == 0, created.stderr
    write_orders(tmp_path / "orders.csv", datetime.now(UTC) + timedelta(seconds=DUE_IN))
    taken = program.manage("import_orders", str(tmp_path / "orders.csv"), "--store", "alice", "--json")
    assert json.loads(taken.stdout)["created"] == ORDERS
    storm(program, mailroom)
    check_database(program)
    check_mails(mailroom)
    assert program.manage("verify_timeline").returncode == 0


def check_database(program: Program) -> None:
    """Each milestone fired once, with one message that was sent."""
    for kind in ("contact_30", "not_in_destination"):
        assert [count for _order, count in program.query(FIRED.format(kind))] == [1] * ORDERS
    assert program.query(STATES.format("orders_milestone", "kind = 'contact_30'")) == [("fired", ORDERS)]
    assert program.query(STATES.format("messaging_message", "purpose = 'contact_30'")) == [("sent", ORDERS)]
    assert program.query(STATES.format("orders_order", "1 = 1")) == [("contact_30", ORDERS)]


def check_mails(mailroom: Mailroom) -> None:
    """Every mail was accepted, and repeated only by a process that died between the 250 and its mark."""
    ids = mailroom.message_ids()
    assert len(set(ids)) == ORDERS
    assert len(ids) - ORDERS <= SENDERS * KILLS
