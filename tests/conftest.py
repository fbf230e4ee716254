"""What every test stands on: real servers, a browser, and nothing of the developer's own data."""

import gc
import os
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

from config import celery_app
from tests.servers.answering import Answering
from tests.servers.chromium import FLAGS, find_chromium
from tests.servers.disks import Disk, small_disk
from tests.servers.postgresql import postgresql
from tests.servers.redis import redis_server
from tests.servers.smtp import Mailroom, smtp_server

# CI sets it: what a developer's machine may lack, CI may not.
NO_SKIPS = os.environ.get("PRAZO_NO_SKIPS") == "1"

# Of the desk's tests, those of pages that sort, count or seek; and of every page, who may open it.
LISTS = {
    "test_access", "test_alarms", "test_bulk", "test_carriers", "test_cases", "test_digest", "test_disputes",
    "test_figure_cases", "test_figures", "test_handing", "test_inbox", "test_messages", "test_metrics", "test_money",
    "test_order_filters", "test_orders", "test_review_causes", "test_reviews", "test_shift", "test_today",
    "test_tracking", "test_weekly",
}  # fmt: skip

# They stand on servers and child processes of their own: no unit is tried there alone.
OUTSIDE = {
    "test_appeals", "test_bundle_contents", "test_bundles", "test_collecting", "test_containers", "test_exhibits",
    "test_hostile_files", "test_http", "test_inbound", "test_odd_scenarios", "test_outward", "test_papers",
    "test_pictures", "test_platform_commands", "test_platform_reading", "test_polling", "test_polling_faults",
    "test_processes", "test_sending", "test_seventeen_track", "test_signing", "test_team",
}  # fmt: skip

# Of ten seconds and more: whole programs, storms, walks through all pages.
LONG = {
    "test_backups", "test_browser_day", "test_browser_screens", "test_clocks", "test_databases", "test_demo",
    "test_document",
    "test_sqlite", "test_storm", "test_two_hosts", "test_two_versions",
}  # fmt: skip

# A shared machine stalls now and then: slow is not wrong.
hypothesis.settings.register_profile(
    "prazo", deadline=None, max_examples=50, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("prazo")
expect.set_options(timeout=60_000)  # milliseconds
PATIENCE = 180_000  # milliseconds, for a browser that starts, a page that comes, and what is looked for on it
LOCK_SECONDS = 120

# What is imported and collected stays to the end: to walk through all of it again and again took a tenth of the time.
gc.set_threshold(100_000, 20, 100)


def pytest_collection_finish() -> None:
    """Leave what is there by now out of the garbage collector's walks."""
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    """What a run for every save, and a second run on another database, leave out."""
    parser.addoption("--unit", action="store_true", help="leave out pages, servers, children, and what is slow")
    parser.addoption("--database-only", action="store_true", help="leave out what touches no database")


def pytest_report_header() -> list[str]:
    """What this run does not measure, because it lacks the file: said, and not passed over."""
    lacking = not os.environ.get("REVIEWS_FILE")
    return ["real reviews: not measured, REVIEWS_FILE names no file (docs/reviews.md)"] if lacking else []


@pytest.hookimpl(trylast=True)  # the last, for what is left out here or by marks shifts where each worker begins
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs PostgreSQL when the run is on SQLite; leave out what needs no database where asked."""
    for option, is_kept in {"--unit": is_of_a_unit, "--database-only": is_worth_repeating}.items():
        if config.getoption(option):
            config.hook.pytest_deselected(items=[item for item in items if not is_kept(item)])
            items[:] = [item for item in items if is_kept(item)]
    keep_folders_together(items)
    begin_with_long_ones(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    if connection.vendor != "postgresql":
        skip = pytest.mark.skip(reason="needs PostgreSQL: python -m tests.servers postgresql -- pytest")
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(skip)


def keep_folders_together(items: list[pytest.Item]) -> None:
    """Shuffled are the folders, and the tests of each: what a folder's tests share is made by few of the workers."""
    folders = {folder: place for place, folder in enumerate(dict.fromkeys(item.path.parent for item in items))}
    items.sort(key=lambda item: folders[item.path.parent])


def begin_with_long_ones(items: list[pytest.Item], workers: int) -> None:
    """Put the longest tests where each worker begins, so that none is left alone with one at the end.

    Of an order of tests each of the workers gets a part of the same length, and takes from the others' ends later.
    """
    long = [item for item in items if item.path.stem in LONG]
    others = iter([item for item in items if item.path.stem not in LONG])
    size, items[:] = len(items) // workers, []
    for worker in range(workers):
        mine = long[worker::workers]
        items += [*mine, *islice(others, max(size - len(mine), 0))]
    items += others


def is_of_a_unit(item: pytest.Item) -> bool:
    """Whether the test tries our own code alone, and does so at once."""
    marked = any(item.get_closest_marker(name) for name in ("slow", "browser", "postgresql", "benchmark"))
    return not marked and "desk" not in item.path.parts and item.path.stem not in OUTSIDE


def is_worth_repeating(item: pytest.Item) -> bool:
    """Whether another database could answer otherwise.

    Of the desk, which writes nothing itself, that is every address once (test_access), and what sorts, counts or seeks.
    A rehearsal has SQLite wherever it is played.
    """
    if item.path.stem.startswith("test_replay") and not item.get_closest_marker("postgresql"):
        return False
    if "desk" in item.path.parts and not item.get_closest_marker("postgresql"):
        return item.path.stem in LISTS and uses_database(item)
    return uses_database(item)


def uses_database(item: pytest.Item) -> bool:
    """Whether the test, or a fixture of its, reads or writes rows of the run's database; some start their own."""
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgresql"))
    asked = {"db", "transactional_db", "live_server"}.intersection(getattr(item, "fixturenames", ()))
    return marked or bool(asked)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nothing may be skipped."""
    report = yield
    if NO_SKIPS and report.skipped and isinstance(report.longrepr, tuple):  # an expected failure has none
        report.outcome = "failed"
        report.longrepr = f"skipped with PRAZO_NO_SKIPS=1: {report.longrepr[2]}"
    return report


@pytest.fixture(scope="session", autouse=True)
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Uploads go to a temporary folder, wake-ups nowhere: a demo on this machine notices nothing."""
    data_dir = tmp_path_factory.mktemp("data")
    settings = {
        "DATA_DIR": data_dir,
        "MEDIA_ROOT": data_dir / "media",
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),  # whitenoise warns where it is missing
        "WHITENOISE_AUTOREFRESH": True,  # it looks a file up when asked, not all of them for each test's client
    }
    celery_app.conf.update(broker_url="memory://")
    with override_settings(**settings):
        yield data_dir


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are kept by scrypt here, too, with next to none of its work: 0.2 s each, two hundred times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScryptPasswordHasher, "work_factor", 2)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A file where SQLite is, and a way to empty the append-only table between tests; in tests its triggers hold.

    Of a database in memory, which Django would take, SQLite's connections share one cache: there who reads a table
    keeps the others from writing into it, and no waiting helps. In a file it is as on a seller's laptop.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        connection.settings_dict["OPTIONS"]["timeout"] = LOCK_SECONDS  # SQLite gives a lock to anybody, and not in turn
    answering = Answering()

    def flush_when_idle(operations: BaseDatabaseOperations, sql_list: list[str]) -> None:
        answering.wait()  # whoever still reads keeps SQLite from emptying a table, or writes into the emptied one
        flush_past_triggers(operations, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_when_idle)
        yield


