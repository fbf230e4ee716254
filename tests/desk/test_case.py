"""The page of one after-sale case: opened by what fits, taken step by step, decided by one or two, and told why not."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from disputes.case_lifecycle import AfterSaleState
from disputes.models import ActionKind, ActionState, AfterSaleCase
from messaging.models import InboundMessage
from orders.models import Order, Store, User
from tests.cast import paid, placed_order
from tests.desk.conftest import open_item
from tests.desk.disputing import order_underway, upload


@pytest.fixture
def bought(store: Store) -> Order:
    """Maria's order, paid and not shipped."""
    return placed_order(store, paid(), total=Decimal("24.00"))


def opened(client: Client, order: Order, kind: str = "refund_before_shipping", **given: Any) -> AfterSaleCase:
    """A case that this person opened on the order's page."""
    answers = {"buyer_reason": "quality", "amount": "12.00"} if kind == "refund_before_shipping" else {}
    form = {"kind": kind, "cause": "after_sale", "responsible": ""} | answers | given
    answer = client.post(f"/orders/{order.pk}/case/", form)
    assert answer.status_code == 302, why(answer)
    case: AfterSaleCase = AfterSaleCase.objects.filter(order=order).latest("number")
    return case


def page_of(client: Client, case: AfterSaleCase) -> str:
    return client.get(f"/cases/{case.pk}/").content.decode()


def test_only_kinds_that_fit_are_offered_and_the_others_say_why(alice: Client, bought: Order) -> None:
    page = alice.get(f"/orders/{bought.pk}/case/").content.decode()
    fitting, _heading, unfit = page.partition("Not possible now, and why")
    assert "?kind=refund_before_shipping" in fitting
    assert "?kind=return" not in page
    assert "The parcel is not delivered yet" in unfit


