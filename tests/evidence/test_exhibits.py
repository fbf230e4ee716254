"""Exhibits: frozen under their hash, recorded as a fact, refused when they are nothing that can be shown."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes.models import AdviceEntry, Dispute
from evidence.models import Exhibit, exhibit_path
from evidence.services.exhibits import (
    ExhibitsChanged,
    UnusableExhibit,
    add_exhibit,
    caption_exhibit,
    leave_out,
    remove_orphans,
    reorder_exhibits,
    take_back_in,
)
from evidence.storing import hash_file
from orders.models import Order, TimelineEvent, User
from orders.services.stores import create_store
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, fact, paid, placed_order, shipped
from tests.evidence import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path, settings: Any) -> Path:
    """A place for this test's files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def order() -> Order:
    """Maria's parcel has arrived, and she says that it has not."""
    opened = fact("04-10 12:00", "dispute_opened", reason="signed_not_received", amount="24.00")
    return placed_order(alices_store(), paid(), shipped(), fact("04-01 10:00", "delivered"), opened)


def add(order: Order, content: bytes = b"", name: str = "proof.jpg", **values: Any) -> Exhibit:
    """An upload of the team's."""
    said = {"kind": "delivery_proof", "source": "China Post", "now": at("04-11 09:00"), "actor": "user:1"} | values
    return add_exhibit(order.pk, SimpleUploadedFile(name, content or files.phone_photo()), **said)


def test_a_file_is_frozen_as_it_came(order: Order) -> None:
    exhibit = add(order)
    assert exhibit.path.read_bytes() == files.phone_photo()
    assert exhibit.sha256 == hash_file(exhibit.path) == exhibit.path.name
    assert exhibit.path.stat().st_mode & 0o777 == 0o440
    assert (exhibit.file_type, exhibit.size, exhibit.pages, exhibit.problem) == (
        "jpeg",
        len(files.phone_photo()),
        1,
        "",
    )


def test_an_exhibit_is_a_fact_that_changes_the_advice(order: Order) -> None:
    before = AdviceEntry.objects.latest("pk").rule
    exhibit = add(order, caption="Signed by Maria")
    event = TimelineEvent.objects.get(order=order, type="evidence_added")
    assert (before, AdviceEntry.objects.latest("pk").rule) == ("A10", "A9")
    assert event.data["sha256"] == exhibit.sha256
    assert "caption" not in event.data  # people's words stand beside the chain
    assert verify_timeline(Order.objects.get(pk=order.pk)) == ""


def test_the_same_upload_again_is_the_same_exhibit(order: Order) -> None:
    assert add(order) == add(order)
    assert TimelineEvent.objects.filter(type="evidence_added").count() == 1


def test_one_file_may_prove_two_things(order: Order) -> None:
    assert add(order) != add(order, kind="waybill_receipt")
    assert len(list((exhibit_path("0").parents[1]).glob("??/*"))) == 1


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.jpg", "the file is empty"),
        (files.archive(), "photo.jpg", "by its content it is a ZIP archive: choose a JPEG/PNG"),
        (b"<html></html>", "page.pdf", "a web page"),
        (b"MZ\x90", "tool.exe", "another type of file"),
    ],
)
def test_what_can_be_no_exhibit_is_refused_in_words(content: bytes, name: str, words: str, order: Order) -> None:
    upload = SimpleUploadedFile(name, content)
    with pytest.raises(UnusableExhibit, match=words):
        add_exhibit(order.pk, upload, kind="invoice", now=at("04-11 09:00"), actor="user:1")
    assert not Exhibit.objects.exists()
    assert not any(path.is_file() for path in exhibit_path("0").parents[1].glob("*/*"))


def test_a_file_above_the_limit_is_refused(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.services.exhibits.MAX_BYTES", 1000)
    with pytest.raises(UnusableExhibit, match=r"proof\.jpg: more than 0 MB"):
        add(order)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(files.encrypted(), "encrypted"), (files.scripted(), "active"), (files.pixel_bomb(), "too_many_pixels")],
)
def test_a_file_that_a_bundle_cannot_show_is_kept_and_says_so(content: bytes, problem: str, order: Order) -> None:
    assert add(order, content).problem == problem


def test_a_path_is_taken_like_an_upload_and_stays_where_it_is(order: Order, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(files.paper())
    exhibit = add_exhibit(
        order.pk, path, kind="invoice", now=at("04-12 09:00"), actor="scenario", happened_at=at("04-11 09:00")
    )
    assert (exhibit.name, exhibit.pages, exhibit.added_at) == ("letter.pdf", 3, at("04-11 09:00"))
    assert path.exists()


def test_without_its_event_there_is_no_exhibit(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_options: Any) -> None:
        raise OSError("the database is gone")

    monkeypatch.setattr("evidence.services.exhibits.record", fail)
    with pytest.raises(OSError, match="gone"):
        add(order)
    assert not Exhibit.objects.exists()


def test_a_file_that_no_exhibit_names_is_removed_once_it_is_old(order: Order) -> None:
    kept = add(order)
    orphan = exhibit_path("f" * 64)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"left behind")
    now = at("04-11 09:00")
    for path, age in ((orphan, timedelta(hours=1)), (kept.path, timedelta(days=9))):
        os.utime(path, times=((now - age).timestamp(),) * 2)
    assert remove_orphans(now) == 0
    assert remove_orphans(now + timedelta(days=2)) == 1
    assert kept.path.exists()


def test_exhibits_are_put_in_order(order: Order) -> None:
    first, second = add(order), add(order, kind="invoice")
    reorder_exhibits(order.pk, [second.pk, first.pk])
    assert list(Exhibit.objects.all()) == [second, first]
    with pytest.raises(ExhibitsChanged, match="changed meanwhile"):
        reorder_exhibits(order.pk, [first.pk])


def test_an_exhibit_is_captioned_left_out_and_taken_back(order: Order) -> None:
    exhibit = add(order)
    assert caption_exhibit(exhibit.pk, caption="签收单", language="zh-hans").caption == "签收单"
    assert leave_out(exhibit.pk, now=at("04-12 09:00")).left_out_at == at("04-12 09:00")
    assert take_back_in(exhibit.pk).left_out_at is None


def test_nobody_reaches_an_exhibit_of_another_store(order: Order) -> None:
    exhibit = add(order, dispute_id=Dispute.objects.get().pk)
    create_store(
        "charlie",
        policy_name="taobao-cn",
        owner_email="charlie@example.com",
        name="Charlie's",
        timezone="Asia/Shanghai",
        currency="CNY",
    )
    alice, charlie = (User.objects.get(email=f"{name}@example.com") for name in ("alice", "charlie"))
    assert list(Exhibit.objects.for_member(alice)) == [exhibit]
    assert list(Exhibit.objects.for_member(charlie)) == []
