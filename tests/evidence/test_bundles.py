"""Bundles on their way: asked for, made once, taken up again when a worker is lost, handed in."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from disputes.models import AdviceEntry, Dispute
from evidence.bundling.collecting import collect
from evidence.bundling.rendering import Press
from evidence.models import Bundle, BundleState
from evidence.recipients import UnknownRecipient, find_recipient
from evidence.services.bundles import build_bundle, make_bundle_now, mark_submitted, request_bundle, waiting_bundles
from evidence.services.exhibits import add_exhibit, leave_out
from evidence.tasks import sweep_bundles
from orders.models import Order, TimelineEvent
from tests.cast import after, alices_store, at, clock_at, command, fact, happens, paid, placed_order, shipped, tracking
from tests.evidence import files

pytestmark = pytest.mark.django_db

NOW = "04-18 10:00"


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path, settings: Any) -> None:
    """A place for this test's files."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def dispute(tmp_path: Path) -> Dispute:
    """Maria disputes, the platform asks for evidence, and there is a receipt."""
    order = placed_order(
        alices_store(),
        paid(),
        shipped(),
        tracking("03-20 14:00", "arrived", location="Curitiba"),
        fact("04-10 12:00", "dispute_opened", reason="in_transit", amount="24.00"),
        fact("04-17 09:00", "platform_notice"),
    )
    path = tmp_path / "receipt.jpg"
    path.write_bytes(files.phone_photo())
    add_exhibit(order.pk, path, kind="waybill_receipt", source="China Post", now=at(NOW), actor="user:1")
    return Dispute.objects.get()


def ask(dispute: Dispute, recipient: str = "archive", now: str = NOW) -> Bundle:
    return request_bundle(dispute.pk, recipient=recipient, now=at(now), actor="user:1")


@pytest.mark.slow
def test_a_bundle_that_was_asked_for_is_made(dispute: Dispute) -> None:
    bundle = ask(dispute)
    assert waiting_bundles(at(NOW)) == [bundle.pk]
    build_bundle(bundle.pk, clock_at(NOW))
    bundle.refresh_from_db()
    assert (bundle.state, bundle.progress, bundle.error) == (BundleState.READY, 100, "")
    assert bundle.path.stat().st_size == bundle.size
    assert [exhibit["mark"] for exhibit in bundle.report["exhibits"]] == ["A-1"]
    assert waiting_bundles(at(NOW)) == []


def test_asking_twice_gives_the_one_that_waits(dispute: Dispute) -> None:
    assert ask(dispute) == ask(dispute)
    assert ask(dispute, "aliexpress").number == 2


def test_an_unknown_recipient_is_refused_with_those_that_there_are(dispute: Dispute) -> None:
    with pytest.raises(UnknownRecipient, match="expected one of aliexpress, "):
        ask(dispute, "judge")


def test_a_second_worker_finds_the_bundle_taken(dispute: Dispute) -> None:
    bundle = ask(dispute)
    Bundle.objects.update(state=BundleState.RUNNING, heartbeat_at=at(NOW), attempts=1)
    build_bundle(bundle.pk, clock_at(after(NOW, minutes=1)))
    bundle.refresh_from_db()
    assert (bundle.state, bundle.attempts) == (BundleState.RUNNING, 1)


@pytest.mark.slow
def test_a_bundle_whose_worker_was_lost_is_taken_up_again(dispute: Dispute) -> None:
    bundle, later = ask(dispute), after(NOW, minutes=10)
    Bundle.objects.update(state=BundleState.RUNNING, heartbeat_at=at(NOW), attempts=1)
    assert waiting_bundles(at(after(NOW, minutes=1))) == []
    assert waiting_bundles(at(later)) == [bundle.pk]
    build_bundle(bundle.pk, clock_at(later))
    bundle.refresh_from_db()
    assert (bundle.state, bundle.attempts) == (BundleState.READY, 2)


def test_a_bundle_that_loses_every_worker_is_given_up(dispute: Dispute) -> None:
    bundle = ask(dispute)
    Bundle.objects.update(state=BundleState.RUNNING, heartbeat_at=at(NOW), attempts=3)
    build_bundle(bundle.pk, clock_at(after(NOW, minutes=10)))
    bundle.refresh_from_db()
    assert (bundle.state, bundle.error) == (BundleState.FAILED, "its worker was lost each time")


def without_pango(_press: Press, _job: dict[str, str]) -> dict[str, Any]:
    """What the typesetting process answers on a machine without Pango."""
    return {"error": "pango", "message": "cannot load library"}


def test_a_machine_without_pango_is_told_what_to_install(dispute: Dispute, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Press, "_ask", without_pango)
    bundle = ask(dispute)
    build_bundle(bundle.pk, clock_at(NOW))
    bundle.refresh_from_db()
    assert bundle.state == BundleState.FAILED
    assert "apt-get install libpango-1.0-0" in bundle.error


@pytest.mark.slow
def test_the_sweep_wakes_a_worker_for_each_that_waits(dispute: Dispute, settings: Any) -> None:
    bundle = ask(dispute)
    sweep_bundles.app.conf.task_always_eager = True
    try:
        sweep_bundles()
    finally:
        sweep_bundles.app.conf.task_always_eager = False
    bundle.refresh_from_db()
    assert bundle.state == BundleState.READY


@pytest.mark.slow
def test_handing_in_is_a_fact_of_the_dispute(dispute: Dispute) -> None:
    bundle = make_bundle_now(dispute.pk, recipient="archive", clock=clock_at(NOW), actor="user:1")
    mark_submitted(bundle.pk, now=at("04-19 08:00"), actor="user:1")
    mark_submitted(bundle.pk, now=at("04-19 09:00"), actor="user:1")
    event = TimelineEvent.objects.get(type="evidence_submitted")
    assert Dispute.objects.get().state == "evidence_submitted"
    assert (event.at, event.data["sha256"]) == (at("04-19 08:00"), bundle.sha256)