def test_a_kind_that_does_not_fit_is_refused_with_its_rule_and_keeps_what_was_typed(
    alice: Client, bought: Order
) -> None:
    said = {"kind": "return", "cause": "goods", "buyer_reason": "quality", "words": "Quero devolver"}
    answer = alice.post(f"/orders/{bought.pk}/case/", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Quero devolver" in page
    assert '<span class="rule" title="Rule R4">' in page


# --- two persons, refusals, what moved on -----------------------------------------------------------------------------
GRANT = {"granted": "12.00", "buyer_reason": "quality", "arrives_at": "2099-01-01T10:00"}


@pytest.fixture
def asked(store: Store, bob: Client) -> AfterSaleCase:
    """What Bob granted is more than one person may grant: a second one is asked."""
    store.policy_overrides = {"R1": {"second_approval": 10}}
    store.save()
    case = opened(bob, placed_order(store, paid(), total=Decimal("24.00")))
    bob.post(f"/cases/{case.pk}/steps/approve/", GRANT)
    assert state_of(case) == AfterSaleState.APPROVAL_ASKED
    return case


def state_of(case: AfterSaleCase) -> str:
    return str(AfterSaleCase.objects.values_list("state", flat=True).get(pk=case.pk))


def test_who_approved_first_cannot_agree_and_another_person_sees_what_he_did(
    alice: Client, bob: Client, asked: AfterSaleCase
) -> None:
    assert "I agree" not in page_of(bob, asked)
    assert "somebody else has to agree" in bob.post(f"/cases/{asked.pk}/agree/").content.decode()
    page = page_of(alice, asked)
    assert "bob approved it" in page
    assert "US$12.00" in page
    assert alice.post(f"/cases/{asked.pk}/agree/").status_code == 302
    assert state_of(asked) == AfterSaleState.APPROVED


def test_the_second_person_sends_it_back_with_a_reason(alice: Client, asked: AfterSaleCase) -> None:
    assert "Say why" in alice.post(f"/cases/{asked.pk}/send_back/").content.decode()
    alice.post(f"/cases/{asked.pk}/send_back/", {"text": "Half is enough"})
    assert state_of(asked) == AfterSaleState.OPENED
    assert "Half is enough" in page_of(alice, asked)


def test_a_stale_form_does_nothing_and_keeps_what_was_typed(alice: Client, bob: Client, bought: Order) -> None:
    case = opened(alice, bought)
    seen = re.search(r'name="seen" value="(\w+)"', page_of(bob, case))
    assert seen
    alice.post(f"/cases/{case.pk}/refuse/", {"text": "He has it"})
    answer = bob.post(f"/cases/{case.pk}/steps/approve/", GRANT | {"granted": "7.50", "seen": seen[1]})
    assert answer.status_code == 409
    assert "has moved on meanwhile" in answer.content.decode()
    assert state_of(case) == AfterSaleState.REFUSED


def test_a_case_does_not_close_while_the_buyer_has_nothing(alice: Client, bought: Order) -> None:
    case = opened(alice, bought)
    answer = alice.post(f"/cases/{case.pk}/close/")
    assert answer.status_code == 422
    assert "he buyer has no money yet" in answer.content.decode()
    alice.post(f"/cases/{case.pk}/withdraw/", {"text": "Deixa para lá"})
    assert "taken back by the buyer" in page_of(alice, case).lower()


def test_a_locked_step_says_why(alice: Client, store: Store) -> None:
    case = opened(alice, order_underway(store, total=Decimal("24.00")), "refund_after_shipping", buyer_reason="quality")
    assert "this has to be answered: The carrier&#x27;s answer" in page_of(alice, case)
    assert alice.post(f"/cases/{case.pk}/steps/approve/", GRANT).status_code == 422
    assert state_of(case) == AfterSaleState.OPENED


def test_who_and_when_are_kept_and_taken_back(alice: Client, bought: Order) -> None:
    case = opened(alice, bought)
    bob_id = str(User.objects.get(email="bob@example.com").pk)
    alice.post(f"/cases/{case.pk}/plan/", {"responsible": bob_id, "cause": "goods"})
    changed = AfterSaleCase.objects.get(pk=case.pk)
    assert (str(changed.responsible_id), changed.cause) == (bob_id, "goods")
    undo = re.search(r'<form method="post" action="(/cases/[^"]*)"', page_of(alice, case))
    assert undo
    alice.post(undo[1].replace("&amp;", "&"))
    assert AfterSaleCase.objects.get(pk=case.pk).cause == "after_sale"


def test_a_viewer_sees_the_case_and_no_button(alice: Client, vera: Client, bought: Order) -> None:
    case = opened(alice, bought)
    main = page_of(vera, case).partition("<main")[2]
    assert "Step by step" in main
    assert "<button" not in main.partition("</main>")[0]


def test_a_photo_that_is_none_is_said_beside_its_step(alice: Client, store: Store) -> None:
    case = opened(alice, order_underway(store), "wrong_item")
    answer = alice.post(f"/cases/{case.pk}/exhibits/", {"kind": "buyer_photo", "file": upload(b"GIF89a", "a.gif")})
    assert answer.status_code == 422
    assert "it is a GIF" in answer.content.decode()


def test_a_message_or_a_review_fills_in_the_buyers_words(alice: Client, underway: Order) -> None:
    now = underway.placed_at
    wrote = InboundMessage.objects.create(
        store=underway.store,
        order=underway,
        channel="email",
        place="email",
        received_at=now,
        recorded_at=now,
        text="Chegou quebrado!",
    )
    page = alice.get(f"/orders/{underway.pk}/case/?message={wrote.pk}").content.decode()
    assert f"message={wrote.pk}&amp;kind=damage" in page
    form = alice.get(f"/orders/{underway.pk}/case/?message={wrote.pk}&kind=damage").content.decode()
    assert "Chegou quebrado!</textarea>" in form


def test_a_card_of_today_leads_to_the_case_and_takes_a_step_that_asks_nothing(alice: Client, store: Store) -> None:
    case = opened(alice, order_underway(store), "missing_item", quantity="1")
    assert AfterSaleCase.objects.get(pk=case.pk).step == "apologise"
    item = open_item(case.order, ActionKind.CASE_STEP, subject=case.subject, data={"case": 1, "step": "apologise"})
    today = alice.get("/").content.decode()
    assert f'href="/cases/{case.pk}/" data-open' in today
    assert "This step is done" in today
    alice.post(f"/actions/{item.pk}/", {"do": "case_step"})
    assert AfterSaleCase.objects.get(pk=case.pk).step == "photo"
    item.refresh_from_db()
    assert item.state != ActionState.OPEN


def test_the_number_of_queries_does_not_grow_with_what_was_done(alice: Client, bought: Order) -> None:
    case, counts = opened(alice, bought, buyer_reason="cheaper"), []
    for _turn in range(3):
        alice.post(f"/cases/{case.pk}/steps/offer/", {"offer": "a gift", "offer_outcome": "declined", "cost": "1.00"})
        page_of(alice, case)
        with CaptureQueriesContext(connection) as queries:
            page_of(alice, case)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 24


def why(answer: Any) -> list[str]:
    """What a page says against what was sent."""
    page = answer.content.decode()
    return re.findall(r'class="errorlist[^>]*>(.*?)</ul>|<strong>Refused</strong><p>(.*?)</p>', page)
