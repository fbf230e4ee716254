"""For what a store writes: on as shipped, switched off with its reason on the order, on only with all texts (M2)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from messaging import rendering
from messaging.guards import message_obstacle
from messaging.models import Message, MessageState
from messaging.rendering import Text
from messaging.services.switching import (
    IncompletePurpose,
    count_on_their_way,
    missing_languages,
    off_purposes,
    switch_off,
    switch_on,
    write_in,
    written_languages,
)
from messaging.services.texts import save_text
from messaging.vocabulary import TEXT_GROUPS, TEXT_PURPOSES, Language, Purpose
from orders.models import AuditEntry, Order, Store
from orders.services.auditing import Doer
from tests.cast import alices_store, happens, paid, placed_order, shipped

NOW = timezone.now
NOBODY = Doer()


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def bare_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of texts with nothing in it."""
    monkeypatch.setattr(rendering, "TEXTS", tmp_path)
    rendering.load_text.cache_clear()
    yield tmp_path
    rendering.load_text.cache_clear()


def off(store: Store, purpose: Purpose = Purpose.SHIPPED) -> None:
    switch_off(store, purpose, now=NOW(), doer=NOBODY)


def on(store: Store, purpose: Purpose = Purpose.SHIPPED) -> None:
    switch_on(store, purpose, now=NOW(), doer=NOBODY)


def unsent(order: Order) -> list[tuple[str, str]]:
    rows = order.timeline.filter(kind="message", type="not_sent")
    return [(row.data["purpose"], row.data["reason"]) for row in rows]


def purposes(order: Order) -> list[str]:
    return list(order.messages.order_by("id").values_list("purpose", flat=True))


def test_every_purpose_with_a_text_stands_in_one_group() -> None:
    grouped = [purpose for group in TEXT_GROUPS.values() for purpose in group]
    assert sorted(grouped) == sorted(TEXT_PURPOSES)


def test_as_shipped_every_purpose_is_on(store: Store) -> None:
    assert off_purposes(store) == set()
    assert purposes(placed_order(store, paid(), shipped())) == ["order_received", "shipped"]


def test_nothing_is_written_for_a_purpose_that_is_off_and_the_order_says_why(store: Store) -> None:
    off(store)
    order = placed_order(store, paid(), shipped())
    assert "shipped" not in purposes(order)
    assert unsent(order) == [("shipped", "switched_off")]


def test_what_the_order_itself_says_comes_first(store: Store) -> None:
    order = placed_order(store, paid(), shipped())
    off(store)
    order.delivered_at = NOW()
    assert message_obstacle(Purpose.SHIPPED, Order.objects.get(pk=order.pk)) == "switched_off"
    assert message_obstacle(Purpose.SHIPPED, order) == "delivered"


def test_another_store_still_writes(store: Store) -> None:
    off(store)
    other = alices_store("other")
    assert "shipped" in purposes(placed_order(other, paid(), shipped()))


def test_on_again_it_writes_again(store: Store) -> None:
    off(store)
    on(store)
    assert "shipped" in purposes(placed_order(store, paid(), shipped()))


def test_a_switch_is_noted_on_the_audit_list(store: Store) -> None:
    off(store)
    on(store)
    noted = AuditEntry.objects.filter(kind="store_changed").order_by("id").values_list("data", flat=True)
    assert [row["is_on"] for row in noted] == [False, True]


# --- on only with all texts (M2) --------------------------------------------------------------------------------------
def test_a_purpose_without_its_texts_is_refused_with_the_list_of_gaps(store: Store, bare_texts: Path) -> None:
    off(store)
    save_text(store, Purpose.SHIPPED, Language.EN, Text("Order {order_number}", "It left."), now=NOW())
    with pytest.raises(IncompletePurpose, match="there is no text in pt-br, es, zh-hans") as refused:
        on(store)
    assert refused.value.gaps == [Language.PT_BR, Language.ES, Language.ZH_HANS]
    assert off_purposes(store) == {Purpose.SHIPPED}


def test_an_own_text_that_could_never_leave_is_a_gap(store: Store) -> None:
    store.templates.create(purpose="shipped", language="es", subject="s", body="{gone}", changed_at=NOW())
    assert missing_languages(store, Purpose.SHIPPED) == [Language.ES]


def test_gaps_count_only_in_the_languages_that_a_store_writes(store: Store, bare_texts: Path) -> None:
    assert write_in(store, [Language.EN], now=NOW(), doer=NOBODY) == [Language.PT_BR, Language.EN]
    assert missing_languages(store, Purpose.SHIPPED) == [Language.PT_BR, Language.EN]
    for language in written_languages(store):
        save_text(store, Purpose.SHIPPED, language, Text("Order {order_number}", "It left."), now=NOW())
    on(store)


# --- what is on its way -----------------------------------------------------------------------------------------------
def test_what_waits_for_a_hand_is_called_off_when_next_something_happens(store: Store) -> None:
    order = placed_order(store, paid(), shipped(), buyer={"email": ""})
    assert count_on_their_way(store, Purpose.SHIPPED, most=10) == 1
    off(store)
    happens(order, {"at": "2026-03-06T10:00:00Z", "type": "tracking", "status": "in_transit", "source": "17track"})
    message = Message.objects.get(order=order, purpose="shipped")
    assert (message.state, message.reason) == (MessageState.CANCELLED, "switched_off")
    assert count_on_their_way(store, Purpose.SHIPPED, most=10) == 0
