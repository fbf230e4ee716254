"""A scenario's files are exhibits as any other: one that nobody can read proves nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from desk.selectors.dispute_lessons import review_case
from disputes.models import Dispute
from disputes.scenarios import load_scenario
from evidence.models import Exhibit
from evidence.services.scenarios import load_scenario_into
from orders.services.ledger import view_ledger
from tests.cast import alices_store, at, fact, paid, scenario, shipped

pytestmark = pytest.mark.django_db

BROKEN = b"\x89PNG\r\n\x1a\n" + b"no picture"
KIND = {"kind": "waybill_receipt"}


@pytest.fixture
def dispute(tmp_path: Path, settings: Any) -> Dispute:
    """Handed over with a receipt that is cut off."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "receipt.png").write_bytes(BROKEN)
    receipt = fact("04-11 10:00", "evidence_added", file="receipt.png", source="China Post")
    case = scenario(paid(), shipped(), fact("04-10 12:00", "dispute_opened", reason="in_transit"), receipt | KIND)
    (tmp_path / "case.json").write_text(json.dumps(case))
    read = load_scenario(tmp_path / "case.json")
    load_scenario_into(read, alices_store(), tmp_path, now=at("04-12 00:00"), actor="test")
    found: Dispute = Dispute.objects.get()
    return found


def test_a_loaded_file_that_nobody_can_read_proves_nothing(dispute: Dispute) -> None:
    exhibit, advice = Exhibit.objects.get(), dispute.advice.latest("at")
    assert (exhibit.is_readable, exhibit.left_out_at) == (False, None)  # nobody asked whether to: it has its slip
    assert "waybill_receipt" in advice.missing


def test_what_was_shown_names_no_file_that_nobody_can_read(dispute: Dispute) -> None:
    dispute.closed_at = at("04-12 00:00")
    assert review_case(view_ledger(dispute.order, now=at("04-12 00:00")), dispute).shown == []
