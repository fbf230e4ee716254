"""The demo's mailbox."""

from datetime import UTC, datetime
from mailbox import Maildir
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from orders.models import Order

MAIL = (
    b"From: Lumen <prazo@localhost>\r\nTo: maria@example.com\r\nSubject: =?utf-8?q?Ol=C3=A1?=\r\n"
    b"Date: Mon, 02 Mar 2026 12:00:00 -0000\r\nMessage-ID: <%d.shipped.4@localhost>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"Seu pacote <b>saiu</b>. \xc3\x81\r\n"
)


@pytest.fixture
def key(settings: LazySettings, tmp_path: Path, placed: Order) -> str:
    """A mail in the demo's mailbox."""
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    return str(Maildir(tmp_path / "mailbox").add(MAIL % placed.pk))


def test_mails_are_listed_and_read(alice: Client, key: str, placed: Order) -> None:
    listed = alice.get("/mailbox/").context["mails"]
    assert [(mail.subject, mail.to) for mail in listed] == [("Olá", "maria@example.com")]
    assert listed[0].sent_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    page = alice.get(f"/mailbox/{listed[0].key}/").content.decode()
    assert f"{placed.pk}.shipped.4@localhost" in page
    assert "Seu pacote &lt;b&gt;saiu&lt;/b&gt;. Á" in page


@pytest.mark.parametrize("other", ["..", "%2e%2e%2fsecret_key", "nothing"])
def test_no_other_file_can_be_read(alice: Client, key: str, other: str) -> None:
    assert alice.get(f"/mailbox/{other}/").status_code in {404, 301}


def test_a_damaged_mail_is_shown_as_far_as_it_can_be(alice: Client, key: str, tmp_path: Path) -> None:
    (tmp_path / "mailbox" / "new" / "odd").write_bytes(
        b"To: alice@example.com\r\nDate: x\r\n\xff\xfe not a mail at all"
    )
    assert len(alice.get("/mailbox/").context["mails"]) == 2


def test_a_mail_is_read_by_the_people_of_its_store_and_by_whom_it_went_to(
    alice: Client, bob: Client, charlie: Client, key: str, tmp_path: Path
) -> None:
    link = Maildir(tmp_path / "mailbox").add(b"To: alice@example.com\r\nSubject: Your link\r\n\r\nA secret\r\n")
    seen = [[mail.subject for mail in reader.get("/mailbox/").context["mails"]] for reader in (alice, bob, charlie)]
    assert [sorted(subjects) for subjects in seen] == [["Olá", "Your link"], ["Olá"], []]
    assert [reader.get(f"/mailbox/{link}/").status_code for reader in (alice, bob, charlie)] == [200, 404, 404]


def test_without_the_demo_there_is_none(alice: Client, key: str, settings: LazySettings) -> None:
    settings.DEMO = False
    assert alice.get("/mailbox/").status_code == 404
