"""The seller's answer in words: on the first page, with what the bundle shows, and nothing that it does not."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from disputes.reasons import Reason
from evidence.bundling.cases import CaseFile, CaseOffer, Money, Parcel
from evidence.bundling.claims import claims_context
from evidence.bundling.pages import sections_of
from evidence.bundling.stating import state_answer
from evidence.bundling.telling import open_teller
from evidence.recipients import find_recipient
from tests.cast import at
from tests.evidence import files
from tests.evidence.cases import case_of


@pytest.fixture
def case(tmp_path: Path) -> CaseFile:
    """Maria's parcel is on its way, and the promise runs."""
    plain = case_of(tmp_path, {"page.png": files.encoded(files.picture(), "PNG")})
    dates = {**plain.dates, "shipped": at("03-05 12:00"), "promised": at("05-04 12:00")}
    return replace(plain, dates=dates, argues=True)


def said(case: CaseFile) -> str:
    return " ".join(state_answer(case, open_teller(case, find_recipient("aliexpress"))))


def test_the_answer_says_what_is_asked_and_why_with_the_exhibits(case: CaseFile) -> None:
    answer = said(case)
    assert "We shipped the order on 2026-03-05 with China Post, tracking number LX123456785CN." in answer
    assert "Latest carrier status: Arrived in the country, Curitiba, 2026-03-20." in answer
    assert "The tracking page is Exhibit A-1." in answer
    assert "We ask the platform to let the promised time run and to close this claim." in answer
    assert "[" not in answer


def test_the_answer_says_nothing_that_the_record_does_not_hold(case: CaseFile) -> None:
    unread = replace(case.exhibits[0], is_readable=False)
    bare = replace(case, dates={}, parcels=(), tracking=(), messages=(), offers=(), exhibits=(unread,))
    assert said(bare) == (
        "The buyer says that order 8012345678901234 has not arrived. "
        "Gaps of several days between two scans are usual in international post; "
        "they do not show that a parcel is lost. We ask the platform to decide by the carrier's record."
    )


@pytest.mark.parametrize("late", [{"promised": at("04-17 00:00")}, {"delivered": at("04-01 00:00")}])
def test_a_promise_that_is_over_or_kept_is_not_asked_to_run(case: CaseFile, late: dict[str, object]) -> None:
    assert "promised time is not over" not in said(replace(case, dates=case.dates | late))


@pytest.mark.parametrize("silent", [{"argues": False}, {"reason": "virtual_goods"}])
def test_who_gave_in_does_not_argue(case: CaseFile, silent: dict[str, object]) -> None:
    reason = {"claim": replace(case.claim, **silent)} if "reason" in silent else silent
    assert said(replace(case, **reason)) == ""


def test_a_claim_without_an_amount_is_the_whole_order(case: CaseFile) -> None:
    whole = replace(case, claim=replace(case.claim, amount=None))
    context = claims_context(whole, open_teller(whole, find_recipient("aliexpress")), sections_of(whole))
    assert (whole.claimed, context["claimed"]) == (Money(Decimal("24.00"), "USD"), "USD 24.00")
    assert context["is_whole"]


@pytest.mark.parametrize("part", [{"missing_quantity": 2}, {"item": "A1"}])
def test_a_claim_of_some_pieces_is_not_the_whole_order(case: CaseFile, part: dict[str, Any]) -> None:
    short = replace(case, claim=replace(case.claim, amount=None, **part))
    context = claims_context(short, open_teller(short, find_recipient("aliexpress")), sections_of(short))
    assert (short.claimed, context["is_whole"]) == (None, False)
    assert "24.00" not in context["claimed"]


PROMISING = re.compile(
    r"we (will )?(send|refund|settle)|at our cost|mistake is ours|apologise|solution|confirm th|ready to"
)


@pytest.mark.parametrize("reason", Reason)
def test_nothing_is_promised_when_the_claim_is_contested_with_nothing(case: CaseFile, reason: Reason) -> None:
    nothing = CaseOffer(at("04-12 08:00"), Money(Decimal(0), "USD"), "")
    contested = replace(case, offers=(nothing,), claim=replace(case.claim, reason=reason))
    assert PROMISING.findall(said(contested)) == []


def test_what_was_offered_is_what_is_promised(case: CaseFile) -> None:
    wrong, reship = replace(case.claim, reason="wrong_item"), CaseOffer(at("04-12 08:00"), None, "reship")
    assert "we send the correct item at our cost" in said(replace(case, claim=wrong, offers=(reship,)))
    assert "confirm a partial solution" in said(replace(case, claim=replace(case.claim, reason="damaged")))


def test_a_parcel_that_no_carrier_saw_is_not_on_its_way(case: CaseFile) -> None:
    taken_back = replace(case.tracking[0], voided_at=at("03-21 00:00"))
    assert "The parcel is on its way." in said(case)
    for tracking in ((), (taken_back,)):
        assert "on its way" not in said(replace(case, tracking=tracking))


def test_of_two_parcels_the_first_is_named_with_the_date_of_shipping(case: CaseFile) -> None:
    two = replace(case, parcels=(*case.parcels, Parcel("Yanwen", "RR123456785CN")))
    assert "on 2026-03-05 with China Post, tracking number LX123456785CN." in said(two)
