"""What was handed in is kept, row and file, whatever anybody does; a finished version is never exchanged."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from disputes.models import Dispute
from evidence.models import Bundle, BundleState
from evidence.services.bundles import make_bundle_now, mark_submitted
from evidence.storing import hash_file
from evidence.tasks import tidy_bundles, tidy_exhibits
from tests.cast import alices_store, at, clock_at, fact, paid, placed_order, shipped

NOW = "04-18 10:00"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path, settings: Any) -> Path:
    """A place for this test's files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def dispute() -> Dispute:
    """Maria disputes."""
    placed_order(
        alices_store(), paid(), shipped(), fact("04-10 12:00", "dispute_opened", reason="in_transit", amount="24.00")
    )
    return Dispute.objects.get()


def row(dispute: Dispute, state: BundleState) -> Bundle:
    """A version in some state."""
    bundle: Bundle = Bundle.objects.create(
        dispute=dispute, number=1, recipient="archive", state=state, requested_at=at(NOW), file="bundles/a.pdf",
        sha256="a" * 64, size=10, pages=2,
    )  # fmt: skip
    return bundle


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def save_changed() -> None:
    bundle = Bundle.objects.get()
    bundle.report = {"exhibits": []}
    bundle.save()


ROADS: dict[str, Callable[[], object]] = {
    "save": save_changed,
    "update": lambda: Bundle.objects.update(sha256="b" * 64),
    "back to ready": lambda: Bundle.objects.update(state=BundleState.READY),
    "delete": lambda: Bundle.objects.get().delete(),
    "delete all": lambda: Bundle.objects.all().delete(),
    "delete the dispute": lambda: Dispute.objects.get().delete(),
    "SQL": lambda: execute("UPDATE evidence_bundle SET file = ''"),
    "SQL delete": lambda: execute("DELETE FROM evidence_bundle"),
}


@pytest.mark.parametrize("road", ROADS)
def test_a_bundle_that_was_handed_in_is_neither_changed_nor_deleted(dispute: Dispute, road: str) -> None:
    row(dispute, BundleState.SUBMITTED)
    before = list(Bundle.objects.values())
    with pytest.raises(DatabaseError, match="handed in is kept"), transaction.atomic():
        ROADS[road]()
    assert list(Bundle.objects.values()) == before


@pytest.mark.postgresql
def test_bundles_are_not_emptied_at_once(dispute: Dispute) -> None:
    row(dispute, BundleState.SUBMITTED)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="handed in is kept"), transaction.atomic():
        execute("TRUNCATE evidence_bundle CASCADE")


@pytest.mark.parametrize(
    "change", [{"sha256": "b" * 64}, {"file": "b.pdf"}, {"files": [{"file": "b.pdf"}]}, {"number": 2}]
)
def test_the_file_of_a_finished_version_is_not_exchanged(dispute: Dispute, change: dict[str, Any]) -> None:
    row(dispute, BundleState.READY)
    with pytest.raises(DatabaseError, match="never exchanged"), transaction.atomic():
        Bundle.objects.update(**change)


def test_a_version_that_was_never_handed_in_may_go(dispute: Dispute) -> None:
    row(dispute, BundleState.READY)
    Bundle.objects.all().delete()
    assert not Bundle.objects.exists()


@pytest.fixture
def submitted(dispute: Dispute) -> Bundle:
    """A version, made and handed in."""
    bundle = make_bundle_now(dispute.pk, recipient="archive", clock=clock_at(NOW), actor="user:1")
    return mark_submitted(bundle.pk, now=at("04-19 08:00"), actor="user:1")


@pytest.mark.slow
def test_tidying_and_new_versions_leave_what_was_handed_in(submitted: Bundle, own_media: Path) -> None:
    long_ago = (timezone.now() - timedelta(days=900)).timestamp()
    for path in own_media.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    tidy_exhibits()
    tidy_bundles()
    make_bundle_now(submitted.dispute_id, recipient="archive", clock=clock_at("05-20 10:00"), actor="user:1")
    assert hash_file(submitted.path) == submitted.sha256
    assert submitted.path.stat().st_mode & 0o777 == 0o440


@pytest.mark.slow
def test_an_export_cannot_be_written_over_what_is_kept(submitted: Bundle) -> None:
    with pytest.raises(CommandError, match="choose another --out") as raised:
        call_command("export_bundle", str(submitted.dispute_id), "--out", str(submitted.path))
    assert raised.value.returncode == 2
    assert hash_file(submitted.path) == submitted.sha256
