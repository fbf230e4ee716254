"""Texts: the matrix, a store's own words with their history, what is refused, and what is switched off."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import Template, TextVersion
from messaging.rendering import Text
from messaging.services.texts import UnusableText, save_text, wording_problems
from messaging.vocabulary import TEXT_PURPOSES, Language, Purpose
from orders.models import AuditEntry, Order, Store
from tests.cast import order_record, paid, placed_order, shipped

ADDRESS = "/texts/alice/shipped/en/"
GOOD = {"subject": "Order {order_number}", "body": "Hello,\r\n\r\nYour parcel {tracking_number} has left."}


def own(store: Store) -> list[str]:
    return list(store.templates.values_list("body", flat=True))


def preview(client: Client, body: str, **more: str) -> str:
    """What the page shows while this is being typed."""
    answer = client.post(ADDRESS, {**GOOD, "body": body, "preview": "1", **more}, headers={"HX-Request": "true"})
    return str(answer.content.decode())


# --- the matrix -------------------------------------------------------------------------------------------------------


def test_every_purpose_stands_in_every_language(alice: Client) -> None:
    matrix = alice.get("/texts/").context["matrix"]
    assert {row.purpose for row in matrix.rows} == set(TEXT_PURPOSES)
    assert matrix.languages == list(Language)
    assert +matrix.counts == {"standard": len(TEXT_PURPOSES) * 4}


def test_a_count_leads_to_the_texts_that_it_counts(alice: Client, store: Store) -> None:
    alice.post(ADDRESS, GOOD)
    matrix = alice.get("/texts/", {"show": "own"}).context["matrix"]
    assert [row.purpose for row in matrix.rows] == [Purpose.SHIPPED]
    assert (matrix.counts["own"], matrix.counts["standard"]) == (1, len(TEXT_PURPOSES) * 4 - 1)
    assert "No text stands like this" in alice.get("/texts/", {"show": "missing"}).content.decode()


def test_a_text_past_its_day_or_near_it_is_listed_and_still_used(alice: Client, store: Store) -> None:
    today = timezone.localdate()
    for purpose, days in (("shipped", -1), ("delivered", 5), ("contact_30", 60)):
        alice.post(f"/texts/alice/{purpose}/en/", {**GOOD, "valid_until": today + timedelta(days=days)})
    answer = alice.get("/texts/")
    listed = [(row.purpose, row.is_over) for row in answer.context["expiries"]]
    assert listed == [("shipped", True), ("delivered", False)]
    assert answer.context["matrix"].counts["stale"] == 1
    assert own(store) != []


def test_a_badly_worded_text_is_counted_as_out_of_date_too(alice: Client, store: Store) -> None:
    past = timezone.localdate() - timedelta(days=1)
    alice.post(ADDRESS, {**GOOD, "body": "Leave a review and get a coupon.", "valid_until": past})
    matrix = alice.get("/texts/", {"show": "stale"}).context["matrix"]
    assert (matrix.counts["problem"], matrix.counts["stale"], len(matrix.rows)) == (1, 1, 1)


def test_the_matrix_asks_the_same_number_of_questions_whatever_is_in_it(alice: Client, store: Store) -> None:
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            alice.get("/texts/")
        return len(asked)

    before = questions()
    for purpose in ("shipped", "delivered", "contact_30"):
        alice.post(f"/texts/alice/{purpose}/en/", GOOD)
        alice.post(f"/texts/alice/{purpose}/off/")
    alice.get("/texts/")  # the flash is shown
    assert questions() == before


# --- one text ---------------------------------------------------------------------------------------------------------


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


def test_a_viewer_reads_and_cannot_save(vera: Client, store: Store) -> None:
    page = vera.get(ADDRESS).content.decode()
    assert '<fieldset class="bare" disabled>' in page
    assert vera.post(ADDRESS, GOOD).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/texts/alice/nonsense/en/", "/texts/alice/reply/en/", "/texts/alice/shipped/fr/", "/texts/nobody/shipped/en/"],
)
def test_what_does_not_exist_is_not_found(alice: Client, address: str) -> None:
    assert alice.get(address).status_code == 404


def test_a_variable_that_looks_like_bad_wording_is_still_unknown(store: Store) -> None:
    text = Text("Hello", "Dear {exact_arrival(M4)}")
    with pytest.raises(UnusableText, match="unknown variable"):
        save_text(store, Purpose.SHIPPED, Language.EN, text, now=timezone.now())


def test_the_mark_of_an_optional_line_is_no_wording() -> None:
    assert wording_problems(Text("Hello", "? Tracking number: {tracking_number}"), Language.EN) == []


def test_another_language_is_read_beside_it(alice: Client) -> None:
    page = alice.get(ADDRESS, {"beside": "zh-hans"}).content.decode()
    assert "正在运往巴西" in page


# --- the preview ------------------------------------------------------------------------------------------------------


def test_the_preview_is_what_the_buyer_would_read(alice: Client, store: Store, underway: Order) -> None:
    page = preview(alice, "Your parcel {tracking_number} has left.")
    assert "Your parcel LX123456785CN has left." in page
    assert "<html" not in page
    assert own(store) == []


def test_the_preview_works_without_scripts(alice: Client, store: Store, underway: Order) -> None:
    page = alice.post(ADDRESS, {**GOOD, "preview": "1"}).content.decode()
    assert "Your parcel LX123456785CN has left." in page
    assert "</html>" in page
    assert own(store) == []


def test_the_preview_names_what_would_be_missing_with_its_line(alice: Client, placed: Order) -> None:
    page = preview(alice, "Hello,\n\nYour parcel {tracking_number} has left.")
    assert "this would be stopped" in page
    assert "Line 3" in page
    assert "is empty for this order" in page


def test_an_unknown_variable_is_named_with_its_line_and_the_one_that_was_meant(alice: Client, underway: Order) -> None:
    page = preview(alice, "Hello,\n{traking_number}")
    assert "Line 2" in page
    assert "{tracking_number}" in page


def test_bad_words_are_marked_where_they_stand(alice: Client, underway: Order) -> None:
    page = preview(alice, "Hello.\nIt will arrive on Friday, and that is all.")
    assert "Line 2" in page
    assert "<mark>will arrive</mark> on <mark>Friday</mark>, and" in page


def test_any_order_of_the_store_may_be_picked_and_no_other(alice: Client, store: Store, underway: Order) -> None:
    other = Store.objects.get(slug="charlie")
    placed_order(other, paid(), shipped(tracking_number="CHARLIES"), number="99")
    for number, code in (("11", "LX000000011CN"), ("12", "LX000000012CN")):
        placed_order(
            store, paid(), shipped(tracking_number=code), number=number, buyer={"email": f"{number}@example.com"}
        )
    assert "LX000000011CN" in preview(alice, "{tracking_number}", order="11")
    assert "LX000000012CN" in preview(alice, "{tracking_number}", order="12")
    answer = preview(alice, "{tracking_number}", order="99")
    assert "CHARLIES" not in answer
    assert "No order of this store matches" in answer


def test_the_order_that_a_text_would_go_to_is_picked_before_a_later_one(alice: Client, underway: Order) -> None:
    store = underway.store
    later = order_record("2222", placed_at=underway.placed_at + timedelta(days=1))
    placed_order(store, number="2222", placed_at=later.placed_at, buyer={"email": "later@example.com"})
    example = alice.get("/texts/alice/shipped/pt-br/").context["preview"]
    assert example.order == underway


# --- history ----------------------------------------------------------------------------------------------------------


def versions(store: Store) -> list[TextVersion]:
    return list(store.text_versions.all())


def body_in_use(store: Store) -> str:
    row = Template.objects.filter(store=store).first()
    return row.body if row else ""


def test_every_version_is_kept_with_who_wrote_it(alice: Client, bob: Client, store: Store) -> None:
    alice.post(ADDRESS, {**GOOD, "body": "first"})
    bob.post(ADDRESS, {**GOOD, "body": "second"})
    alice.post(f"{ADDRESS}reset/")
    kept = [(row.body, row.user.email) for row in versions(store) if row.user]
    assert kept == [("", "alice@example.com"), ("second", "bob@example.com"), ("first", "alice@example.com")]
    page = alice.get(ADDRESS).content.decode()
    assert "back to the standard text" in page


def test_an_earlier_version_can_be_used_again(alice: Client, store: Store) -> None:
    for body in ("first", "second"):
        alice.post(ADDRESS, {**GOOD, "body": body})
    alice.post(f"/texts/versions/{versions(store)[1].pk}/restore/")
    assert body_in_use(store) == "first"
    assert len(versions(store)) == 3


def test_a_text_from_before_versions_were_kept_is_the_first_of_them(alice: Client, store: Store) -> None:
    Template.objects.create(
        store=store, purpose="shipped", language="en", subject="s", body="old", changed_at=timezone.now()
    )
    alice.post(ADDRESS, {**GOOD, "body": "new"})
    assert [row.body for row in versions(store)] == ["new", "old"]


def undo(client: Client, answer: Any) -> Any:
    """Press the button of the flash."""
    [message] = list(client.get(answer["Location"]).context["messages"])
    return client.post(message.extra_tags)


def test_saving_is_undone_by_the_button_of_the_flash(alice: Client, store: Store) -> None:
    alice.post(ADDRESS, {**GOOD, "body": "first"})
    alice.get(ADDRESS)
    undo(alice, alice.post(ADDRESS, {**GOOD, "body": "second"}))
    assert body_in_use(store) == "first"
    alice.get(ADDRESS)
    undo(alice, alice.post(f"{ADDRESS}reset/"))
    assert body_in_use(store) == "first"


def test_an_undo_that_comes_too_late_overwrites_nobody(alice: Client, bob: Client, store: Store) -> None:
    alice.post(ADDRESS, {**GOOD, "body": "Alice's"})
    [first] = versions(store)
    bob.post(ADDRESS, {**GOOD, "body": "Bob's"})
    alice.post(f"/texts/versions/{first.pk}/undo/")
    assert body_in_use(store) == "Bob's"


def test_the_way_back_leads_to_the_standard_text(alice: Client, store: Store) -> None:
    alice.post(ADDRESS, GOOD)
    alice.post(f"{ADDRESS}reset/")
    assert not Template.objects.filter(store=store).exists()


# --- switches ---------------------------------------------------------------------------------------------------------


def test_before_it_is_switched_off_the_page_says_what_buyers_will_miss(alice: Client, underway: Order) -> None:
    page = alice.get("/texts/alice/contact_30/off/").content.decode()
    assert "on the first contact date" in page
    assert "1 date waits that would write it" in page


def test_an_owner_switches_a_purpose_off_and_the_flash_takes_it_back(alice: Client, store: Store) -> None:
    alice.post("/texts/alice/delivered/off/")
    [entry] = AuditEntry.objects.filter(kind="store_changed")
    assert entry.data == {"what": "purpose", "purpose": "delivered", "is_on": False}
    assert alice.get("/texts/", {"show": "off"}).context["matrix"].off == 1
    undo(alice, alice.post("/texts/alice/shipped/off/"))
    assert {row.purpose: row.is_on for row in store.purpose_switches.all()} == {"delivered": False, "shipped": True}


def test_an_incomplete_purpose_is_not_switched_on_and_the_gaps_are_links(alice: Client, store: Store) -> None:
    alice.post("/texts/alice/delivered/off/")
    Template.objects.create(
        store=store, purpose="delivered", language="es", subject="s", body="{gone}", changed_at=timezone.now()
    )
    answer = alice.post("/texts/alice/delivered/on/")
    assert answer.status_code == 422
    assert 'href="/texts/alice/delivered/es/"' in answer.content.decode()
    assert not store.purpose_switches.get().is_on


def test_a_store_needs_only_the_languages_that_it_writes(alice: Client, store: Store) -> None:
    alice.post("/texts/alice/languages/", {"language": ["en"]})
    matrix = alice.get("/texts/").context["matrix"]
    assert matrix.languages == [Language.PT_BR, Language.EN]  # the pack's own stays


def test_only_an_owner_switches(bob: Client, vera: Client, store: Store) -> None:
    for client in (bob, vera):
        assert client.post("/texts/alice/delivered/off/").status_code == 404
        assert "Switch off" not in client.get("/texts/").content.decode()
