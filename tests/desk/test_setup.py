"""Set-up: the hub and what a store lacks, stores made and changed, rules changed with a look first, days that count."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from desk.holiday_words import HOLIDAYS, MADE_UP_FOR, OBSERVED, holiday_name
from desk.selectors.working_days import FIRST_YEAR, LAST_YEAR
from disputes.models import Dispute, PolicyChange, PolicyChangeState
from disputes.policy_changes import work_on_change
from orders.calendars import Calendar, day_name
from orders.models import AuditEntry, AuditKind, Store
from orders.policies import policy_versions
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import address
from tests.desk.disputing import disputed, order_underway


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def ago(**span: float) -> str:
    """The short spelling of an instant before now."""
    return f"{timezone.now() - timedelta(**span):%Y-%m-%d %H:%M}"


# --- the hub ----------------------------------------------------------------------------------------------------------
def test_the_hub_leads_an_owner_to_every_place(alice: Client) -> None:
    shown = page(alice, "/setup/")
    for path in ("/people/", "/rules/", "/rules/change/", "/texts/", "/tracking-accounts/", "/privacy/", "/audit/"):
        assert f'href="{path}' in shown
    assert 'href="/setup/stores/alice/"' in shown


def test_the_hub_shows_others_what_they_may_use(bob: Client) -> None:
    shown = page(bob, "/setup/")
    assert 'href="/rules/' in shown
    assert 'href="/people/' not in shown
    assert "still lacks" not in shown


def test_a_new_store_is_told_what_it_lacks_until_it_is_there(
    alice: Client, store: Store, settings: LazySettings
) -> None:
    settings.EMAIL_IS_SET = False
    shown = page(alice, "/setup/?store=alice")
    assert all(text in shown for text in ("No orders yet", "No reply address", "No mail server is set"))
    assert "You are alone here" not in shown
    placed_order(store, currency="EUR")
    Store.objects.update(reply_email="shop@example.com")
    shown = page(alice, "/setup/?store=alice")
    assert "No exchange rate for EUR" in shown
    assert not any(text in shown for text in ("No orders yet", "No reply address"))


def test_the_hub_asks_the_same_number_of_questions_however_many_orders(
    alice: Client, store: Store, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        placed_order(store, number=str(number))
    with django_assert_max_num_queries(20):
        page(alice, "/setup/")


# --- stores -----------------------------------------------------------------------------------------------------------
NEW = {"name": "Taobao", "slug": "second", "policy": "taobao-cn", "timezone": "Asia/Shanghai", "currency": "cny"}


def test_an_owner_makes_another_store(alice: Client) -> None:
    assert alice.post("/setup/stores/new/", NEW).headers["Location"] == "/setup/?store=second"
    store = Store.objects.get(slug="second")
    assert (store.currency, store.policy_name, store.policy_version) == (
        "CNY",
        "taobao-cn",
        policy_versions("taobao-cn")[-1],
    )
    assert store.memberships.get().user.email == address("alice")
    assert AuditEntry.objects.latest("id").kind == AuditKind.STORE_MADE


@pytest.mark.parametrize("wrong", [{"slug": "charlie"}, {"slug": "a b"}, {"currency": "US"}, {"policy": "none"}])
def test_a_store_that_cannot_be_made_keeps_what_was_typed(alice: Client, wrong: dict[str, str]) -> None:
    answer = alice.post("/setup/stores/new/", NEW | wrong)
    assert answer.status_code == 422
    assert 'value="Taobao"' in answer.content.decode()
    assert not Store.objects.filter(slug="second").exists()


def settings_of(**changes: str) -> dict[str, str]:
    said = {"name": "Lamps", "timezone": "Asia/Shanghai", "currency": "USD", "reply_email": "", "code-0": "BRL"}
    return said | {"rate-0": "0.18"} | changes


def test_a_store_gets_another_name_and_its_rates(alice: Client, store: Store) -> None:
    alice.post("/setup/stores/alice/", settings_of(reply_email="shop@example.com"))
    store.refresh_from_db()
    assert (store.name, store.reply_email, store.exchange_rates) == ("Lamps", "shop@example.com", {"BRL": "0.18"})
    entry = AuditEntry.objects.latest("id")
    assert (entry.kind, entry.data["fields"]) == (AuditKind.STORE_CHANGED, ["exchange_rates", "name", "reply_email"])


@pytest.mark.parametrize("wrong", [{"code-0": ""}, {"code-0": "USD"}, {"rate-0": "0"}, {"rate-0": "much"}])
def test_a_rate_that_cannot_be_meant_is_told(alice: Client, store: Store, wrong: dict[str, str]) -> None:
    assert alice.post("/setup/stores/alice/", settings_of(**wrong)).status_code == 422
    store.refresh_from_db()
    assert store.exchange_rates == {}


# --- rules ------------------------------------------------------------------------------------------------------------
def filled_in(shown: str) -> dict[str, str]:
    """What the browser would send back of the form of values."""
    inputs = re.findall(r'<input type="(?:number|text|time)" name="([A-Z]\w*-[^"]+)"(?: value="([^"]*)")?', shown)
    selects = re.findall(r'<select name="([A-Z]\w*-[^"]+)".*?<option value="([^"]*)" selected', shown, re.DOTALL)
    return dict([*inputs, *selects])


def propose(client: Client, **changes: str) -> Any:
    said = filled_in(page(client, "/rules/change/?store=alice"))
    return client.post("/rules/change/?store=alice", said | {key.replace("__", "-"): v for key, v in changes.items()})


def looked_at(client: Client, **changes: str) -> PolicyChange:
    assert propose(client, **changes).status_code == 302
    change = PolicyChange.objects.latest("id")
    work_on_change(change.pk, timezone.now, until=timezone.now() + timedelta(minutes=1))
    return PolicyChange.objects.select_related("store").get(pk=change.pk)


def test_the_form_as_it_came_changes_nothing(alice: Client) -> None:
    answer = propose(alice)
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.content.decode()


def test_a_value_is_changed_with_a_look_first(alice: Client, store: Store) -> None:
    order = placed_order(store, paid(ago(days=25)), shipped(ago(days=24)), placed_at=timezone.now())
    change = looked_at(alice, C1__after_0="40")
    assert change.overrides == {"C1": {"after": "40 days", "label": "day 40"}}
    shown = page(alice, f"/rules/changes/{change.pk}/")
    assert "<strong>1 date</strong> of 1 among 1 orders that are open or have a date to come" in shown
    assert order.order_number in shown
    assert Store.objects.get(pk=store.pk).policy_overrides == {}
    alice.post(f"/rules/changes/{change.pk}/apply/")
    assert Store.objects.get(pk=store.pk).policy_overrides == change.overrides


def test_dates_that_are_missed_ask_for_a_word(alice: Client, store: Store) -> None:
    placed_order(store, paid(ago(days=25)), shipped(ago(days=24)), placed_at=timezone.now())
    change = looked_at(alice, C1__after_0="20")
    shown = page(alice, f"/rules/changes/{change.pk}/")
    assert "1 date falls into the past and is missed" in shown
    assert "1 message to a buyer is never written" in shown
    path = f"/rules/changes/{change.pk}/apply/"
    assert alice.post(path).status_code == 422
    assert alice.post(path, {"confirmed": "1"}).status_code == 302


def test_a_change_is_undone_from_its_page(alice: Client, store: Store) -> None:
    change = looked_at(alice, C1__after_0="40")
    alice.post(f"/rules/changes/{change.pk}/apply/")
    work_on_change(change.pk, timezone.now, until=timezone.now() + timedelta(minutes=1))
    assert "Undo" in page(alice, f"/rules/changes/{change.pk}/")
    answer = alice.post(f"/rules/changes/{change.pk}/undo/")
    undoing = PolicyChange.objects.latest("id")
    assert answer.headers["Location"] == f"/rules/changes/{undoing.pk}/"
    assert (undoing.undoes_id, undoing.overrides) == (change.pk, {})


def test_a_change_is_called_off(alice: Client) -> None:
    change = looked_at(alice, C1__after_0="40")
    alice.post(f"/rules/changes/{change.pk}/cancel/")
    assert PolicyChange.objects.get(pk=change.pk).state == PolicyChangeState.CANCELLED
    shown = alice.post(f"/rules/changes/{change.pk}/apply/", follow=True).content.decode()
    assert "not possible any more" in shown


def test_the_progress_of_a_look_is_shown(alice: Client) -> None:
    propose(alice, C1__after_0="40")
    change = PolicyChange.objects.latest("id")
    assert 'hx-trigger="every 1s"' in page(alice, f"/rules/changes/{change.pk}/")


@pytest.mark.parametrize(
    "wrong",
    [{"C1__after_0": "50"}, {"C1__after_0": "0"}, {"C1__after_0": ""}, {"D6__before": "soon"}, {"S4__warn_share": "2"}],
)
def test_a_value_that_cannot_be_used_is_told_and_kept(alice: Client, wrong: dict[str, str]) -> None:
    assert propose(alice, **wrong).status_code == 422
    assert not PolicyChange.objects.exists()


def test_only_an_owner_changes_the_rules(bob: Client, charlie: Client, alice: Client) -> None:
    change = looked_at(alice, C1__after_0="40")
    for client in (bob, charlie):
        assert client.get("/rules/change/?store=alice").status_code == 404
        assert client.get(f"/rules/changes/{change.pk}/").status_code == 404
        assert client.post(f"/rules/changes/{change.pk}/apply/").status_code == 404


def test_a_change_that_moves_nothing_says_that_a_dispute_keeps_its_date(alice: Client, store: Store) -> None:
    dispute = disputed(order_underway(store))
    change = looked_at(alice, D1__after_0="3")
    shown = page(alice, f"/rules/changes/{change.pk}/")
    assert "No date moves" in shown
    assert "open orders" not in shown
    assert "A dispute that waits for an answer or for evidence keeps its date" in shown
    alice.post(f"/rules/changes/{change.pk}/apply/")
    work_on_change(change.pk, timezone.now, until=timezone.now() + timedelta(minutes=1))
    assert Dispute.objects.get().respond_by == dispute.respond_by


# --- days that count --------------------------------------------------------------------------------------------------
def test_a_year_of_days_says_which_are_provisional(bob: Client) -> None:
    assert "provisional" not in page(bob, "/setup/days/?calendar=china_working&year=2026")
    assert "provisional" in page(bob, "/setup/days/?calendar=china_working&year=2028")
    assert "make-up day: it counts" in page(bob, "/setup/days/?calendar=china_working&year=2026")


def test_the_calculator_counts_past_carnival(bob: Client) -> None:
    shown = page(bob, "/setup/days/?calendar=brazil_banking&start=2026-02-14&days=1")
    assert "Feb. 14, 2026 does not count; the next one that does is Feb. 18, 2026" in shown
    assert 'href="/rules/?store=alice#P4"' in shown


@pytest.mark.parametrize("query", ["year=99999", "year=x", "calendar=moon", "start=x&days=0&calendar=x"])
def test_what_is_no_year_and_no_calendar_shows_the_usual_one(bob: Client, query: str) -> None:
    page(bob, f"/setup/days/?{query}")


def test_every_holiday_has_a_name_in_every_language_of_the_readers() -> None:
    """What the library calls only in English is in our own table, of both countries."""
    year = range(FIRST_YEAR, LAST_YEAR + 1)
    days = [date(y, 1, 1) + timedelta(days=n) for y in year for n in range(365)]
    for calendar in (Calendar.BRAZIL_BANKING, Calendar.CHINA_WORKING):
        names = {part for day in days for part in day_name(day, calendar, language="en_US").split("; ")} - {""}
        known = {name for name in names if MADE_UP_FOR.fullmatch(name) or name.removesuffix(OBSERVED) in HOLIDAYS}
        assert names == known


def test_a_day_off_that_is_made_up_for_says_on_which_day_in_the_readers_form() -> None:
    with override("pt-br"):
        said = holiday_name(date(2026, 1, 2), Calendar.CHINA_WORKING)
    assert "4 de janeiro de 2026" in said.lower()
