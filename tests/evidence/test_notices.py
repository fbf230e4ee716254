"""The papers of disruptions: frozen like exhibits, kept while a disruption names them."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes.services.disruptions import Draft, UnusableDisruption
from evidence.models import Exhibit
from evidence.services.exhibits import UnusableExhibit, remove_orphans
from evidence.services.notices import add_notice, notice_path, record_with_notice
from evidence.storing import hash_file
from orders.models import Disruption, Store
from tests.cast import alices_store, at
from tests.evidence import files

pytestmark = pytest.mark.django_db

NOW = at("03-20 13:00")
STRIKE = Draft("strike", NOW, region="SP")


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path, settings: Any) -> Path:
    """A place for this test's files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def store() -> Store:
    return alices_store()


def photo(name: str = "hub.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, files.phone_photo())


def test_a_notice_is_frozen_as_it_came_and_is_no_exhibit(store: Store) -> None:
    disruption = record_with_notice(store, STRIKE, photo(), now=NOW, actor="1")
    path = notice_path(disruption)
    assert path is not None
    assert path.read_bytes() == files.phone_photo()
    assert disruption.notice_sha256 == hash_file(path)
    assert (disruption.notice_name, disruption.notice_type) == ("hub.jpg", "jpeg")
    assert not Exhibit.objects.exists()


def test_a_notice_is_kept_while_a_disruption_names_it(store: Store) -> None:
    disruption = record_with_notice(store, STRIKE, photo(), now=NOW, actor="1")
    path = notice_path(disruption)
    assert path is not None
    os.utime(path, times=((NOW - timedelta(days=9)).timestamp(),) * 2)
    assert remove_orphans(NOW) == 0
    disruption.delete()
    assert remove_orphans(NOW) == 1


def test_a_disruption_without_a_notice_has_none(store: Store) -> None:
    assert notice_path(record_with_notice(store, STRIKE, None, now=NOW, actor="1")) is None


def test_what_is_wrong_is_found_before_a_file_is_kept(store: Store, own_media: Path) -> None:
    with pytest.raises(UnusableDisruption):
        record_with_notice(store, Draft("strike", NOW), photo(), now=NOW, actor="1")
    assert not own_media.exists()
    with pytest.raises(UnusableExhibit):
        record_with_notice(store, STRIKE, SimpleUploadedFile("a.gif", b"GIF89a"), now=NOW, actor="1")
    assert not Disruption.objects.exists()


def test_a_notice_that_is_there_stays(store: Store) -> None:
    disruption = record_with_notice(store, STRIKE, photo(), now=NOW, actor="1")
    assert add_notice(disruption.pk, photo("again.jpg"), now=NOW, actor="1").notice_name == "again.jpg"
    other = SimpleUploadedFile("other.png", files.phone_photo() + b"\0")
    with pytest.raises(UnusableDisruption, match="stays as it is"):
        add_notice(disruption.pk, other, now=NOW, actor="1")
