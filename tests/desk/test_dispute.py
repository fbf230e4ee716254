"""The workbench of a dispute: claim, dates, advice, ways out, answers; a whole case worked through the pages."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disputes.lifecycle import DisputeState
from disputes.models import Dispute
from evidence.models import Bundle, BundleState
from orders.lifecycle import OrderState
from orders.models import Order, Store
from orders.services.verification import verify_timeline
from tests.cast import fact, happens
from tests.desk.disputing import ago, disputed, filed_exhibit, order_underway, picture, ready_bundle, told, upload


@pytest.fixture
def dispute(store: Store) -> Dispute:
    """Maria's claim of yesterday: damaged, 12 of 24 dollars."""
    order = order_underway(store, total=Decimal("24.00"))
    return disputed(order, opened=ago(days=1), amount="12.00", text="A lamp is broken")


def page_of(client: Client, dispute: Dispute) -> str:
    return client.get(f"/disputes/{dispute.pk}/").content.decode()


def tell(client: Client, dispute: Dispute, kind: str, **data: Any) -> Any:
    return client.post(f"/disputes/{dispute.pk}/record/{kind}/", data, follow=True)


def state_of(dispute: Dispute) -> str:
    return str(Dispute.objects.get(pk=dispute.pk).state)


# --- what the page says -----------------------------------------------------------------------------------------------
def test_the_page_says_what_is_claimed_and_what_the_buyer_said(alice: Client, dispute: Dispute) -> None:
    page = page_of(alice, dispute)
    assert "Damaged" in page
    assert "US$12.00" in page
    assert "A lamp is broken" in page


def test_the_dates_stand_on_three_clocks_with_our_margin(alice: Client, dispute: Dispute) -> None:
    page = page_of(alice, dispute)
    for words in ("Shanghai", "Sao Paulo", "Los Angeles", "less 12 hours", "answered within 5 days"):
        assert words in page


def test_the_advice_is_one_sentence_with_its_rule_and_what_would_change_it(alice: Client, dispute: Dispute) -> None:
    page = page_of(alice, dispute)
    assert "Ask the buyer for a photo." in page
    assert "Who is liable is not settled yet." in page
    assert "is not judged before the buyer&#x27;s photo" in page
    assert "With this exhibit: Photo from the buyer" in page
    assert "Offer a partial refund." in page  # what the photo would turn it into


def test_every_way_out_shows_its_terms_and_a_missing_term_where_it_is_entered(alice: Client, dispute: Dispute) -> None:
    page = page_of(alice, dispute)
    assert "chance to lose <b>55%</b>" in page
    assert "No offer yet: make a counter-offer." in page
    assert f'href="/disputes/{dispute.pk}/record/counter_offer/"' in page
    assert "import the unit cost" in page


def test_a_claim_in_a_currency_without_a_rate_says_so(alice: Client, store: Store) -> None:
    case = disputed(order_underway(store, total=Decimal("24.00"), currency="BRL"))
    assert "the store has no exchange rate from BRL" in page_of(alice, case)


def test_a_missed_answer_is_loud(alice: Client, dispute: Dispute) -> None:
    Dispute.objects.filter(pk=dispute.pk).update(response_missed_at=timezone.now())
    assert "The answer was missed." in page_of(alice, dispute)


def test_missed_evidence_is_loud(alice: Client, dispute: Dispute) -> None:
    Dispute.objects.filter(pk=dispute.pk).update(
        state="evidence_missed", evidence_by=timezone.now() - timedelta(days=1)
    )
    assert "The evidence was not handed in on time." in page_of(alice, dispute)


def test_the_draft_answers_stand_in_two_languages_with_what_they_lack(alice: Client, store: Store) -> None:
    page = page_of(alice, disputed(order_underway(store, total=Decimal("24.00")), reason="in_transit"))
    assert "LX123456785CN" in page
    assert "承诺运达时间" in page
    assert "Not known yet" not in page


def test_the_number_of_queries_does_not_grow_with_the_exhibits(alice: Client, dispute: Dispute) -> None:
    counts = []
    for number in range(3):
        for kind in ("packing_photo", "chat_record", "listing_snapshot"):
            happens(dispute.order, told(kind, f"{kind}-{number}"), now=ago())
            filed_exhibit(dispute, picture("JPEG", width=30 + number), kind=kind, source=str(number))
        with CaptureQueriesContext(connection) as queries:
            page_of(alice, dispute)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 30


# --- who may do what --------------------------------------------------------------------------------------------------
def test_a_viewer_sees_the_case_and_no_button(vera: Client, dispute: Dispute) -> None:
    page = page_of(vera, dispute)
    assert "Damaged" in page
    for address in ("/record/", "/exhibits/", "/note/", "/bundles/"):
        assert f'action="/disputes/{dispute.pk}{address}' not in page


