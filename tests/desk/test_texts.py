"""Texts: the matrix, a store's own words, and what is refused."""

import pytest
from django.test import Client
from django.utils import timezone

from messaging.models import Template
from messaging.rendering import Text
from messaging.services.texts import UnusableText, save_text, wording_problems
from messaging.vocabulary import Language, Purpose
from orders.models import Order, Store

ADDRESS = "/texts/alice/shipped/en/"
GOOD = {"subject": "Order {order_number}", "body": "Hello,\r\n\r\nYour parcel {tracking_number} has left."}


def own(store: Store) -> list[str]:
    return list(store.templates.values_list("body", flat=True))


def test_every_purpose_stands_in_every_language(alice: Client) -> None:
    rows = alice.get("/texts/").context["rows"]
    assert [purpose for purpose, _cells in rows] == list(Purpose)
    assert all(cell.shipped for _purpose, cells in rows for cell in cells)


def test_a_store_says_it_in_its_own_words(alice: Client, store: Store) -> None:
    assert alice.post(ADDRESS, GOOD).status_code == 302
    assert own(store) == ["Hello,\n\nYour parcel {tracking_number} has left."]
    assert "own" in alice.get("/texts/").content.decode()


@pytest.mark.parametrize("body", ["Dear {buyer_nam}", "Dear { name }", "Dear {", "   "])
def test_a_text_that_could_never_leave_is_refused(alice: Client, store: Store, body: str) -> None:
    assert alice.post(ADDRESS, {**GOOD, "body": body}).status_code == 422
    assert own(store) == []


def test_bad_wording_is_a_warning_and_the_stores_to_decide(alice: Client, store: Store) -> None:
    alice.post(ADDRESS, {**GOOD, "body": "Leave a review and get a coupon."})
    assert len(own(store)) == 1
    assert "offers something for a review" in alice.get(ADDRESS).content.decode()


def test_the_preview_is_what_the_buyer_would_read(alice: Client, store: Store, underway: Order) -> None:
    page = alice.post(ADDRESS, {**GOOD, "preview": "1"}).content.decode()
    assert "Your parcel LX123456785CN has left." in page
    assert own(store) == []


def test_the_preview_names_what_would_be_missing(alice: Client, placed: Order) -> None:
    assert "it would be stopped" in alice.get(ADDRESS).content.decode()


def test_the_way_back_leads_to_the_standard_text(alice: Client, store: Store) -> None:
    alice.post(ADDRESS, GOOD)
    alice.post(f"{ADDRESS}reset/")
    assert not Template.objects.filter(store=store).exists()


def test_a_viewer_reads_and_cannot_save(vera: Client, store: Store) -> None:
    page = vera.get(ADDRESS).content.decode()
    assert '<fieldset class="bare" disabled>' in page
    assert vera.post(ADDRESS, GOOD).status_code == 404


@pytest.mark.parametrize(
    "address", ["/texts/alice/nonsense/en/", "/texts/alice/shipped/fr/", "/texts/nobody/shipped/en/"]
)
def test_what_does_not_exist_is_not_found(alice: Client, address: str) -> None:
    assert alice.get(address).status_code == 404


def test_a_variable_that_looks_like_bad_wording_is_still_unknown(store: Store) -> None:
    text = Text("Hello", "Dear {exact_arrival(M4)}")
    with pytest.raises(UnusableText, match="unknown variable"):
        save_text(store, Purpose.SHIPPED, Language.EN, text, now=timezone.now())


def test_the_mark_of_an_optional_line_is_no_wording() -> None:
    assert wording_problems(Text("Hello", "? Tracking number: {tracking_number}"), Language.EN) == []