def test_a_bundle_that_is_not_ready_cannot_be_handed_in(dispute: Dispute) -> None:
    with pytest.raises(ValueError, match="not ready"):
        mark_submitted(ask(dispute).pk, now=at(NOW), actor="user:1")


# --- the commands -----------------------------------------------------------------------------------------------------
def export(dispute: Dispute, target: Path, *options: str) -> dict[str, Any]:
    """The command's answer."""
    said = StringIO()
    call_command("export_bundle", str(dispute.pk), "--out", str(target), "--json", *options, stdout=said)
    answer: dict[str, Any] = json.loads(said.getvalue())
    return answer


@pytest.mark.slow
def test_two_exports_are_the_same_bytes_whatever_we_did_meanwhile(dispute: Dispute, tmp_path: Path) -> None:
    first = export(dispute, tmp_path / "1.pdf")
    export(dispute, tmp_path / "2.pdf", "--recipient", "aliexpress")
    happens(dispute.order, command("04-19 10:00", "dispute_withdrawn", item="unknown"))  # refused: nobody else's
    assert export(dispute, tmp_path / "3.pdf")["sha256"] == first["sha256"]
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "3.pdf").read_bytes()


@pytest.mark.slow
def test_the_export_answers_as_the_contract_says(dispute: Dispute, tmp_path: Path) -> None:
    answer = export(dispute, tmp_path / "1.pdf")
    exhibit = answer["exhibits"][0]
    assert list(answer)[:7] == ["file", "pages", "bytes", "sha256", "exhibits", "recipient", "parts"]
    assert {"mark", "title", "first_page", "last_page", "sha256"} <= set(exhibit)
    assert answer["bytes"] == (tmp_path / "1.pdf").stat().st_size


def verified(path: Path) -> tuple[int, str]:
    """The exit code of verify_bundle, and its line."""
    try:
        call_command("verify_bundle", str(path), stdout=StringIO())
    except CommandError as error:
        return error.returncode, str(error)
    return 0, ""


@pytest.mark.slow
def test_verify_bundle_tells_whole_changed_and_other_files_apart(dispute: Dispute, tmp_path: Path) -> None:
    export(dispute, tmp_path / "1.pdf")
    data = (tmp_path / "1.pdf").read_bytes()
    at_scan = data.index(b"\xff\xda", data.rindex(b"\xff\xd8\xff")) + 30
    (tmp_path / "2.pdf").write_bytes(data[:at_scan] + bytes([data[at_scan] ^ 1]) + data[at_scan + 1 :])
    (tmp_path / "3.pdf").write_bytes(files.paper())
    assert verified(tmp_path / "1.pdf") == (0, "")
    assert verified(tmp_path / "2.pdf")[0] == 1
    assert "exhibit A-1" in verified(tmp_path / "2.pdf")[1]
    assert verified(tmp_path / "3.pdf")[0] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["999", "--out", "a.pdf"], "there is no dispute 999"),
        (["1", "--out", "no/such/folder/a.pdf"], "there is no folder"),
    ],
)
def test_an_export_that_cannot_be_made_says_why_in_one_line(options: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=words) as raised:
        call_command("export_bundle", *options)
    assert raised.value.returncode == 2


def test_an_export_without_pango_is_one_line(dispute: Dispute, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Press, "_ask", without_pango)
    with pytest.raises(CommandError, match="Pango is not on this machine") as raised:
        export(dispute, tmp_path / "1.pdf")
    assert raised.value.returncode == 2
    assert not (tmp_path / "1.pdf").exists()


# --- what is told, and what is not ------------------------------------------------------------------------------------
def case_for(dispute: Dispute, recipient: str = "archive") -> Any:
    return collect(dispute.pk, find_recipient(recipient))


def test_advice_to_give_in_is_between_the_seller_and_us(dispute: Dispute) -> None:
    AdviceEntry.objects.filter(pk=AdviceEntry.objects.latest("pk").pk).update(
        rule="A11", recommendation="accept_refund", liability="seller"
    )
    assert case_for(dispute).position == "on_record"
    happens(dispute.order, fact("04-19 10:00", "counter_offer", amount="3.00"))
    assert case_for(dispute).position in {"offered", "A12"}


def test_the_timeline_tells_facts_and_none_of_our_plans(dispute: Dispute) -> None:
    types = {happening.type for happening in case_for(dispute).timeline}
    assert {"payment_confirmed", "shipped", "dispute_opened", "platform_notice"} <= types
    assert types & {"submit_evidence", "provide_exhibit", "evidence_added", "tracking"} == set()


def test_what_is_left_out_moves_up_what_follows(dispute: Dispute, tmp_path: Path) -> None:
    path = tmp_path / "second.png"
    path.write_bytes(files.encoded(files.picture(), "PNG"))
    add_exhibit(dispute.order_id, path, kind="tracking_screenshot", now=at(NOW), actor="user:1")
    leave_out(dispute.order.exhibits.first().pk, now=at(NOW))
    (shown,) = case_for(dispute).exhibits
    assert (shown.mark, shown.kind) == ("A-1", "tracking_screenshot")


def test_only_our_own_copy_says_what_is_missing(dispute: Dispute) -> None:
    Order.objects.update(delivered_at=at("04-01 10:00"))
    assert [slot.kind for slot in case_for(dispute).slots if not slot.is_filled] != []
    assert [slot.kind for slot in case_for(dispute, "aliexpress").slots] == ["waybill_receipt"]
