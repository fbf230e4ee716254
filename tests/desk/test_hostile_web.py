"""Hostile input through the web: scripts in every free text, foreign hosts, foreign redirects, frames, headers."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from messaging.models import QuickReply
from orders.models import AuditKind, Order, OrderFile, Store, TimelineEvent, TrackingEvent, User
from orders.services.auditing import Doer, note_deed
from tests.cast import happens, tracking
from tests.desk.conftest import address
from tests.desk.disputing import ago, read_whole
from tests.desk.hostile import MARK, PAYLOAD, Findings, plant_everywhere
from tests.desk.test_access import TABLE, arguments

__all__ = ["arguments"]

ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:evil.example"]
# Beside the desk's, what a person of the team reaches.
OTHER_PAGES = ["/accounts/password/set/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/sessions/",
               "/accounts/logout/", "/accounts/login/", "/accounts/password/reset/", "/nothing/here/"]  # fmt: skip
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "frame-src": "'self'",
    "frame-ancestors": "'none'", "base-uri": "'none'", "manifest-src": "'self'",
}  # fmt: skip


@pytest.fixture
def planted(store: Store, arguments: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The desk's addresses, in a case in which every free text is an attack."""
    order, now = Order.objects.get(pk=arguments["order"]["pk"]), timezone.now()
    reply = {"code": "mug", "language": "en", "title": "t", "text": "t"}
    QuickReply.objects.create(store=store, group="gift", changed_at=now, **reply)
    note_deed(AuditKind.LOGGED_IN, Doer(User.objects.get(email=address("alice")), "203.0.113.7", "x"), now=now)
    happens(order, tracking(ago(minutes=3), "in_transit", description="left", location="Campinas"), now=ago(minutes=3))
    assert plant_everywhere() > 100
    return arguments


def pages_of(client: Client, keys: dict[str, dict[str, Any]], method: str) -> list[tuple[str, str]]:
    """Every HTML page of the desk that answers this method, by name."""
    found = []
    for name, (known, _answers) in sorted(TABLE.items()):
        if name in {"log_in_once", "webhook_17track", "readiness", "readyz"} or known != method:
            continue
        answer = getattr(client, method)(reverse(f"desk:{name}", kwargs=keys.get(name, {})))
        assert answer.status_code < 500, name
        whole = read_whole(answer)
        if answer.get("Content-Type", "").startswith("text/html"):
            found.append((name, whole.decode()))
    return found


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_takes_a_text_for_markup(method: str, alice: Client, planted: dict[str, dict[str, Any]]) -> None:
    pages = pages_of(alice, planted, method)
    wrong = {name: found for name, page in pages if (found := Findings(page).found)}
    assert wrong == {}
    if method == "get":
        assert sum(MARK in page for _name, page in pages) >= 15  # it is there, as text
        assert [name for name, page in pages if Findings(page).shown] == []


def test_no_fragment_takes_a_text_for_markup(alice: Client, planted: dict[str, dict[str, Any]]) -> None:
    for name in ("check", "doubts", "bundle", "file", "tracking_reading", "today", "orders", "disruptions"):
        path = reverse(f"desk:{name}", kwargs=planted.get(name, {}))
        page = alice.get(path, {"description": PAYLOAD}, headers={"HX-Request": "true"}).content.decode()
        assert Findings(page).found == [], name


QUESTIONS = ["/?store", "/orders/?q", "/tracking/find/?q", "/messages/?box", "/audit/?kind", "/disputes/?reason",
             "/accounts/login/?next", "/carriers/?by", "/figures/?span"]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_asked_for_comes_back_as_text(alice: Client, question: str) -> None:
    path, _mark, key = question.rpartition("?")
    assert Findings(alice.get(path, {key: PAYLOAD}, follow=True).content.decode()).found == []


def test_planted_words_reach_the_tables_that_they_are_for(planted: dict[str, dict[str, Any]]) -> None:
    assert TrackingEvent.objects.filter(description__contains=MARK).exists()
    assert TimelineEvent.objects.filter(data__icontains=MARK).exists()


# --- headers ----------------------------------------------------------------------------------------------------------


def directives(answer: Any) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: values for name, _space, values in pairs}


def test_every_page_carries_the_policy_and_the_other_headers(alice: Client, arguments: dict[str, Any]) -> None:
    paths = [
        reverse(f"desk:{name}", kwargs=arguments.get(name, {}))
        for name, (method, _a) in TABLE.items()
        if method == "get" and name != "log_in_once"
    ]
    for path in [*paths, *OTHER_PAGES, "/admin/"]:
        answer = alice.get(path)
        read_whole(answer)
        is_page = answer.get("Content-Type", "text/html").startswith("text/html")
        assert not is_page or directives(answer) == POLICY, path
        assert answer["X-Content-Type-Options"] == "nosniff", path
        assert answer["X-Frame-Options"] == "DENY" or not is_page, path
        assert answer["Referrer-Policy"] == "same-origin", path
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", path


