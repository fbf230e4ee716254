"""Today in a real browser: cards chosen, taken, put aside and taken back by keys alone; the shift card printed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.models import ActionItem, ActionKind
from orders.models import Order
from tests.desk.conftest import Enter, LogIn, open_item

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MANY = 30


@pytest.fixture
def today(log_in: LogIn, placed: Order) -> Page:
    """Alice has logged in, and has things to do within nine days."""
    for number in range(MANY):
        item = open_item(placed, ActionKind.VERIFY_TRACKING, subject=str(number))
        ActionItem.objects.filter(pk=item.pk).update(due_at=timezone.now() + timedelta(days=9, minutes=number))
    return log_in("alice", "/")


def test_a_card_is_taken_put_aside_and_taken_back_by_keys(today: Page) -> None:
    first = today.locator(".card").first
    today.keyboard.press("j")
    today.keyboard.press("a")
    expect(first).to_contain_text("Yours now.")
    expect(first).to_be_focused()
    today.keyboard.press("z")
    expect(today.locator("#handing [name=reason]")).to_be_focused()
    today.keyboard.type("Maria is asked")
    today.keyboard.press("Enter")
    expect(first).to_contain_text("Put aside until")
    expect(today.locator("#handing")).to_be_hidden()
    expect(first).to_be_focused()
    today.keyboard.press("u")
    expect(first).to_contain_text("Taken back.")
    item = ActionItem.objects.order_by("due_at").first()
    assert (item.assignee.email, item.snoozed_until) == ("alice@example.com", None)


def test_a_card_whose_form_does_not_come_is_not_answered_by_the_form_of_another(today: Page) -> None:
    today.keyboard.press("j")
    today.keyboard.press("z")
    expect(today.locator("#handing [name=reason]")).to_be_focused()
    today.keyboard.press("Escape")
    today.route("**/snooze/", lambda route: route.fulfill(status=500))
    today.keyboard.press("j")
    today.keyboard.press("z")
    expect(today.locator("#lost")).to_be_visible()
    expect(today.locator("#handing")).to_be_hidden()


def test_several_cards_are_chosen_by_keys_and_given_at_once(today: Page) -> None:
    for key in "jxjx":
        today.keyboard.press(key)
    bar = today.locator("#several")
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Give").click()
    expect(today.locator("#flash")).to_contain_text("2 are yours now.")
    assert ActionItem.objects.filter(assignee__email="alice@example.com").count() == 2
    today.locator("#flash").get_by_role("button", name="Undo").click()
    expect(today.locator("#flash")).to_contain_text("Taken back: 2.")
    assert not ActionItem.objects.exclude(assignee=None).exists()


def test_the_next_cards_come_by_key_and_the_keys_go_on_there(today: Page) -> None:
    for shown in (8, 23):
        expect(today.locator(".card")).to_have_count(shown)
        for _step in range(shown if shown == 8 else 14):
            today.keyboard.press("j")
        today.keyboard.press("j")
        today.keyboard.press("Enter")
        expect(today.locator(".card").nth(shown)).to_be_focused()
    expect(today.locator(".card")).to_have_count(MANY)


def test_the_shift_card_is_printed_and_fits_a_small_phone(today: Page, live_server: LiveServer) -> None:
    back = timezone.now() + timedelta(days=12)
    today.goto(f"{live_server.url}/shift/?back={back:%Y-%m-%dT%H:%M}")
    expect(today.locator(".shift tbody tr")).to_have_count(MANY)
    today.evaluate("window.print = () => { document.title = 'printed' }")
    today.get_by_role("button", name="Print").click()
    expect(today).to_have_title("printed")
    today.set_viewport_size({"width": 320, "height": 640})
    assert today.evaluate("document.documentElement.scrollWidth") == 320
    today.emulate_media(media="print")
    expect(today.locator("form.filters")).to_be_hidden()


def test_a_press_that_is_not_answered_says_so_and_one_after_the_session_leads_to_the_log_in_and_back(
    browser: Browser, live_server: LiveServer, enter: Enter, placed: Order
) -> None:
    open_item(placed, ActionKind.VERIFY_TRACKING)
    session = {"name": "sessionid", "value": enter("alice").cookies["sessionid"].value, "url": live_server.url}
    with browser.new_context() as context:  # of its own: the failed presses stand in its console
        context.add_cookies([session])
        page = context.new_page()
        page.goto(f"{live_server.url}/?who=nobody")
        take, lost = page.get_by_role("button", name="Take it"), page.get_by_role("alertdialog")
        page.route("**/actions/**", lambda route: route.abort())
        take.click()
        expect(lost).to_contain_text("Prazo cannot be reached.")
        lost.get_by_role("button", name="Close").click()
        page.unroute("**/actions/**")
        context.clear_cookies(name="sessionid")
        take.click()
        expect(page.locator("#flash")).to_contain_text("it was not carried out")
        context.add_cookies([session])
        page.goto(f"{page.url}")
        expect(page).to_have_url(f"{live_server.url}/?who=nobody")
