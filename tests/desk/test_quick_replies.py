"""Quick replies on pages: those offered for an order, filled in, and the store's list of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import ReplyUse
from messaging.replies import load_replies
from messaging.services.replies import count_use
from orders.models import Order, Store

GOOD = {"group": "gift", "title": "The mug", "text": "The mug for {order_number} is on its way."}
MUG = "/quick-replies/alice/mug/pt-br/"


def offered(client: Client, order: Order, **query: str) -> dict[str, Any]:
    """The choices for an order, by code."""
    answer = client.get(f"/quick-replies/for/{order.pk}/", query)
    return {choice.reply.code: choice for choice in answer.context["choices"]}


def listed(client: Client, **query: str) -> list[str]:
    """The codes of the list's rows."""
    return [row.reply.code for row in client.get("/quick-replies/", query).context["page"].rows]


def questions(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


# --- beside a message -------------------------------------------------------------------------------------------------


def test_a_reply_is_filled_in_for_the_buyer_in_his_language(alice: Client, underway: Order) -> None:
    where = offered(alice, underway)["where"]
    assert where.body.startswith("Olá, Maria,")
    assert "LX123456785CN" in where.body
    assert where.title == "Where the parcel is"
    assert where.gloss.startswith("Hello")


def test_another_language_can_be_asked_for(alice: Client, underway: Order) -> None:
    assert "LX123456785CN" in offered(alice, underway, language="es")["where"].body
    assert offered(alice, underway, language="es")["bye"].body.startswith("¡Me alegra")
    assert offered(alice, underway, language="en")["bye"].gloss == ""


def test_nothing_half_filled_is_offered(alice: Client, placed: Order) -> None:
    where = offered(alice, placed)["where"]
    assert (where.body, where.missing) == ("", ("tracking_number",))
    page = alice.get(f"/quick-replies/for/{placed.pk}/").content.decode()
    assert 'aria-disabled="true"' in page


def test_what_is_used_most_comes_first(bob: Client, store: Store, placed: Order) -> None:
    bob.post("/quick-replies/alice/bye/use/")
    assert ReplyUse.objects.get(store=store).count == 1
    assert next(iter(offered(bob, placed))) == "bye"


def test_a_reply_that_nobody_wrote_is_not_counted(bob: Client, store: Store) -> None:
    assert bob.post("/quick-replies/alice/nonsense/use/").status_code == 204
    assert not ReplyUse.objects.exists()


def test_the_order_offers_what_the_store_has_at_the_same_cost(alice: Client, store: Store, underway: Order) -> None:
    path = f"/quick-replies/for/{underway.pk}/"
    before = questions(alice, path)
    for code in ("mug", "jug"):
        alice.post("/quick-replies/alice/add/", {**GOOD, "code": code})
        count_use(store, code, now=timezone.now())
    alice.get("/quick-replies/")  # the flash is shown
    assert questions(alice, path) == before
    assert "The mug for 8012345678901234" in offered(alice, underway)["mug"].body


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_searched_by_any_part_of_title_code_and_text(alice: Client) -> None:
    assert listed(alice) == list(load_replies("aliexpress-br"))
    assert listed(alice, q="ONDE ESTA o pacote") == ["where"]
    assert listed(alice, q="海关 查验") == ["customs"]
    assert "bargain" in listed(alice, q="barg")
    assert set(listed(alice, group="closing")) == {"thanks", "opinion", "bye"}
    assert "Nothing like this" in alice.get("/quick-replies/", {"q": "qwertz"}).content.decode()


def test_a_store_adds_its_own_and_is_told_what_is_missing(bob: Client, store: Store) -> None:
    answer = bob.post("/quick-replies/alice/add/", {**GOOD, "code": "mug"})
    assert answer["Location"] == MUG
    page = bob.get("/quick-replies/", {"q": "mug"}).content.decode()
    assert "missing in Spanish" in page
    bob.post("/quick-replies/alice/mug/es/", {**GOOD, "text": "La taza."})
    assert "missing in Spanish" not in bob.get("/quick-replies/", {"q": "mug"}).content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": "hi"}, "There is a reply with this code already"),
        ({"code": "Hi there"}, "Only small letters and digits"),
        ({"code": "mug", "text": "{colour}"}, "could never be sent"),
        ({"code": "mug", "title": "x" * 61}, "at most 60"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_that_was_typed_is_lost(
    bob: Client, store: Store, given: dict[str, str], said: str
) -> None:
    answer = bob.post("/quick-replies/alice/add/", {**GOOD, **given})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert given.get("text", "The mug for") in page
    assert not store.quick_replies.exists()


def test_the_words_that_shipped_are_replaced_and_come_back(bob: Client, store: Store) -> None:
    bob.post("/quick-replies/alice/hi/en/", {**GOOD, "text": "Welcome!"})
    assert "Welcome!" in bob.get("/quick-replies/alice/hi/en/").content.decode()
    bob.post("/quick-replies/alice/hi/en/reset/")
    assert "How can I help you?" in bob.get("/quick-replies/alice/hi/en/").content.decode()


def test_what_is_removed_comes_back_by_the_button_of_the_flash(bob: Client) -> None:
    answer = bob.post("/quick-replies/alice/hi/remove/")
    assert "hi" not in listed(bob)
    bob.post("/quick-replies/alice/bye/remove/")
    [message] = list(bob.get(answer["Location"]).context["messages"])
    bob.post(message.extra_tags)
    assert [code for code in ("hi", "bye") if code in listed(bob)] == ["bye"]
    bob.post("/quick-replies/alice/hi/restore/")
    assert "hi" in listed(bob)


def test_wording_and_last_days_are_looked_after_in_the_list(bob: Client, store: Store) -> None:
    day = timezone.localdate() - timedelta(days=1)
    bob.post("/quick-replies/alice/mug/en/", GOOD)  # not there yet
    bob.post("/quick-replies/alice/add/", {**GOOD, "code": "mug", "text": "Deixe uma avaliação e ganhe um brinde."})
    bob.post(MUG, {**GOOD, "text": "Deixe uma avaliação e ganhe um brinde.", "valid_until": day})
    answer = bob.get("/quick-replies/", {"q": "mug"})
    [row] = answer.context["page"].rows
    assert (row.has_bad_wording, row.is_stale) == (True, True)
    assert [expiry.is_over for expiry in answer.context["expiries"]] == [True]


def test_the_preview_follows_what_is_typed(bob: Client, underway: Order) -> None:
    given = {**GOOD, "preview": "1", "text": "Pacote {tracking_number}. Aguarde."}
    page = bob.post("/quick-replies/alice/hi/pt-br/", given, headers={"HX-Request": "true"}).content.decode()
    assert "Pacote LX123456785CN." in page
    assert "<mark>Aguarde</mark>" in page


def test_a_viewer_reads_and_changes_nothing(vera: Client, store: Store) -> None:
    assert "Remove" not in vera.get("/quick-replies/").content.decode()
    assert '<fieldset class="bare" disabled>' in vera.get("/quick-replies/alice/hi/en/").content.decode()
    assert vera.post("/quick-replies/alice/hi/en/", GOOD).status_code == 404


def test_the_list_costs_the_same_whatever_a_store_has_of_its_own(alice: Client) -> None:
    before = questions(alice, "/quick-replies/")
    for code in ("mug", "jug", "cup"):
        alice.post("/quick-replies/alice/add/", {**GOOD, "code": code})
    alice.get("/quick-replies/")  # the flash is shown
    assert questions(alice, "/quick-replies/") == before