def flush_past_triggers(
    self: BaseDatabaseOperations,
    sql_list: list[str],
    flush: Callable[..., None] = BaseDatabaseOperations.execute_sql_flush,
) -> None:
    """Django's flush with the triggers out of its way."""
    with self.connection.cursor() as cursor:
        if self.connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            flush(self, sql_list)
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        flush(self, sql_list)
        for _, sql in triggers:
            cursor.execute(sql)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL of this test process's own, whatever the run's database is."""
    with postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Valkey of this test process's own."""
    with redis_server() as address:
        yield address


@pytest.fixture
def mailroom() -> Iterator[Mailroom]:
    """A real SMTP server with an empty memory."""
    with smtp_server() as room:
        yield room


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk that can be full."""
    with small_disk(tmp_path / "disk") as made:
        yield made


# A person works on a page that he sees at work: what he does before its scripts run would be nobody's. The page's own
# methods (`page.fill`) do not wait: for what somebody does who is quicker than a script.
KEYS = ("press", "type", "insert_text")
DEEDS = (
    "check", "clear", "click", "dispatch_event", "fill", "focus", "press", "press_sequentially", "select_option",
    "set_input_files", "tap", "uncheck",
)  # fmt: skip


def _when_loaded(deed: Callable[..., Any]) -> Callable[..., Any]:
    """Do it once the page that has the element is whole."""

    def wait_and_do(self: Locator, *given: Any, **options: Any) -> Any:
        self.wait_for(state="attached")
        self.page.wait_for_load_state()
        return deed(self, *given, **options)

    return wait_and_do


def _type_when_loaded(page: Page) -> None:
    def wait_and_do(deed: Callable[..., None]) -> Callable[..., None]:
        def typed(text: str, **options: Any) -> None:
            page.wait_for_load_state()
            deed(text, **options)

        return typed

    for name in KEYS:
        setattr(page.keyboard, name, wait_and_do(getattr(page.keyboard, name)))


def _patient(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    def new(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("page", _type_when_loaded)
        return context

    return new


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the test process."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: make system")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in this thread, and Django would refuse every query beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=PATIENCE)
        for name in DEEDS:
            patch.setattr(Locator, name, _when_loaded(getattr(Locator, name)))
        patch.setattr(chromium, "new_context", _patient(chromium.new_context))
        yield chromium
        chromium.close()


# What the console says of a refusal that the test provoked, and of what a page still asked for when it was left: what a
# page answers is the test's own matter.
UNANSWERED = ("Failed to load resource", "Response Status Error Code", "htmx:afterRequest", "htmx:sendError")


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A new page in a profile of its own; an error in its console (script, Content-Security-Policy) fails the test."""
    errors: list[str] = []

    def note(line: ConsoleMessage) -> None:
        if line.type == "error" and not line.text.startswith(UNANSWERED):
            errors.append(line.text)

    with browser.new_context() as context:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", note)
        yield page
    assert errors == []
