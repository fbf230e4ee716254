"""The workbench before an export: what does not fit together, a pasted chat, captions in two languages."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from disputes.models import Dispute
from evidence.models import Exhibit
from orders.models import Store
from tests.desk.disputing import ago, disputed, filed_exhibit, order_underway, picture, ready_bundle


@pytest.fixture
def dispute(store: Store) -> Dispute:
    """Maria claims a lamp's price for a damaged one."""
    return disputed(order_underway(store, currency="USD", total=Decimal("24.00")), opened=ago(days=1), amount="24.00")


def paste(client: Client, dispute: Dispute, chat: str, kind: str = "chat_record") -> Any:
    """What the team pasted into the workbench."""
    return client.post(f"/disputes/{dispute.pk}/exhibits/", {"kind": kind, "chat": chat}, follow=True)


def test_a_pasted_chat_becomes_an_exhibit(alice: Client, dispute: Dispute) -> None:
    page = paste(alice, dispute, "Maria: Cadê?\nAlice: 在路上").content.decode()
    exhibit = Exhibit.objects.get()
    assert "A-1 · Record of the chat" in page
    assert (exhibit.kind, exhibit.file_type, exhibit.name) == ("chat_record", "text", "chat.txt")
    assert exhibit.path.read_text(encoding="utf-8").split() == ["Maria:", "Cadê?", "Alice:", "在路上"]


def test_a_pasted_text_of_another_kind_is_refused_and_kept_in_the_form(alice: Client, dispute: Dispute) -> None:
    answer = paste(alice, dispute, "Maria: Cadê?", kind="packing_photo")
    assert answer.status_code == 422
    assert "which only the record of a chat may be" in answer.content.decode()
    assert not Exhibit.objects.exists()


def test_a_chat_is_served_as_a_file_and_never_as_a_page(alice: Client, dispute: Dispute) -> None:
    paste(alice, dispute, "Maria: <script>alert(1)</script>")
    answer = alice.get(f"/exhibits/{Exhibit.objects.get().pk}/")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    answer.close()


def test_a_caption_in_another_language_is_kept_with_its_translator(alice: Client, dispute: Dispute) -> None:
    exhibit = filed_exhibit(dispute, picture("JPEG"))
    given = {"do": "caption", "caption": "The box", "translation": "纸箱", "translated_by": "machine"}
    alice.post(f"/disputes/{dispute.pk}/exhibits/{exhibit.pk}/", given)
    exhibit.refresh_from_db()
    assert (exhibit.caption, exhibit.translation, exhibit.translated_by) == ("The box", "纸箱", "machine")
    page = alice.get(f"/disputes/{dispute.pk}/").content.decode()
    assert "纸箱" in page


def test_what_does_not_fit_together_is_listed_with_where_it_stands(alice: Client, dispute: Dispute) -> None:
    exhibit = filed_exhibit(dispute, picture("JPEG"), caption="Parcel RR987654321CN")
    page = alice.get(f"/disputes/{dispute.pk}/doubts/").content.decode()
    for said in ("Another parcel number", "serious", "RR987654321CN", "LX123456785CN", f"#exhibit-{exhibit.pk}"):
        assert said in page


def test_papers_that_fit_together_are_said_to(alice: Client, dispute: Dispute) -> None:
    answer = alice.get(f"/disputes/{dispute.pk}/doubts/", headers={"HX-Request": "true"})
    assert "fit together, as far as they can be read" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_workbench_loads_the_list_by_itself(alice: Client, dispute: Dispute) -> None:
    page = alice.get(f"/disputes/{dispute.pk}/").content.decode()
    assert f'hx-get="/disputes/{dispute.pk}/doubts/"' in page


def test_a_version_tells_what_changed_since_another(alice: Client, dispute: Dispute) -> None:
    bundle = ready_bundle(dispute)
    change = {"kind": "caption_changed", "mark": "A-1", "what": "invoice", "before": "old", "after": "new"}
    bundle.report = {"changes": {"number": 3, "changes": [change]}}
    bundle.save()
    page = " ".join(alice.get(f"/disputes/{dispute.pk}/").content.decode().split())
    assert "Changes since version 3" in page
    assert "<strong>A-1</strong> described otherwise: Invoice · <del>old</del> · new" in page
