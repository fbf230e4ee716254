"""After-sale cases in a real browser: each playbook from open to close as the page leads, one by keyboard alone."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.case_fields import CaseField
from disputes.models import AfterSaleCase
from disputes.playbooks import Decision, MoneyWord, OrderWord, Step, load_playbooks, said
from disputes.services.after_sale import open_case
from orders.models import Order, Store
from tests.cast import alices_store, fact, happens, paid, placed_order
from tests.desk.case_robot import next_steps, owed, required_answers
from tests.desk.conftest import LogIn, go_by_key
from tests.desk.disputing import ago, order_underway, picture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST_TABS = 25


def order_for(kind: str, store: Store) -> Order:
    """An order that fits the kind."""
    fits = load_playbooks()[kind].fits
    if OrderWord.NOT_SHIPPED in fits:
        return placed_order(store, paid(), total=Decimal("24.00"))
    is_late = OrderWord.LATE in fits
    store = alices_store("taobao", policy="taobao-cn") if is_late else store  # the pack that pays for days of delay
    order = order_underway(store, days=70 if is_late else 20, total=Decimal("24.00"))
    if OrderWord.DELIVERED in fits:
        happens(order, fact(ago(days=2), "delivered", source="correios"), now=ago(days=2))
    return Order.objects.get(pk=order.pk)


def fill(form: Locator, answers: dict[str, str]) -> None:
    """Type and choose the answers."""
    for name, value in answers.items():
        field = form.locator(f"[name={name}]").first
        if field.get_attribute("type") == "radio":
            form.locator(f"[name={name}][value={value}]").check()
        elif field.evaluate("(field) => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def go_on(page: Page, case: AfterSaleCase, step: Step, photo: Path) -> None:
    """Do what the page says is next, and see it done."""
    row = page.locator(f"#step-{step.name}")
    expect(row).to_have_class(re.compile("next|waiting"))
    page.wait_for_load_state()  # then the row is whole, with its upload if it has one
    if step.wants and row.locator("details[open] input[type=file]").count():
        row.locator("input[type=file]").first.set_input_files(photo)
        row.get_by_role("button", name="Upload").click()
        expect(row.locator(".thumbs img")).to_have_count(1)
    if any(condition.money is MoneyWord.REFUNDED for condition in step.until):
        refund(page, row, owed(case))
    elif any(condition.money is MoneyWord.PAID for condition in step.until):
        page.get_by_role("button", name=re.compile("is paid$")).first.click()
    elif any(condition.parcel for condition in step.until):
        row.get_by_role("button", name="It has arrived").click()
    elif not step.is_waiting:
        form = page.locator(
            "#decision form" if step.decides is Decision.APPROVE else f"#step-{step.name} form.take"
        ).first
        # Money in an exchange waits for the goods (R5): there the goods are exchanged.
        others = {"remedy": "exchange"} if case.kind == "exchange" and CaseField.REMEDY in step.asks else {}
        fill(form, required_answers(step.asks) | others)
        form.locator("button.primary").click()
    expect(row).to_have_class("done")


def refund(page: Page, row: Locator, amount: Decimal) -> None:
    """The refund is recorded on the order, where the step leads."""
    address = page.url
    row.get_by_role("link", name="Record the refund").click()
    page.locator("[name=amount]").fill(str(amount))
    page.get_by_role("button", name="Refund the buyer").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.locator("#flash")).to_contain_text("Recorded")
    page.goto(address)


# Between them they have every control of the page; that each of the others ends is tried without a browser
# (tests/disputes/test_after_sale_playbooks.py).
@pytest.mark.parametrize("kind", ["damage", "exchange", "refund_after_shipping", "return", "delay_compensation"])
def test_each_playbook_goes_from_open_to_close(kind: str, log_in: LogIn, store: Store, tmp_path: Path) -> None:
    order, playbook, photo = order_for(kind, store), load_playbooks()[kind], tmp_path / "photo.jpg"
    photo.write_bytes(picture("JPEG"))
    page = log_in("alice", f"/orders/{order.pk}/case/")
    page.get_by_role("link", name=said(playbook.hint)).click()
    fill(page.locator("form", has=page.locator("[name=kind]")), required_answers(playbook.asks))
    page.get_by_role("button", name="Open the case").click()
    expect(page.locator("h1")).to_contain_text(said(playbook.title))
    case: AfterSaleCase = AfterSaleCase.objects.get(order=order)
    for _facts, step in next_steps(case):
        go_on(page, case, step, photo)
    expect(page.locator("h1")).to_contain_text("Closed")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this has the focus."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_case_is_found_and_worked_by_keyboard_alone(log_in: LogIn, live_server: LiveServer, store: Store) -> None:
    case = open_case(order_for("usage", store).pk, "usage", now=timezone.now(), actor="test")
    page = log_in("alice", "/")
    go_by_key(page, "c")
    expect(page.locator("h1")).to_have_text("Cases")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for _facts, step in next_steps(case):
        row = page.locator(f"#step-{step.name}")
        expect(row).to_have_class("next")
        page.keyboard.press("j")
        expect(row).to_be_focused()
        for name, value in required_answers(step.asks).items():
            tab_to(page, f"[name={name}]")
            if page.evaluate("document.activeElement.type") == "radio":
                choose(page, value)
            else:
                page.keyboard.type(value)
        tab_to(page, "button.primary")
        page.keyboard.press("Enter")
        expect(row).to_have_class("done")
    expect(page.locator("h1")).to_contain_text("Closed")


def choose(page: Page, value: str) -> None:
    """Go through the choices with the arrow until this one is chosen."""
    page.keyboard.press("Space")
    for _press in range(MOST_TABS):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrow does not lead to {value}")


def test_nothing_hangs_over_the_edge_of_a_small_phone(log_in: LogIn, live_server: LiveServer, store: Store) -> None:
    order = order_underway(store, buyer={"name": "W" * 60})
    case = open_case(
        order.pk,
        "damage",
        now=order.placed_at,
        actor="test",
        given={"is_signed": "no", "quantity": 4, "words": "W" * 90},
    )
    page = log_in("alice", "/")
    page.set_viewport_size({"width": 320, "height": 640})
    offer = f"/orders/{order.pk}/case/"
    for path in ("/cases/", f"/cases/{case.pk}/", offer, f"{offer}?kind=damage", "/money/"):
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
