"""Appeals against a review: its words, the signs that speak against it and the order's record in one verified file."""

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.db import DatabaseError, transaction

from disputes.models import Review
from disputes.services.review_steps import set_facts
from evidence.bundling.appealing import NoOrder, collect_review
from evidence.bundling.verifying import verify
from evidence.models import Appeal, BundleState
from evidence.recipients import UnknownRecipient, find_recipient
from evidence.services.appeals import build_appeal, make_appeal_now, mark_appealed, request_appeal, waiting_appeals
from evidence.services.exhibits import add_exhibit
from orders.models import Store
from tests.cast import alices_store, at, clock_at, fact, paid, placed_order, shipped, tracking
from tests.disputes.reviewed import ALICE, hired, record_of, review_in
from tests.evidence import files

pytestmark = pytest.mark.django_db
NOW = "05-11 10:00"
WORDS = "Não comprem aqui, comprem na loja do lado."


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path, settings: Any) -> None:
    """A place for this test's files."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def store() -> Store:
    return hired(alices_store())


@pytest.fixture
def review(store: Store, tmp_path: Path) -> Review:
    """A review that praises another shop, of an order that arrived."""
    order = placed_order(
        store, paid(), shipped(), tracking("04-20 10:00", "delivered"), fact("04-20 10:00", "delivered")
    )
    path = tmp_path / "receipt.jpg"
    path.write_bytes(files.phone_photo())
    add_exhibit(order.pk, path, kind="delivery_proof", source="Correios", now=at("04-21 10:00"), actor="user:1")
    review = review_in(store, record_of(1, WORDS, review_id="R-77"))
    return set_facts(review.pk, {"ratings": 2, "good_share": 0.1}, now=at(NOW), actor=ALICE)


def test_an_appeal_tells_the_review_its_signs_and_the_order(review: Review) -> None:
    case = collect_review(review.pk, find_recipient("aliexpress"))
    assert case.review is not None
    assert (case.review.platform_id, case.review.stars, case.review.points) == ("R-77", 1, 70)
    assert [sign.in_language("en") for sign in case.review.signs] == [
        "The text sends readers to another shop: comprem na.",
        "Only 10% of the reviewer's ratings are good ones.",
        "The reviewer has given few ratings so far: 2.",
    ]
    assert "review_received" in {row.type for row in case.timeline}
    assert [exhibit.kind for exhibit in case.exhibits] == ["delivery_proof"]
    assert collect_review(review.pk, find_recipient("aliexpress")) == case


@pytest.mark.slow
def test_an_appeal_is_made_by_a_worker_and_stands_its_verification(review: Review) -> None:
    appeal = request_appeal(review.pk, recipient="archive", now=at(NOW), actor=ALICE)
    assert request_appeal(review.pk, recipient="archive", now=at(NOW), actor=ALICE) == appeal
    assert waiting_appeals(at(NOW)) == [appeal.pk]
    build_appeal(appeal.pk, clock_at(NOW))
    appeal = Appeal.objects.get(pk=appeal.pk)
    assert (appeal.state, appeal.error, len(appeal.report["exhibits"])) == (BundleState.READY, "", 1)
    assert not verify(appeal.path).problems
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(appeal.path))
    for said in ("comprem na loja do lado", "Only 10%", "70 / 100", "R-77"):
        assert said in text
    assert "Dispute" not in text.split("Manifest")[0]
    again = make_appeal_now(review.pk, recipient="archive", clock=clock_at(NOW), actor=ALICE)
    assert (again.number, again.sha256) == (2, appeal.sha256)
    assert mark_appealed(appeal.pk, now=at(NOW)).state == BundleState.SUBMITTED


def test_a_review_without_an_order_has_nothing_to_appeal_with(store: Store) -> None:
    review = review_in(store)
    with pytest.raises(NoOrder, match="import the order first"):
        request_appeal(review.pk, recipient="archive", now=at(NOW), actor=ALICE)


def test_an_appeal_for_nobody_is_refused(review: Review) -> None:
    with pytest.raises(UnknownRecipient):
        request_appeal(review.pk, recipient="nobody", now=at(NOW), actor=ALICE)


def test_an_appeal_that_is_not_made_cannot_have_been_handed_in(review: Review) -> None:
    appeal = request_appeal(review.pk, recipient="archive", now=at(NOW), actor=ALICE)
    with pytest.raises(ValueError, match="not ready"):
        mark_appealed(appeal.pk, now=at(NOW))


def test_an_appeal_that_was_handed_in_cannot_be_changed_or_deleted(review: Review) -> None:
    appeal = request_appeal(review.pk, recipient="archive", now=at(NOW), actor=ALICE)
    Appeal.objects.update(state=BundleState.SUBMITTED, sha256="a")
    for change in (lambda: Appeal.objects.update(sha256="b"), lambda: Appeal.objects.filter(pk=appeal.pk).delete()):
        with pytest.raises(DatabaseError, match="handed in is kept"), transaction.atomic():
            change()
