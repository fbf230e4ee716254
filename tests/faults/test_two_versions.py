"""An upgrade under way: the tables are the new version's, and workers of the old and the new one share the work."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.checks import SETTLING, check_database, check_mails, settle
from tests.faults.plant import BASE, SENDERS, WORKER, Plant
from tests.servers.smtp import Mailroom

pytestmark = pytest.mark.slow
ORDERS = 60


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=BASE, capture_output=True, text=True, check=True).stdout.strip()


def version_before_the_newest_tables() -> str:
    """The commit before that of the newest migration; this one, where the history does not reach so far."""
    newest = git("log", "-1", "--format=%H", "--diff-filter=A", "--", "*/migrations/0*.py")
    parents = git("log", "-1", "--format=%P", newest).split() if newest else []
    return parents[0] if parents else "HEAD"


@pytest.fixture
def old(plant: Plant, tmp_path: Path) -> Iterator[Plant]:
    """The older code on the same database, broker and mail server."""
    base = tmp_path / "old"
    base.mkdir()
    packed = tmp_path / "old.tar"
    git("archive", "--output", str(packed), version_before_the_newest_tables())
    subprocess.run(["tar", "-x", "-f", packed, "-C", base], check=True)
    made = replace(plant, base=base, running={})
    try:
        yield made
    finally:
        made.kill_all()


def test_workers_of_two_versions_share_one_database(plant: Plant, old: Plant, mailroom: Mailroom) -> None:
    plant.make_store()  # with the new version's tables
    plant.import_orders([number * 15 / ORDERS for number in range(ORDERS)])
    old.start("old", [*WORKER, "--hostname", "old@plant"])
    plant.start_all()
    mailroom.wait_for(ORDERS // 2, seconds=SETTLING)
    old.kill("old")  # the upgrade is over
    settle(plant)
    check_database(plant, orders=ORDERS)
    check_mails(mailroom, orders=ORDERS, repeats=SENDERS)
