"""Rehearsals from the page: the store's own orders, files and scenarios, changed rules beside those of today."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from disputes.models import Rehearsal, RehearsalState
from disputes.policy_changes import draft_change
from disputes.rehearsal_process import rehearsal_child
from disputes.rehearsal_runs import run_rehearsal, waiting_rehearsals
from disputes.rehearsal_sources import own_orders, record_of
from messaging.models import Message
from orders.models import Order, Store, TimelineEvent
from tests.cast import fact, paid, placed_order, scenario, shipped, tracking
from tests.desk.conftest import Enter

pytestmark = pytest.mark.slow
FILE = "order_number,placed_at,paid_at,shipped_at\n" + "".join(
    f"80{number},2026-03-01 10:00,2026-03-01 11:00,2026-03-02 11:00\n" for number in range(3)
)


def ago(**span: float) -> str:
    """The short spelling of an instant before now."""
    return f"{timezone.now() - timedelta(**span):%Y-%m-%d %H:%M}"


def ask(client: Client, query: str = "?store=alice", **given: Any) -> Rehearsal:
    answer = client.post(f"/rehearsals/{query}", {"source": "orders", "policy": "aliexpress-br"} | given)
    assert answer.status_code == 302, answer.content.decode()
    rehearsal: Rehearsal = Rehearsal.objects.latest("id")
    return rehearsal


def upload(text: str, name: str = "orders.csv") -> dict[str, Any]:
    return {"source": "file", "file": SimpleUploadedFile(name, text.encode())}


def played(rehearsal: Rehearsal) -> Rehearsal:
    run_rehearsal(rehearsal.pk, timezone.now)
    done: Rehearsal = Rehearsal.objects.get(pk=rehearsal.pk)
    return done


def shown(client: Client, rehearsal: Rehearsal) -> str:
    return client.get(f"/rehearsals/{rehearsal.pk}/").content.decode()


def old_order(store: Store) -> Order:
    """Placed fifty days ago, shipped two days later, and heard of once since."""
    when = {"placed_at": datetime.fromisoformat(f"{ago(days=50)}+00:00"), "now": ago(days=50)}
    return placed_order(store, paid(ago(days=49)), shipped(ago(days=48)), tracking(ago(days=40)), **when)


def test_the_stores_own_orders_are_played_and_left_alone(alice: Client, store: Store) -> None:
    order = old_order(store)
    before = (order.timeline.count(), Message.objects.count())
    done = played(ask(alice))
    assert (done.state, done.error) == (RehearsalState.DONE, "")
    (result,) = done.report["results"]
    assert (result["orders"], result["milestones"]["contact_45"]["fired"]) == (1, 1)
    assert before == (order.timeline.count(), Message.objects.count())
    page = shown(alice, done)
    assert "Second contact with the buyer" in page
    assert "<svg" in page


def test_a_change_is_played_beside_the_rules_of_today(alice: Client, store: Store) -> None:
    old_order(store)
    now, overrides = timezone.now(), {"C2": {"after": "55 days"}}
    change = draft_change(store, None, version=1, overrides=overrides, now=now)
    done = played(ask(alice, f"?change={change.pk}"))
    changed, today = done.report["results"]
    assert "fired" not in changed["milestones"]["contact_45"] or changed["milestones"]["contact_45"]["fired"] == 0
    assert today["milestones"]["contact_45"]["fired"] == 1
    page = shown(alice, done)
    assert "rules of today" in page
    assert "What the change makes of it" in page


def test_a_file_is_played_and_its_rejected_rows_come_back_as_a_file(alice: Client) -> None:
    done = played(ask(alice, **upload(FILE + "809,yesterday,,\n")))
    assert (done.report["results"][0]["orders"], len(done.report["rejected"])) == (3, 1)
    assert "1 row could not be used" in shown(alice, done)
    assert "yesterday" in alice.get(f"/rehearsals/{done.pk}/errors.csv").content.decode("utf-8-sig")


def test_a_scenario_is_played_and_shown_date_by_date(alice: Client) -> None:
    said = scenario(paid(), shipped(), fact("03-20 10:00", "delivered"))
    done = played(ask(alice, **upload(json.dumps(said), "scenario.json")))
    assert (done.source, len(done.report["answers"])) == ("scenario", 1)
    assert "Ask the buyer for a review" in shown(alice, done)


@pytest.mark.parametrize("text", ["not a file of orders", '{"order": ', ""])
def test_what_cannot_be_played_says_why(alice: Client, text: str) -> None:
    if not text:
        assert alice.post("/rehearsals/?store=alice", {"policy": "aliexpress-br"} | upload(text)).status_code == 422
        return
    done = played(ask(alice, **upload(text)))
    assert done.state == RehearsalState.FAILED
    assert "It could not be rehearsed" in shown(alice, done)


def test_too_many_orders_are_refused_with_the_limit(alice: Client, settings: LazySettings) -> None:
    settings.REHEARSAL_MAX_ORDERS = 2
    done = played(ask(alice, **upload(FILE)))
    assert "rehearse at most 2 at a time" in done.error


def test_a_rehearsal_is_called_off(alice: Client) -> None:
    rehearsal = ask(alice, **upload(FILE))
    alice.post(f"/rehearsals/{rehearsal.pk}/stop/")
    assert played(rehearsal).state == RehearsalState.CANCELLED
    assert waiting_rehearsals(timezone.now()) == []


def test_one_rehearsal_of_a_store_at_a_time(alice: Client) -> None:
    ask(alice, **upload(FILE))
    answer = alice.post("/rehearsals/?store=alice", {"source": "orders", "policy": "aliexpress-br"})
    assert answer.status_code == 422
    assert "Another rehearsal" in answer.content.decode()


def test_a_viewer_reads_and_plays_nothing(alice: Client, vera: Client, enter: Enter) -> None:
    rehearsal = ask(alice, **upload(FILE))
    assert vera.get(f"/rehearsals/{rehearsal.pk}/").status_code == 200
    assert vera.post(f"/rehearsals/{rehearsal.pk}/stop/").status_code == 404
    assert enter("charlie").get(f"/rehearsals/{rehearsal.pk}/").status_code == 404


def test_an_order_is_played_with_what_happened_to_it(store: Store) -> None:
    order = old_order(store)
    ((record, events),) = own_orders(store, until=timezone.now()).orders
    assert record == record_of(order)
    assert [event.type for event in events] == ["tracking"]
    assert record.buyer.name != order.buyer.name


def test_the_process_is_gone_when_nobody_waits_for_it(store: Store) -> None:
    with rehearsal_child() as child:
        process = child.process
        assert process.poll() is None
    assert process.poll() is not None
    assert not TimelineEvent.objects.exists()
