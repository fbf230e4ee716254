"""A full disk, and a kill in the middle: every file whole or absent, every bundle ready or failed in words."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from disputes.models import Dispute
from evidence.models import Bundle, BundleState, Exhibit
from evidence.services.bundles import build_bundle, make_bundle_now, request_bundle, waiting_bundles
from evidence.services.exhibits import UnusableExhibit, add_exhibit, remove_orphans
from evidence.storing import hash_file
from orders.importing.files import UnusableFile
from orders.models import OrderFile, Store, User
from orders.services.files import receive_file
from tests.cast import after, alices_store, at, clock_at, fact, paid, placed_order, shipped
from tests.evidence import files
from tests.faults.plant import BASE
from tests.servers.disks import Disk

pytestmark = pytest.mark.django_db
NOW = "04-18 10:00"
WORDS = "the disk is full: have room made on it, then choose the file again"


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def dispute(store: Store) -> Dispute:
    placed_order(store, paid(), shipped(), fact("04-10 12:00", "dispute_opened", reason="in_transit", amount="24.00"))
    return Dispute.objects.get()


def add(dispute: Dispute) -> Exhibit:
    upload = SimpleUploadedFile("photo.jpg", files.phone_photo())
    return add_exhibit(dispute.order_id, upload, kind="buyer_photo", now=at(NOW), actor="user:1")


# --- no room ----------------------------------------------------------------------------------------------------------
def test_an_exhibit_that_finds_no_room_is_refused_in_words_and_leaves_nothing(
    dispute: Dispute, disk: Disk, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = disk.folder
    disk.fill()
    with pytest.raises(UnusableExhibit, match=WORDS):
        add(dispute)
    disk.free()
    assert (disk.files(), Exhibit.objects.count()) == ([], 0)
    exhibit = add(dispute)
    assert hash_file(exhibit.path) == exhibit.sha256


def test_an_order_file_that_finds_no_room_is_refused_in_words_and_leaves_nothing(
    store: Store, disk: Disk, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = disk.folder
    disk.fill()
    upload = SimpleUploadedFile("orders.csv", b"order_number,placed_at\n" * 2000)
    with pytest.raises(UnusableFile, match=WORDS):
        receive_file(store, User.objects.get(), upload, content="orders", now=at(NOW))
    disk.free()
    assert (disk.files(), OrderFile.objects.count()) == ([], 0)


def test_two_files_of_one_name_are_both_kept(store: Store, tmp_path: Path, settings: LazySettings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    owner = User.objects.get()
    uploads = [SimpleUploadedFile("orders.csv", content) for content in (b"one", b"two")]
    kept = [receive_file(store, owner, upload, content="orders", now=at(NOW)) for upload in uploads]
    assert [Path(file.file.path).read_bytes() for file in kept] == [b"one", b"two"]
    assert len(list((tmp_path / "media").rglob("*.*"))) == 2


@pytest.mark.slow
def test_a_bundle_that_finds_no_room_fails_with_a_reason_and_can_be_made_again(
    dispute: Dispute, disk: Disk, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = disk.folder
    bundle = request_bundle(dispute.pk, recipient="archive", now=at(NOW), actor="user:1")
    disk.fill()
    with pytest.raises(OSError):  # noqa: PT011  the task's log keeps it; the row says it to the person
        build_bundle(bundle.pk, clock_at(NOW))
    disk.free()
    bundle.refresh_from_db()
    assert (bundle.state, bool(bundle.error)) == (BundleState.FAILED, True)
    assert list(disk.folder.glob("bundles/*/*")) == []
    assert make_bundle_now(dispute.pk, recipient="archive", clock=clock_at(NOW), actor="user:1").state == "ready"


@pytest.mark.slow
def test_an_export_to_a_full_disk_is_one_line_and_leaves_no_part(
    dispute: Dispute, disk: Disk, tmp_path: Path, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    make_bundle_now(dispute.pk, recipient="archive", clock=clock_at(NOW), actor="user:1")
    disk.fill()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_bundle", str(dispute.pk), "--out", str(disk.folder / "case.pdf"))
    disk.free()
    assert disk.files() == []


# --- killed in the middle ---------------------------------------------------------------------------------------------
UPLOAD = """
import django, sys, time
django.setup()
from pathlib import Path
from evidence.storing import freeze, receive
def chunks():
    for number in range(200):
        yield bytes([number]) * 50_000
        time.sleep(0.001)
print("begins", flush=True)
folder = Path(sys.argv[1])
with receive(chunks(), folder=folder / "incoming", max_bytes=10**9) as received:
    freeze(received, folder / received.sha256[:2] / received.sha256)
"""


@pytest.mark.slow
def test_an_upload_that_is_killed_is_whole_or_absent(tmp_path: Path, settings: LazySettings) -> None:
    settings.MEDIA_ROOT = tmp_path
    exhibits = tmp_path / "exhibits"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "PRAZO_DATA": str(tmp_path)}
    chance = random.Random(1)
    for _turn in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", UPLOAD, exhibits], env=environment, cwd=BASE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.4))
            process.send_signal(signal.SIGKILL)
    for path in exhibits.glob("??/*"):
        assert hash_file(path) == path.name
    for path in exhibits.rglob("*"):
        os.utime(path, (0, 0))
    remove_orphans(timezone.now())
    assert [path for path in exhibits.rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_a_bundle_whose_worker_vanished_is_made_by_another(
    dispute: Dispute, tmp_path: Path, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    bundle = request_bundle(dispute.pk, recipient="archive", now=at(NOW), actor="user:1")
    Bundle.objects.filter(pk=bundle.pk).update(state=BundleState.RUNNING, attempts=1, heartbeat_at=at(NOW))
    assert waiting_bundles(at(after(NOW, minutes=5))) == []
    assert waiting_bundles(at(after(NOW, minutes=7))) == [bundle.pk]
    build_bundle(bundle.pk, clock_at(after(NOW, minutes=7)))
    bundle.refresh_from_db()
    assert bundle.state == BundleState.READY
    call_command("verify_bundle", str(Path(settings.MEDIA_ROOT) / bundle.file))
