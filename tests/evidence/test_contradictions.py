"""What a case's own papers say in two ways: found before the other side finds it, and nothing found where all fits."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.bundling.cases import CaseExhibit, CaseFile, Money, TrackingNews
from evidence.bundling.chats import Said
from evidence.bundling.contradictions import Contradiction, Severity, Topic, find_contradictions
from tests.cast import at
from tests.evidence.cases import case_of, exhibit

NUMBER = "LX123456785CN"
DATES = {"placed": at("03-02 12:00"), "paid": at("03-02 13:00"), "shipped": at("03-05 10:00")}


@pytest.fixture
def case(tmp_path: Path) -> CaseFile:
    """A case whose papers agree."""
    news = TrackingNews(at("03-20 14:30"), "arrived", "Curitiba", "Objeto recebido", "Correios", NUMBER)
    return replace(case_of(tmp_path, {}, text="Cadê?"), tracking=(news,), dates=DATES | {"opened": at("04-10 12:00")})


def found(case: CaseFile, texts: dict[str, str] | None = None) -> list[tuple[Topic, Severity]]:
    """What is found, without the values."""
    return [(one.topic, one.severity) for one in find_contradictions(case, texts or {})]


def with_paper(case: CaseFile, folder: Path, kind: str, **values: Any) -> CaseFile:
    """The case with one exhibit."""
    paper: CaseExhibit = exhibit(1, folder, "paper.pdf", b"x", kind=kind, caption=values.pop("caption", ""))
    return replace(case, exhibits=(replace(paper, **values),))


def test_papers_that_agree_give_nothing(case: CaseFile, tmp_path: Path) -> None:
    letter = f"Objeto {NUMBER} de Maria Souza, postado em 05/03/2026, US$ 24.00, pedido 8012345678901234"
    assert found(with_paper(case, tmp_path, "waybill_receipt"), {"A-1": letter}) == []


def test_a_receipt_of_another_parcel_is_serious(case: CaseFile, tmp_path: Path) -> None:
    paper = with_paper(case, tmp_path, "waybill_receipt")
    one: Contradiction = find_contradictions(paper, {"A-1": "RR987654321CN Maria"})[0]
    assert (one.topic, one.severity) == (Topic.PARCEL, Severity.SERIOUS)
    assert [(said.place, said.detail, said.value) for said in one.statements] == [
        ("order", "", NUMBER),
        ("exhibit", "A-1", "RR987654321CN"),
    ]


def test_another_parcel_in_a_chat_is_a_doubt(case: CaseFile, tmp_path: Path) -> None:
    chat = (Said("", "Maria", "RR987654321CN?"),)
    assert found(with_paper(case, tmp_path, "chat_record", chat=chat)) == [(Topic.PARCEL, Severity.DOUBT)]


def test_a_caption_with_another_number_is_serious(case: CaseFile, tmp_path: Path) -> None:
    paper = with_paper(case, tmp_path, "packing_photo", caption="Parcel RR987654321CN")
    assert found(paper) == [(Topic.PARCEL, Severity.SERIOUS)]


def test_the_invoice_of_another_order_is_serious(case: CaseFile, tmp_path: Path) -> None:
    paper = with_paper(case, tmp_path, "invoice")
    assert found(paper, {"A-1": "Order 8099999999999999, USD 24.00"}) == [(Topic.ORDER_NUMBER, Severity.SERIOUS)]
    assert found(paper, {"A-1": "Order 8012345678901234, USD 99.00"}) == [(Topic.AMOUNT, Severity.SERIOUS)]
    assert found(paper, {"A-1": "USD 20.00 + USD 4.00 = USD 24.00"}) == []


def test_a_claim_above_the_total_is_serious(case: CaseFile) -> None:
    claim = replace(case.claim, amount=Money(Decimal("30"), "USD"), missing_quantity=5)
    expected = [(Topic.CLAIM_OVER_TOTAL, Severity.SERIOUS), (Topic.QUANTITY, Severity.SERIOUS)]
    assert found(replace(case, claim=claim)) == expected


def test_dates_in_an_impossible_order_are_serious(case: CaseFile) -> None:
    dates = DATES | {"delivered": at("03-04 10:00")}
    assert (Topic.SEQUENCE, Severity.SERIOUS) in found(replace(case, dates=dates))


def test_a_delivery_that_the_order_does_not_know_is_serious(case: CaseFile) -> None:
    delivered = TrackingNews(at("04-01 10:00"), "delivered", "", "", "Correios", NUMBER)
    assert found(replace(case, tracking=(delivered,))) == [(Topic.DELIVERED, Severity.SERIOUS)]
    assert found(replace(case, tracking=(replace(delivered, voided_at=at("04-02 10:00")),))) == []


def test_sources_that_disagree_about_the_delivery_are_serious(case: CaseFile) -> None:
    there = TrackingNews(at("04-01 10:00"), "delivered", "", "", "17track", NUMBER)
    dates = case.dates | {"delivered": at("04-01 10:00")}
    assert found(replace(case, tracking=(*case.tracking, there), dates=dates)) == [(Topic.SOURCES, Severity.SERIOUS)]


def test_a_proof_with_another_date_or_name_is_a_doubt(case: CaseFile, tmp_path: Path) -> None:
    there = TrackingNews(at("04-01 10:00"), "delivered", "", "", "Correios", NUMBER)
    arrived = replace(case, tracking=(there,), dates=case.dates | {"delivered": at("04-01 10:00")})
    paper = with_paper(arrived, tmp_path, "delivery_proof")
    assert found(paper, {"A-1": "Entregue a María Souza em 01/04/2026"}) == []
    doubts = [(Topic.DELIVERED, Severity.DOUBT), (Topic.BUYER_NAME, Severity.DOUBT)]
    assert found(paper, {"A-1": "Entregue a João Pereira em 20/04/2026"}) == doubts


def test_the_serious_stand_first(case: CaseFile, tmp_path: Path) -> None:
    paper = with_paper(case, tmp_path, "waybill_receipt")
    severities = [severity for _topic, severity in found(paper, {"A-1": "João, RR987654321CN, 2026-01-01"})]
    assert severities == sorted(severities, key=lambda severity: severity is Severity.DOUBT)
    assert {*severities} == {Severity.SERIOUS, Severity.DOUBT}
