"""Set-up in a real browser: a rule changed by keyboard alone, with a look first; nothing runs off a small phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.models import PolicyChange
from disputes.policy_changes import work_on_change
from orders.models import Store
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import go_by_key
from tests.desk.test_browser import desk as desk  # the same way in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def work_on_latest() -> None:
    """What the worker does beside the page."""
    now = timezone.now()
    work_on_change(PolicyChange.objects.latest("id").pk, timezone.now, until=now + timedelta(minutes=1))


def ago(**span: float) -> str:
    return f"{timezone.now() - timedelta(**span):%Y-%m-%d %H:%M}"


def test_a_rule_is_changed_by_keyboard_with_a_look_first(desk: Page, live_server: LiveServer, store: Store) -> None:
    placed_at = timezone.now() - timedelta(days=26)
    placed_order(store, paid(ago(days=25)), shipped(ago(days=24)), number="2", placed_at=placed_at)
    desk.goto(f"{live_server}/")
    go_by_key(desk, "s")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Set-up")
    desk.locator("a[href^='/rules/change/']").focus()
    desk.keyboard.press("Enter")
    field = desk.locator("[name=C1-after_0]")
    field.focus()
    field.press("Control+a")
    desk.keyboard.type("20")
    desk.keyboard.press("Enter")
    expect(desk.locator(".progress")).to_be_visible()
    work_on_latest()
    expect(desk.get_by_text("2 dates fall into the past and are missed")).to_be_visible()
    desk.get_by_label("I know that").focus()
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    expect(desk.locator("#flash")).to_contain_text("The new values hold")
    work_on_latest()
    expect(desk.get_by_role("button", name="Undo")).to_be_visible()
    assert Store.objects.get(pk=store.pk).policy_overrides["C1"]["after"] == "20 days"


def test_a_refused_form_begins_at_its_first_fault_and_links_to_it_at_the_top(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(f"{live_server}/rules/change/?store=alice")
    for name, days in (("C1", "50"), ("C2", "45")):
        desk.locator(f"[name={name}-after_0]").fill(days)
    desk.locator("[name=C2-after_0]").press("Enter")
    at_fault = desk.locator("[name=C2-after_0]")
    expect(at_fault).to_be_focused()
    expect(at_fault).to_be_in_viewport()
    link = desk.get_by_role("alert").get_by_role("link", name="C2")
    desk.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    expect(link).to_be_in_viewport()
    link.click()
    expect(at_fault).to_be_focused()
    expect(at_fault).to_be_in_viewport()
