"""Every page that the owner can reach, in a real browser: on a PC and a phone, by day and by night, in each language.

Each is read by axe (WCAG A and AA, and good practice; then what phone and night change), must not scroll sideways, not
on the smallest phone either, and must not complain in its console.
With PRAZO_SCREENS=FOLDER a picture of each is kept there, to be looked at.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Error, Page
from pytest_django.live_server_helper import LiveServer

from desk.demo_data import load_demo
from orders.models import User

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SCREENS = os.environ.get("PRAZO_SCREENS", "")
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What the same page can break on a phone, and at night: everything else says the same there, and costs half a second.
PHONE_RULES = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
LEAST = 35  # pages: with fewer, the walk has lost its way
NOT_OURS = ("admin:",)
LEFT = ("htmx:afterRequest", "htmx:sendError")  # the page before still asked for something when it was left
NO_PAGES = {"account_logout", "set_language"}
UNFOLD = "document.querySelectorAll('details:not([name=menu])').forEach((part) => { part.open = true; })"
SMALLEST = 320  # pixels
TALL = "document.documentElement.scrollHeight"
# An address with a mark scrolls: until that is undone, the bar covers what stands under it.
SETTLED = "new Promise((done) => { scrollTo(0, 0); requestAnimationFrame(() => requestAnimationFrame(done)); })"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
LINKS = "[...document.querySelectorAll('a[href]:not([download])')].map((link) => link.href.baseVal ?? link.href)"


@dataclass
class Walk:
    """A walk through the desk by its links, a page of each address; `faults` are what was found, by the page's name."""

    page: Page
    origin: str
    picture_of: str
    rules: list[str]
    seen: set[str] = field(default_factory=set)
    faults: dict[str, list[str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def go(self) -> None:
        """From Today on, until nothing new turns up."""
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", self._note)
        waiting = [f"{self.origin}/"]
        while waiting:
            address = waiting.pop(0)
            name = self._name(address)
            if name and name not in self.seen:
                self.seen.add(name)
                waiting += self._visit(name, address)

    def _note(self, line: ConsoleMessage) -> None:
        if line.type == "error" and not line.text.startswith(LEFT):
            self.said.append(line.text)

    def _name(self, address: str) -> str:
        """The page behind an address of ours, empty for what is none."""
        parts = urlsplit(address)
        if not address.startswith(f"{self.origin}/"):
            return ""
        try:
            name = resolve(parts.path).view_name
        except Resolver404:
            self.faults[parts.path] = ["leads nowhere"]
            return ""
        return "" if name.startswith(NOT_OURS) or name in NO_PAGES else name

    def _visit(self, name: str, address: str) -> list[str]:
        """Look at one page; returns where it leads."""
        self.said.clear()
        try:
            answer = self.page.goto(address)
        except Error as error:
            if "Download is starting" in error.message:
                return []
            raise
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            return []
        found = list(self._complaints(answer.status))
        if found:
            self.faults[name] = found
        links: list[str] = self.page.evaluate(LINKS)
        return links

    def _complaints(self, status: int) -> Iterator[str]:
        if status != 200:
            yield f"status {status}"
        if self.page.evaluate(WIDER):
            yield "scrolls sideways"
        self._keep_picture()
        self.page.evaluate(UNFOLD)
        if self.page.evaluate(WIDER):
            yield "scrolls sideways when all is unfolded"
        yield from self._barriers() if self.rules else ()
        if self._is_wider_on(SMALLEST):
            yield f"scrolls sideways at {SMALLEST} pixels"
        yield from self.said

    def _barriers(self) -> Iterator[str]:
        """Looked for on the whole page at once: axe measures only the part of a link that is in sight."""
        shown = self.page.viewport_size
        assert shown is not None
        self.page.set_viewport_size({"width": shown["width"], "height": max(shown["height"], self.page.evaluate(TALL))})
        self.page.evaluate(SETTLED)
        part = None if len(self.seen) == 1 or self.rules == ALL_RULES else "main"  # the menu is the same on every page
        found = Axe().run(self.page, part, {"runOnly": self.rules, "resultTypes": ["violations"]})
        self.page.set_viewport_size(shown)
        for fault in found.response["violations"]:
            places = [f"{node['target'][0]}: {node['failureSummary']}" for node in fault["nodes"]]
            yield f"{fault['id']} on {self.page.url}, {len(places)} times: {places[:3]}"

    def _is_wider_on(self, width: int) -> bool:
        shown = self.page.viewport_size
        assert shown is not None
        self.page.set_viewport_size({"width": width, "height": shown["height"]})
        is_wider: bool = self.page.evaluate(WIDER)
        self.page.set_viewport_size(shown)
        return is_wider

    def _keep_picture(self) -> None:
        if SCREENS:
            name = urlsplit(self.page.url).path.strip("/").replace("/", "-") or "today"
            folder = Path(SCREENS, self.picture_of)
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.jpeg", full_page=True, quality=60, type="jpeg")


@pytest.mark.parametrize(
    ("language", "width", "scheme", "rules"),
    [("en", 1280, "light", ALL_RULES), ("zh-hans", 360, "light", []), ("pt-br", 360, "dark", PHONE_RULES)],
)
def test_every_page_can_be_used_by_everybody(
    language: str,
    width: int,
    scheme: str,
    rules: list[str],
    browser: Browser,
    live_server: LiveServer,
    settings: LazySettings,
) -> None:
    settings.DEMO = True
    load_demo(timezone.now())
    alice = User.objects.get(email="alice@example.com")
    alice.language = language
    alice.save()
    client = Client()
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    shown = {"width": width, "height": 800}
    with browser.new_context(viewport=shown, color_scheme=scheme, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        context.add_cookies([cookie])  # type: ignore[list-item]
        walk = Walk(context.new_page(), live_server.url, f"{language}-{width}-{scheme}", rules)
        walk.go()
        walk.page.goto("about:blank")
    assert walk.faults == {}
    assert len(walk.seen) >= LEAST
