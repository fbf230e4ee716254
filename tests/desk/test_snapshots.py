"""Views of an order's days as they were frozen: listed on its page, shown whole, and given out as they were hashed."""

from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client

from orders.models import Order, Snapshot, SnapshotKind
from orders.models.snapshots import content_digest
from orders.services.verification import verify_timeline

FORGED = {"pack": "aliexpress-br", "promised_days": 90}


def sale(order: Order, kind: str = SnapshotKind.LISTING) -> Snapshot:
    found: Snapshot = Snapshot.objects.get(order=order, kind=kind, occasion="sale")
    return found


def forge(order: Order, occasion: str = "contact_30") -> Snapshot:
    """A view made up later: the timeline knows nothing of it."""
    made: Snapshot = Snapshot.objects.create(
        order=order,
        kind=SnapshotKind.POLICY,
        occasion=occasion,
        at=order.placed_at,
        content=FORGED,
        sha256=content_digest(FORGED),
    )
    return made


def test_the_orders_page_lists_what_was_frozen(alice: Client, placed: Order) -> None:
    shown = alice.get(f"/orders/{placed.pk}/").content.decode()
    assert "Frozen on the day" in shown
    assert sale(placed).sha256[:12] in shown
    assert f"/snapshots/{sale(placed).pk}/" in shown


def test_a_view_is_shown_in_words_with_its_hash(alice: Client, placed: Order) -> None:
    shown = alice.get(f"/snapshots/{sale(placed).pk}/").content.decode()
    assert all(words in shown for words in ("USB lamp", "Day of the sale", "Unchanged", sale(placed).sha256))


def test_the_data_are_the_very_bytes_that_were_hashed(alice: Client, placed: Order) -> None:
    answer = alice.get(f"/snapshots/{sale(placed).pk}/?as=json")
    assert answer["Content-Type"] == "application/json"
    assert sha256(answer.content).hexdigest() == sale(placed).sha256


def test_a_view_that_the_timeline_does_not_name_is_no_proof(alice: Client, placed: Order) -> None:
    forged = forge(placed)
    assert "does not name it" in alice.get(f"/snapshots/{forged.pk}/").content.decode()
    assert verify_timeline(placed) == f"snapshot {forged.pk} (policy, contact_30) is not on the timeline"


def test_a_view_with_its_hashes_is_whole(placed: Order) -> None:
    assert Snapshot.objects.filter(order=placed).count() == 2
    assert verify_timeline(placed) == ""


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ('UPDATE orders_snapshot SET content = \'{"total": "1.00"}\' WHERE id = %s', "was changed"),
        ("DELETE FROM orders_snapshot WHERE id = %s", "a snapshot is missing: listing, sale"),
    ],
)
def test_a_view_that_was_changed_or_taken_away_is_found(placed: Order, statement: str, problem: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER orders_snapshot_no_{verb}")
        cursor.execute(statement, [sale(placed).pk])
    assert problem in verify_timeline(Order.objects.get(pk=placed.pk))
