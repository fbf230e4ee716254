"""What every test stands on: real servers, a browser, and nothing of the developer's own data."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from config import celery_app
from tests.servers.chromium import FLAGS, find_chromium
from tests.servers.disks import Disk, small_disk
from tests.servers.postgresql import postgresql
from tests.servers.redis import redis_server
from tests.servers.smtp import Mailroom, smtp_server

# CI sets it: what a developer's machine may lack, CI may not.
NO_SKIPS = os.environ.get("PRAZO_NO_SKIPS") == "1"

# A shared machine stalls now and then: slow is not wrong.
hypothesis.settings.register_profile("prazo", deadline=None)
hypothesis.settings.load_profile("prazo")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What a second run, on another database, need not repeat."""
    parser.addoption("--database-only", action="store_true", help="leave out what touches no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs PostgreSQL when the run is on SQLite; leave out what needs no database where asked."""
    if config.getoption("--database-only"):
        left = [item for item in items if not uses_database(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if uses_database(item)]
    if connection.vendor != "postgresql":
        skip = pytest.mark.skip(reason="needs PostgreSQL: python -m tests.servers postgresql -- pytest")
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(skip)


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
    static_dir = tmp_path_factory.mktemp("static")  # whitenoise warns where it is missing
    celery_app.conf.update(broker_url="memory://")
    with override_settings(DATA_DIR=data_dir, MEDIA_ROOT=data_dir / "media", STATIC_ROOT=static_dir):
        yield data_dir


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Let TransactionTestCase empty the append-only table between tests; in tests its triggers hold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_past_triggers)
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the test process."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: make system")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in this thread, and Django would refuse every query beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A new page in a profile of its own; an error in its console (script, Content-Security-Policy) fails the test."""
    errors: list[str] = []

    def note(line: ConsoleMessage) -> None:
        # A refusal that the test provoked is shown there too: what a page answers is the test's own matter.
        if line.type == "error" and not line.text.startswith("Failed to load resource"):
            errors.append(line.text)

    with browser.new_context() as context:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", note)
        yield page
    assert errors == []
