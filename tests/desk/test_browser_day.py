"""An agent's day in a real browser, from the log-in to the evidence that is handed in: by mouse on a PC, by touch on a
phone, and by keyboard alone, in each language."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLong
from pytest_django.live_server_helper import LiveServer

from disputes.models import ActionItem, ActionKind, Dispute
from evidence.models import Bundle
from evidence.services.bundles import build_bundle
from messaging.models import Message
from orders.models import Membership, Order, Store, User
from orders.roles import Role
from tests.cast import alices_store, fact, happens, paid, placed_order
from tests.desk.conftest import go_by_key, open_item
from tests.desk.disputing import ago, disputed, order_underway, picture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "a-good-long-one"
MOST_TABS = 150  # from one thing on a page to the next that the day needs


class Hands(Protocol):
    """How a person works the desk."""

    page: Page

    def press(self, target: Locator) -> None:
        """Use a button, a link, or what unfolds."""

    def write(self, target: Locator, text: str) -> None:
        """Fill a field in."""

    def choose_file(self, target: Locator, path: Path) -> None:
        """Give a file to an upload."""

    def go(self, key: str) -> None:
        """To one of the places of the menu."""


@dataclass
class Pointer:
    """A mouse or a finger."""

    page: Page
    use: Callable[[Locator], None]

    def press(self, target: Locator) -> None:
        self.use(target)

    def write(self, target: Locator, text: str) -> None:
        self.use(target)
        target.fill(text)

    def choose_file(self, target: Locator, path: Path) -> None:
        target.set_input_files(path)

    def go(self, key: str) -> None:
        self.press(self.page.locator(f".menu > [data-go={key}]"))
        expect(self.page.locator(f"[data-go={key}][aria-current=page]")).to_be_visible()


@dataclass
class Keys:
    """A keyboard alone: Tab until it is there, then Enter or the words."""

    page: Page

    def reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _turn in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not come to {target}")

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def choose_file(self, target: Locator, path: Path) -> None:
        for _turn in range(3):  # a headless Chromium on a busy machine swallows the key now and then
            self.reach(target)
            with suppress(TooLong):
                with self.page.expect_file_chooser(timeout=30_000) as chosen:
                    self.page.keyboard.press("Space")
                chosen.value.set_files(path)
                return
        raise AssertionError("no file can be chosen by keyboard")

    def go(self, key: str) -> None:
        self.page.locator("#main").focus()
        go_by_key(self.page, key)


@pytest.fixture
def store(live_server: LiveServer) -> Store:
    """Bob's morning: an order to ship, a message that waits for a hand, a dispute whose evidence is due."""
    store = alices_store()
    bob = User.objects.create_user("bob@example.com", PASSWORD)
    Membership.objects.create(store=store, user=bob, role=Role.AGENT)
    placed_at = timezone.now() - timedelta(days=5)
    early = placed_order(
        store, paid(ago(days=4)), now=ago(days=5), number="1001", placed_at=placed_at, buyer={"email": ""}
    )
    open_item(early, ActionKind.SHIP)
    dispute = disputed(order_underway(store, number="1002"), opened=ago(days=2), amount="12.00")
    happens(dispute.order, fact(ago(hours=3), "platform_notice"), now=ago())
    return store


@pytest.fixture
def hands(store: Store, browser: Browser, language: str, way: str) -> Iterator[Hands]:
    """A PC with a mouse, a phone, or a PC without a mouse, in Bob's language."""
    User.objects.filter(email="bob@example.com").update(language=language)
    size = {"width": 360, "height": 740} if way == "touch" else {"width": 1280, "height": 800}
    with browser.new_context(viewport=size, has_touch=way == "touch", reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        use: Callable[[Locator], None] = Locator.tap if way == "touch" else Locator.click
        yield Keys(page) if way == "keys" else Pointer(page, use)
        page.goto("about:blank")  # nothing is on its way when the database is emptied


def log_in(hands: Hands, page: Page, address: str) -> None:
    page.goto(address)
    hands.write(page.locator("[name=login]"), "bob@example.com")
    hands.write(page.locator("[name=password]"), PASSWORD)
    hands.press(page.locator("main button.primary"))
    expect(page.locator("#board")).to_be_visible()


def ship_from_today(hands: Hands, page: Page) -> None:
    item = ActionItem.objects.get(kind="ship", state="open")
    card = page.locator(f"#action-{item.pk}")
    hands.write(card.locator("[name=tracking_number]"), "LX123456785CN")
    hands.press(card.locator("button[value=event]"))
    expect(page.locator(f"#action-{item.pk}.done")).to_be_visible()
    assert Order.objects.get(order_number="1001").state == "shipped"


def send_by_hand(hands: Hands, page: Page) -> None:
    waiting = Message.objects.filter(state="waiting").count()
    hands.go("m")
    hands.press(page.locator("main a[href*='/messages/run/']").first)
    expect(page.locator("#run-text")).to_be_visible()
    hands.press(page.locator("#run button[value=sent]"))
    expect(page.locator("#run progress")).to_have_attribute("value", "1")
    assert Message.objects.filter(state="waiting").count() == waiting - 1


def find_the_order(hands: Hands, page: Page) -> None:
    hands.write(page.locator("#search"), "123456785")
    page.keyboard.press("Enter")
    hands.press(page.locator("tr[data-row] [data-open]").first)
    expect(page.locator("#order h1")).to_contain_text("1001")


def hand_the_evidence_in(hands: Hands, page: Page, photo: Path) -> None:
    dispute = Dispute.objects.get()
    hands.go("d")
    hands.press(page.locator(f"main a[href='/disputes/{dispute.pk}/']").first)
    slot = page.locator(".slot.missing").first
    hands.press(slot.locator("summary"))
    hands.choose_file(slot.locator("input[type=file]").first, photo)
    hands.press(slot.locator("form.upload > .buttons button"))
    expect(page.locator("#checklist .count")).to_contain_text("1/")
    hands.press(page.locator("#bundles .recipients button"))
    expect(page.locator(".bundle .progress")).to_be_visible()
    page.goto("about:blank")  # the tests' database in memory takes one at a time
    build_bundle(Bundle.objects.get().pk, timezone.now)  # as a worker does
    page.go_back()
    hands.press(page.locator(".bundle form button.primary"))
    hands.press(page.locator("form:has([name=confirmed]) button.primary"))
    expect(page.locator(".bundle .badge.good")).to_be_visible()
    assert (Bundle.objects.get().state, Dispute.objects.get().state) == ("submitted", "evidence_submitted")


@pytest.mark.parametrize(("language", "way"), [("en", "mouse"), ("zh-hans", "keys"), ("pt-br", "touch")])
def test_a_day_from_the_log_in_to_the_evidence(
    hands: Hands, language: str, live_server: LiveServer, tmp_path: Path
) -> None:
    page = hands.page
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture("JPEG", width=300, height=200))
    log_in(hands, page, f"{live_server.url}/")
    ship_from_today(hands, page)
    send_by_hand(hands, page)
    find_the_order(hands, page)
    hand_the_evidence_in(hands, page, photo)
    assert page.locator("html").get_attribute("lang") == language
