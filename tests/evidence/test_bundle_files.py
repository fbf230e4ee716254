"""The files of bundles: none stays that no version names, and none goes that one still names."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from disputes.models import Dispute
from evidence.bundling.publishing import publish
from evidence.models import Bundle, BundleState
from evidence.services.building import Outcome
from evidence.services.erasure import erase_buyer
from evidence.services.versions import make_version, remove_orphaned_files
from orders.services.auditing import Doer
from orders.services.erasure import ErasureCause
from tests.cast import alices_store, at, clock_at, fact, happens, paid, placed_order, shipped

pytestmark = pytest.mark.django_db
NOW = "06-20 12:00"


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path, settings: Any) -> Path:
    """A place for this test's files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def dispute() -> Dispute:
    """Maria's dispute, over like her order."""
    order = placed_order(alices_store(), paid(), shipped())
    happens(order, fact("04-01 10:00", "delivered"))
    happens(order, fact("04-20 10:00", "completed"))
    happens(order, fact("04-25 10:00", "dispute_opened", reason="not_received", amount="5.00"))
    happens(order, fact("05-02 10:00", "dispute_withdrawn"))
    return Dispute.objects.select_related("order").get()


@pytest.fixture
def finished(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Publishes a file with these words, as a worker does; returns what a version keeps of it."""

    def keep(words: str) -> dict[str, Any]:
        path, digest = tmp_path / "made.pdf", sha256(words.encode()).hexdigest()
        path.unlink(missing_ok=True)
        path.write_text(words, encoding="utf-8")
        return {"suffix": ".pdf", "file": publish(path, digest), "sha256": digest, "size": len(words), "pages": 1}

    return keep


def version(dispute: Dispute, number: int, *files: dict[str, Any], **values: Any) -> Bundle:
    """A version of the dispute's bundle: ready with these files, or being made without any."""
    said = {"state": BundleState.READY if files else BundleState.RUNNING, "inputs": f"{number}"} | values
    first = files[0]["file"] if files else ""
    bundle: Bundle = Bundle.objects.create(
        dispute=dispute, number=number, recipient="archive", requested_at=at(NOW), attempts=1, files=list(files),
        file=first, **said,
    )  # fmt: skip
    return bundle


def erase(dispute: Dispute, *bundles: Bundle) -> None:
    """Alice erases Maria, and these of her bundles."""
    erase_buyer(
        dispute.order.buyer_id,
        cause=ErasureCause.REQUEST,
        now=at(NOW),
        doer=Doer(),
        bundles=[bundle.pk for bundle in bundles],
    )


def make(bundle: Bundle, *files: dict[str, Any], meanwhile: Callable[[], object]) -> None:
    """A worker makes these files; something happens before it can say so."""

    def work(_note_progress: Callable[[int], None]) -> tuple[Outcome, dict[str, Any]]:
        meanwhile()
        return Outcome(bundle.inputs, list(files), [], (), {}), {}

    make_version(bundle, work, clock_at(NOW))


def names(media: Path) -> set[str]:
    return {str(path.relative_to(media)) for path in media.glob("bundles/*/*")}


def grow_old(media: Path) -> None:
    for path in media.glob("bundles/*/*"):
        os.utime(path, (at("06-18 12:00").timestamp(),) * 2)


def test_a_bundle_whose_buyer_is_erased_while_it_is_made_leaves_no_file(
    dispute: Dispute, own_media: Path, finished: Callable[[str], dict[str, Any]]
) -> None:
    shared, running = finished("both show it"), version(dispute, 2)
    version(dispute, 1, shared)
    make(running, finished("Maria"), shared, meanwhile=lambda: erase(dispute, running))
    assert names(own_media) == {shared["file"]}


def test_a_worker_that_was_taken_for_dead_leaves_its_file_to_whoever_took_its_place(
    dispute: Dispute, own_media: Path, finished: Callable[[str], dict[str, Any]]
) -> None:
    bundle, file = version(dispute, 1), finished("Maria")
    make(bundle, file, meanwhile=lambda: Bundle.objects.update(attempts=2))
    assert names(own_media) == {file["file"]}


def test_a_picture_that_another_bundle_shows_too_stays_when_one_of_them_goes(
    dispute: Dispute, own_media: Path, finished: Callable[[str], dict[str, Any]]
) -> None:
    first, second, picture = (finished(words) for words in ("one", "two", "a picture"))
    version(dispute, 1, first, picture, state=BundleState.SUBMITTED)
    erase(dispute, version(dispute, 2, second, picture))
    assert names(own_media) == {first["file"], picture["file"]}


def test_what_a_killed_worker_left_of_a_bundle_goes_after_a_day(
    dispute: Dispute, own_media: Path, finished: Callable[[str], dict[str, Any]]
) -> None:
    kept = [finished(words) for words in ("one", "two")]
    version(dispute, 1, *kept)
    left = own_media / finished("Maria")["file"]
    part = left.with_name(".0a1b.77")
    part.write_text("Maria", encoding="utf-8")
    grow_old(own_media)
    young = finished("three")
    assert remove_orphaned_files(at(NOW)) == 2
    assert names(own_media) == {*(file["file"] for file in kept), young["file"]}


def test_a_file_that_is_made_once_more_is_as_young_as_a_new_one(
    own_media: Path, finished: Callable[[str], dict[str, Any]]
) -> None:
    file = finished("Maria")
    grow_old(own_media)
    finished("Maria")
    assert remove_orphaned_files(at(NOW)) == 0
    assert names(own_media) == {file["file"]}


def test_a_bundle_that_is_a_link_to_an_old_file_is_young(own_media: Path, tmp_path: Path) -> None:
    exhibit = tmp_path / "photo.jpg"
    exhibit.write_bytes(b"photo")
    os.utime(exhibit, (at("06-01 12:00").timestamp(),) * 2)
    name = publish(exhibit, sha256(b"photo").hexdigest())
    assert remove_orphaned_files(at(NOW)) == 0
    assert names(own_media) == {name}