@pytest.mark.parametrize("person", ["charlie", "vera", "nobody"])
def test_who_does_not_work_in_the_store_changes_nothing(enter: Any, dispute: Dispute, person: str) -> None:
    client = enter(person)
    client.post(f"/disputes/{dispute.pk}/record/dispute_accepted/", {"confirmed": "1"})
    client.post(f"/disputes/{dispute.pk}/exhibits/", {"kind": "invoice", "file": upload(picture("PNG"), "a.png")})
    client.post(f"/disputes/{dispute.pk}/note/", {"text": "mine"})
    assert state_of(dispute) == DisputeState.OPENED
    assert not dispute.exhibits.exists()


# --- answers and facts ------------------------------------------------------------------------------------------------
def test_a_counter_offer_may_be_money_or_a_new_parcel(alice: Client, dispute: Dispute) -> None:
    tell(alice, dispute, "counter_offer", amount="0")
    tell(alice, dispute, "counter_offer", remedy="reship")
    assert [(offer.amount, offer.remedy) for offer in dispute.offers.all()] == [(Decimal("0.00"), ""), (None, "reship")]
    assert state_of(dispute) == DisputeState.NEGOTIATING


def test_a_rejection_that_offers_nothing_is_refused_with_its_rule(alice: Client, dispute: Dispute) -> None:
    answer = tell(alice, dispute, "counter_offer")
    assert answer.status_code == 422
    assert "A rejection needs a counter-offer" in answer.content.decode()
    assert state_of(dispute) == DisputeState.OPENED


@pytest.mark.parametrize(
    ("gives", "offer", "said"),
    [("nothing", (Decimal(0), ""), "with an offer of 0."), ("return", (None, "return"), "the goods are to come back.")],
)
def test_contesting_is_a_choice_of_its_own_and_stands_as_answered(
    alice: Client, dispute: Dispute, gives: str, offer: tuple[Decimal | None, str], said: str
) -> None:
    assert "Contest the claim" in page_of(alice, dispute)
    page = tell(alice, dispute, "contest", gives=gives).content.decode()
    assert [(row.amount, row.remedy) for row in dispute.offers.all()] == [offer]
    assert "Answered:" in page
    assert said in page
    assert "Waiting for: The buyer" in page
    assert "You offered no money" in page


def test_contesting_says_what_it_gives(alice: Client, dispute: Dispute) -> None:
    answer = tell(alice, dispute, "contest")
    assert (answer.status_code, state_of(dispute)) == (422, DisputeState.OPENED)


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        ("contest", DisputeState.NEGOTIATING, "and the claim is contested."),
        ("later", DisputeState.OPENED, "The claim itself still waits for your answer."),
    ],
)
def test_evidence_that_goes_with_the_answer_says_what_becomes_of_it(
    alice: Client, dispute: Dispute, answer: str, state: str, said: str
) -> None:
    bundle = ready_bundle(dispute)
    dispute.advice.update(recommendation="contest")
    asked = alice.post(f"/bundles/{bundle.pk}/submitted/").content.decode()
    assert "Evidence is not the answer" in asked
    assert "The reminders end." not in asked
    assert " checked" not in asked  # whether it was contested there is told by a person alone
    given = {"confirmed": "1", "answer": answer}
    page = alice.post(f"/bundles/{bundle.pk}/submitted/", given, follow=True).content.decode()
    assert said in page
    assert (state_of(dispute), Bundle.objects.get(pk=bundle.pk).state) == (state, BundleState.SUBMITTED)


def test_a_second_source_that_is_asked_for_is_entered_from_here(alice: Client, store: Store) -> None:
    case = disputed(order_underway(store), reason="tracking_not_found")
    assert "Looked up so far: 0 of 2 sources." in page_of(alice, case)
    assert f'href="/orders/{case.order_id}/look/"' in page_of(alice, case)
    for source in ("China Post", "17TRACK"):
        happens(case.order, fact(ago(), "tracking_lookup", source=source, found=True), now=ago())
    assert "Looked up so far" not in page_of(alice, case)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [("dispute_accepted", [], "accepted"), ("evidence_submitted", ["platform_notice"], "evidence_submitted")],
)
def test_what_cannot_be_taken_back_is_asked_twice(
    alice: Client, dispute: Dispute, kind: str, before: list[str], after: str
) -> None:
    for earlier in before:
        tell(alice, dispute, earlier)
    state = state_of(dispute)
    assert "Are you sure?" in tell(alice, dispute, kind).content.decode()
    assert state_of(dispute) == state
    tell(alice, dispute, kind, confirmed="1")
    assert state_of(dispute) == after