@pytest.mark.parametrize("name", ["bundle_file", "exhibit", "notice", "thumbnail", "proof"])
def test_a_kept_file_runs_nothing_in_our_name(name: str, alice: Client, arguments: dict[str, Any]) -> None:
    """A file of a stranger is shown in a frame of ours at most, and never guessed to be a page."""
    answer = alice.get(reverse(f"desk:{name}", kwargs=arguments[name]))
    read_whole(answer)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer["Content-Type"].startswith(("text/html", "image/svg", "application/xhtml", "text/xml"))
    policy = directives(answer)
    assert policy in ({"default-src": "'none'", "sandbox": ""}, {"frame-ancestors": "'self'"}, POLICY)
    assert answer["X-Frame-Options"] in {"DENY", "SAMEORIGIN"}


def test_production_insists_on_https(client: Client, db: None, settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    assert client.get("/accounts/login/")["Location"].startswith("https://")
    answer = client.get("/accounts/login/", secure=True)
    assert answer["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "evil.example:8000"]
)
def test_another_host_is_refused(client: Client, db: None, host: str) -> None:
    assert client.get("/accounts/login/", headers={"Host": host}).status_code == 400
    assert client.post("/accounts/password/reset/", {"email": "a@b.c"}, headers={"Host": host}).status_code == 400


def test_a_forwarded_host_leads_nobody_astray(client: Client, store: Store, mailoutbox: list[Any]) -> None:
    client.post("/accounts/password/reset/", {"email": address("alice")}, headers={"X-Forwarded-Host": "evil.example"})
    assert len(mailoutbox) == 1
    assert "evil.example" not in mailoutbox[0].body


# --- leaving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ELSEWHERE)
def test_nobody_is_sent_elsewhere(client: Client, store: Store, to: str, arguments: dict[str, Any]) -> None:
    alice = User.objects.get(email=address("alice"))
    alice.set_password("a-good-long-one")
    alice.save()
    given = {"login": alice.email, "password": "a-good-long-one", "next": to}
    assert client.post(f"/accounts/login/?next={to}", given)["Location"] == "/"
    for path in ("/language/", reverse("desk:sent", kwargs=arguments["sent"]), "/accounts/logout/"):
        answer = client.post(path, {"language": "en", "next": to}, headers={"Referer": to})
        assert "evil" not in answer["Location"], path
        assert "alert" not in answer["Location"], path


# --- files ------------------------------------------------------------------------------------------------------------

PATHS = [
    "../../evil.csv",
    "..\\..\\evil.csv",
    "/etc/evil.csv",
    "a\r\nX-Evil: 1.csv",
    "C:\\evil.csv",
    "." * 300 + ".csv",
    "‮vsc.exe",
]


@pytest.mark.parametrize("name", PATHS)
def test_the_name_of_an_upload_is_no_path(alice: Client, store: Store, name: str) -> None:
    root, before = Path(settings.MEDIA_ROOT), set(Path(settings.DATA_DIR).rglob("*"))
    alice.post("/import/", {"store": store.slug, "content": "orders", "file": SimpleUploadedFile(name, b"a,b\n1,2\n")})
    made = [path for path in set(Path(settings.DATA_DIR).rglob("*")) - before if path.is_file()]
    assert len(made) <= 1
    assert all(path.resolve().is_relative_to(root / "order-files") for path in made)
    for file in OrderFile.objects.all():
        answer = alice.get(f"/import/{file.pk}/errors.csv")
        assert answer["Content-Disposition"] == f'attachment; filename="errors-{file.pk}.csv"'


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_script_of_a_stranger_runs_in_a_browser(
    browser_page: Page, live_server: LiveServer, alice: Client, planted: dict[str, dict[str, Any]]
) -> None:
    """The page fixture fails the test on any error in the console, a refusal of the policy among them."""
    cookie = alice.cookies["sessionid"].value
    browser_page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    ran: list[str] = []
    browser_page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    names = ("today", "orders", "order", "dispute", "disputes", "tracking", "disruptions", "disruption", "snapshot",
             "messages", "import", "file", "texts", "people", "audit", "carriers", "tracking_accounts")  # fmt: skip
    for name in names:
        browser_page.goto(live_server.url + reverse(f"desk:{name}", kwargs=planted.get(name, {})))
        expect(browser_page.locator("h1").first).to_be_visible()
        assert browser_page.locator(MARK).count() == 0, name
    assert ran == []
    browser_page.goto("about:blank")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_code_to_scan_is_shown_under_the_policy(browser_page: Page, live_server: LiveServer, alice: Client) -> None:
    cookie = alice.cookies["sessionid"].value
    browser_page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.goto(f"{live_server.url}/accounts/2fa/totp/activate/")
    picture = browser_page.locator("img[src^='data:image/svg']")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert browser_page.evaluate("document.documentElement.scrollWidth") == 390
    browser_page.goto("about:blank")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path", ["/people/", "/audit/", "/accounts/sessions/", "/accounts/2fa/", "/accounts/password/set/"]
)
def test_the_pages_of_people_fit_a_phone(browser_page: Page, live_server: LiveServer, alice: Client, path: str) -> None:
    alice.post("/preferences/", {"first_name": "Alice" * 6, "language": "en", "timezone": ""})
    cookie = alice.cookies["sessionid"].value
    browser_page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.goto(f"{live_server.url}{path}")
    expect(browser_page.locator("h1").first).to_be_visible()
    assert browser_page.evaluate("document.documentElement.scrollWidth") == 390
    browser_page.goto("about:blank")