def test_what_the_platform_does_is_recorded_with_its_date(alice: Client, dispute: Dispute) -> None:
    at = (timezone.now() - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    tell(alice, dispute, "platform_notice", at=at)
    noticed = Dispute.objects.get(pk=dispute.pk).noticed_at
    assert noticed is not None
    assert noticed < timezone.now()


def test_a_date_in_the_future_is_refused_in_words(alice: Client, dispute: Dispute) -> None:
    answer = tell(alice, dispute, "platform_notice", at="2099-01-01T10:00")
    assert answer.status_code == 422
    assert "This lies in the future" in answer.content.decode()


def test_a_changed_claim_keeps_what_did_not_change(alice: Client, dispute: Dispute) -> None:
    tell(alice, dispute, "dispute_changed", reason="wrong_item", amount="20.00")
    case = Dispute.objects.get(pk=dispute.pk)
    assert (case.reason, case.amount) == ("wrong_item", Decimal("20.00"))


def test_evidence_handed_in_late_is_recorded_with_its_rule(alice: Client, dispute: Dispute) -> None:
    happens(dispute.order, fact(ago(hours=23), "platform_notice"), now=ago())
    Dispute.objects.filter(pk=dispute.pk).update(evidence_by=timezone.now() - timedelta(hours=1))
    answer = tell(alice, dispute, "evidence_submitted", confirmed="1")
    assert "Noted, by rule D8" in answer.content.decode()


def test_a_fact_about_one_dispute_never_lands_on_another(alice: Client, store: Store) -> None:
    order = order_underway(store, total=Decimal("24.00"))
    whole, item = disputed(order), disputed(order, item="A1")
    answer = tell(alice, whole, "dispute_withdrawn")
    assert "First finish dispute 2" in answer.content.decode()
    tell(alice, item, "dispute_withdrawn")
    assert (state_of(whole), state_of(item)) == (DisputeState.OPENED, DisputeState.WITHDRAWN)


def test_an_old_page_of_a_closed_dispute_records_nothing_on_the_next_one(alice: Client, store: Store) -> None:
    order = order_underway(store, total=Decimal("24.00"))
    first = disputed(order, opened=ago(days=2))
    tell(alice, first, "dispute_withdrawn")
    second = disputed(order)
    for answer in (
        tell(alice, first, "dispute_accepted", confirmed="1"),
        alice.post(f"/bundles/{ready_bundle(first).pk}/submitted/", {"confirmed": "1"}, follow=True),
    ):
        assert "This dispute is closed." in answer.content.decode()
    assert state_of(second) == DisputeState.OPENED


def test_a_closed_dispute_that_is_lost_leads_to_the_refund(alice: Client, dispute: Dispute) -> None:
    tell(alice, dispute, "verdict", outcome="lost")
    page = page_of(alice, dispute)
    assert f"/orders/{dispute.order_id}/fact/refund_issued/" in page
    assert "What you can do" not in page


def test_a_note_stands_in_the_story_and_never_in_the_chain(alice: Client, dispute: Dispute) -> None:
    alice.post(f"/disputes/{dispute.pk}/note/", {"text": "Maria called"})
    assert "Maria called" in page_of(alice, dispute)
    order = Order.objects.get(pk=dispute.order_id)
    assert verify_timeline(order) in (None, "")
    assert "Maria called" not in str(list(order.timeline.values_list("data", flat=True)))


# --- a whole case -----------------------------------------------------------------------------------------------------
def test_a_case_is_worked_from_the_claim_to_the_verdict(alice: Client, store: Store) -> None:
    order = order_underway(store, total=Decimal("24.00"))
    claim = {"reason": "damaged", "amount": "12.00", "text": "Broken glass"}
    answer = alice.post(f"/orders/{order.pk}/dispute/", claim, follow=True)
    dispute = Dispute.objects.get(order=order)
    assert answer.redirect_chain[-1][0] == f"/disputes/{dispute.pk}/"

    upload_exhibit(alice, dispute, "buyer_photo")
    assert "A part of the price settles it" in page_of(alice, dispute) or "a part of the price" in page_of(
        alice, dispute
    )
    tell(alice, dispute, "counter_offer", amount="4.00")
    tell(alice, dispute, "platform_notice")
    for kind in ("listing_snapshot", "packing_photo", "chat_record"):
        upload_exhibit(alice, dispute, kind)
    assert "4/4" in page_of(alice, dispute)

    submit_bundle(alice, dispute)
    tell(alice, dispute, "verdict", outcome="settled", amount="4.00")
    case = Dispute.objects.get(pk=dispute.pk)
    assert (case.state, case.awarded) == (DisputeState.SETTLED, Decimal("4.00"))
    assert Order.objects.get(pk=order.pk).state != OrderState.DISPUTED


def upload_exhibit(client: Client, dispute: Dispute, kind: str) -> None:
    content = upload(picture("JPEG", width=40 + len(kind)), f"{kind}.jpg")
    answer = client.post(f"/disputes/{dispute.pk}/exhibits/", {"kind": kind, "source": "us", "file": content})
    assert answer.status_code == 302


def submit_bundle(client: Client, dispute: Dispute) -> None:
    bundle = ready_bundle(dispute)
    assert "Are you sure?" in client.post(f"/bundles/{bundle.pk}/submitted/").content.decode()
    assert state_of(dispute) == DisputeState.EVIDENCE_DUE
    client.post(f"/bundles/{bundle.pk}/submitted/", {"confirmed": "1"})
    assert state_of(dispute) == DisputeState.EVIDENCE_SUBMITTED
    assert Bundle.objects.get(pk=bundle.pk).state == BundleState.SUBMITTED
