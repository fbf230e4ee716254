"""The parcels of after-sale cases: their news reach the case through every door, and never move the order."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from disputes.case_parcels import parcels_wait, poll_case_parcels
from disputes.intake import Intake
from disputes.models import ActionItem, AfterSaleCase, CaseParcel, Dispute
from disputes.pushes import take_pushes
from orders.models import Order, TrackingEvent, TrackingPush
from tests.cast import PARCEL, at, fact, happens, tracking, z
from tests.disputes.cases import DELIVERED, look_at, opened, order_of, step
from tests.disputes.tracking import Desk, tracking_desk
from tests.servers.seventeen_track import event, push, track_info

pytestmark = pytest.mark.django_db
BACK = "LX777777775CN"
MISTAKE = "Scanned in error"
ACCEPTED = event("2026-03-22T08:00:00Z", "Accepted by carrier", location="São Paulo", stage="PickedUp")
ON_ITS_WAY = event("2026-03-24T08:00:00Z", "Departed from facility", location="São Paulo", stage="Departure")
HERE = event("2026-03-28T08:00:00Z", "Delivered", stage="Delivered")


@pytest.fixture
def case() -> AfterSaleCase:
    """A return whose number the buyer has told."""
    case = opened(order_of(*DELIVERED), "return", buyer_reason="changed_mind")
    step(case, "review", "03-20 11:00", fault="buyer", eligibility="standard")
    step(case, "address", "03-20 11:00", return_address="Longhua, Shenzhen")
    return step(case, "number", "03-21 11:00", carrier="China Post", tracking_number=BACK)


@pytest.fixture
def desk(case: AfterSaleCase) -> Iterator[Desk]:
    with tracking_desk(case.order.store, "03-21 12:00") as desk:
        desk.open_account()
        yield desk


def poll(desk: Desk, short: str) -> int:
    desk.watch.now = at(short)
    return poll_case_parcels(desk.watch, until=desk.watch.now + timedelta(minutes=10), sleep=desk.watch.sleep)


def reached() -> list[str]:
    parcel = CaseParcel.objects.get()
    return [name for name in ("scanned_at", "heading_at", "arrived_at") if getattr(parcel, name)]


def unmoved(case: AfterSaleCase) -> None:
    """Nothing of it is the order's own."""
    order = Order.objects.get(pk=case.order_id)
    assert (order.delivered_at, order.tracking_status) == (at("03-20 09:00"), "")
    assert not TrackingEvent.objects.exists()
    look_at(AfterSaleCase.objects.get(pk=case.pk))


def test_a_service_is_asked_until_the_return_is_here(desk: Desk, case: AfterSaleCase) -> None:
    desk.service.known[BACK] = track_info(ACCEPTED)
    assert poll(desk, "03-22 10:00") == 1
    assert (desk.wire.paths(), reached()) == (["register", "gettrackinfo"], ["scanned_at"])
    assert poll(desk, "03-22 10:01") == 0
    desk.service.known[BACK] = track_info(ACCEPTED, ON_ITS_WAY)
    assert (poll(desk, "03-25 10:00"), reached()) == (1, ["scanned_at", "heading_at"])
    desk.service.known[BACK] = track_info(ACCEPTED, ON_ITS_WAY, HERE)
    assert (poll(desk, "03-29 10:00"), reached()) == (1, ["scanned_at", "heading_at", "arrived_at"])
    assert not parcels_wait(at("06-01 10:00"))
    assert AfterSaleCase.objects.get().step == "inspect"
    unmoved(case)


def test_a_post_about_it_reaches_the_case(desk: Desk, case: AfterSaleCase) -> None:
    body, _sign = push(BACK, track_info(ACCEPTED, ON_ITS_WAY))
    digest = hashlib.sha256(body).hexdigest()
    TrackingPush.objects.create(
        account=desk.account(),
        received_at=at("03-25 10:00"),
        body=body,
        sha256=digest,
        next_attempt_at=at("03-25 10:00"),
    )
    desk.watch.now = at("03-25 10:00")
    assert take_pushes(desk.watch, until=at("03-25 10:10")) == 1
    assert reached() == ["scanned_at", "heading_at"]
    unmoved(case)


def test_a_file_tells_of_it(case: AfterSaleCase, tmp_path: Path) -> None:
    path = tmp_path / "tracking.csv"
    lines = ["tracking_number,at,status,description,location,source", f"{BACK},2026-03-22T08:00Z,in_transit,,,file"]
    path.write_text("\n".join([*lines, f"{BACK},2026-03-28T08:00Z,delivered,,,file"]), encoding="utf-8")
    report = Intake(case.order.store, at("03-29 10:00"), "test").import_tracking(path, timezone="UTC")
    assert (report.created, report.rejected) == (2, [])
    assert reached() == ["scanned_at", "heading_at", "arrived_at"]
    again = Intake(case.order.store, at("03-29 11:00"), "test").import_tracking(path, timezone="UTC")
    assert (again.created, again.unchanged) == (0, 2)
    unmoved(case)


def test_a_number_of_the_orders_own_stays_the_orders(case: AfterSaleCase) -> None:
    CaseParcel.objects.update(tracking_number=PARCEL["tracking_number"])
    happens(case.order, tracking("03-22 08:00", tracking_number=PARCEL["tracking_number"]))
    assert (reached(), TrackingEvent.objects.count()) == ([], 1)


def test_a_carrier_takes_an_arrival_back(case: AfterSaleCase) -> None:
    happens(case.order, tracking("03-28 08:00", "delivered", tracking_number=BACK))
    assert AfterSaleCase.objects.get().step == "inspect"
    happens(case.order, tracking("03-28 09:00", "", tracking_number=BACK, description=MISTAKE))
    assert (reached(), AfterSaleCase.objects.get().step) == ([], "approve")  # locked again: R5
    assert CaseParcel.objects.get().next_look_at == at("03-28 09:00")


def test_the_platform_says_that_the_return_has_arrived(case: AfterSaleCase) -> None:
    happens(case.order, fact("03-28 08:00", "return_arrived"))
    assert reached() == ["arrived_at"]
    assert AfterSaleCase.objects.get().next_at == at("03-30 08:00")


# --- a dispute that waits for the same return -------------------------------------------------------------------------
NAMED = "04-05 10:00"  # the platform's date for the answer, once the return is there


@pytest.fixture
def disputed(case: AfterSaleCase) -> Order:
    """The buyer disputes, too, and the platform wants an answer once the return is there."""
    happens(case.order, fact("03-24 10:00", "dispute_opened", reason="different", amount="20.00"))
    waits = fact("03-24 11:00", "dispute_changed", respond_when="return_arrived", respond_by=z(NAMED))
    happens(case.order, waits)
    assert answer_date(case.order) == ("return_arrived", None, [])
    return case.order


def answer_date(order: Order) -> tuple[str, datetime | None, list[datetime]]:
    """What the answer waits for, by when it is due, and the dates to come that say so."""
    dispute = Dispute.objects.get(order=order)
    due = order.milestones.filter(kind="dispute_response_due", state="pending")
    return dispute.respond_when, dispute.respond_by, [row.due_at for row in due]


def arrivals(order: Order) -> list[tuple[datetime, dict[str, Any]]]:
    told = order.timeline.filter(type="return_arrived", kind="fact")
    return [(row.at, row.data) for row in told]


def asks_answer(order: Order) -> bool:
    return ActionItem.objects.filter(order=order, kind="answer_dispute", state="open").exists()


def test_the_arrival_of_a_return_is_one_fact_for_the_case_and_the_dispute(disputed: Order) -> None:
    here = tracking("03-28 08:00", "delivered", tracking_number=BACK)
    happens(disputed, here)
    happens(disputed, here)
    happens(disputed, tracking("03-28 09:00", "delivered", tracking_number=BACK, location="Shenzhen"))
    assert ("arrived_at" in reached(), answer_date(disputed)) == (True, ("", at(NAMED), [at(NAMED)]))
    assert arrivals(disputed) == [(at("03-28 08:00"), {"case": 1, "tracking_number": BACK, "disputes": [1]})]
    assert asks_answer(disputed)


def test_a_corrected_scan_lets_case_and_dispute_wait_again(disputed: Order) -> None:
    happens(disputed, tracking("03-28 08:00", "delivered", tracking_number=BACK))
    happens(disputed, tracking("03-28 09:00", "", tracking_number=BACK, description=MISTAKE))
    assert (reached(), answer_date(disputed)) == ([], ("return_arrived", None, []))
    assert not asks_answer(disputed)
    happens(disputed, tracking("03-30 08:00", "delivered", tracking_number=BACK))
    assert answer_date(disputed) == ("", at(NAMED), [at(NAMED)])
    assert [when for when, _data in arrivals(disputed)] == [at("03-28 08:00"), at("03-30 08:00")]


def test_what_a_person_saw_arrive_is_told_to_the_dispute_and_no_carrier_takes_it_back(
    case: AfterSaleCase, disputed: Order
) -> None:
    step(case, "back_arrived", "03-28 10:00")
    happens(disputed, tracking("03-28 11:00", "delivered", tracking_number=BACK))
    happens(disputed, tracking("03-28 12:00", "", tracking_number=BACK, description=MISTAKE))
    assert ("arrived_at" in reached(), answer_date(disputed)) == (True, ("", at(NAMED), [at(NAMED)]))


def test_a_date_that_is_named_once_the_return_is_here_runs_at_once(case: AfterSaleCase) -> None:
    happens(case.order, fact("03-24 10:00", "dispute_opened", reason="different", amount="20.00"))
    happens(case.order, tracking("03-28 08:00", "delivered", tracking_number=BACK))
    assert arrivals(case.order) == []
    happens(case.order, fact("03-29 11:00", "dispute_changed", respond_when="return_arrived", respond_by=z(NAMED)))
    assert answer_date(case.order) == ("", at(NAMED), [at(NAMED)])


# --- the same date in whatever order the news come --------------------------------------------------------------------
SECOND = "LX777777776CN"
CLAIM = fact("03-24 10:00", "dispute_opened", reason="different", amount="20.00")
WAITS = fact("03-24 10:00", "dispute_changed", respond_when="return_arrived")
BACK_EARLY = tracking("03-22 08:00", "delivered", tracking_number=BACK)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_late_news_of_an_early_return_start_no_date_before_the_claim(case: AfterSaleCase, place: int) -> None:
    told = [CLAIM, WAITS]
    told.insert(place, BACK_EARLY)
    for news in told:
        happens(case.order, news, now="03-25 10:00")
    assert answer_date(case.order) == ("", at("03-29 10:00"), [at("03-29 10:00")])


@pytest.mark.parametrize("place", [0, 3])
def test_late_news_of_an_early_return_start_no_date_before_the_claim_was_changed(
    case: AfterSaleCase, place: int
) -> None:
    told = [CLAIM, WAITS, fact("03-30 10:00", "dispute_changed", amount="22.00", respond_when="return_arrived")]
    told.insert(place, BACK_EARLY)
    for news in told:
        happens(case.order, news, now="03-30 11:00")
    assert answer_date(case.order) == ("", at("04-04 10:00"), [at("04-04 10:00")])


@pytest.mark.parametrize("place", [0, 2])
def test_an_answer_waits_for_all_that_comes_back(case: AfterSaleCase, place: int) -> None:
    CaseParcel.objects.create(case=case, order=case.order, way="back", tracking_number=SECOND)
    told = [CLAIM, WAITS]
    told.insert(place, BACK_EARLY)
    for news in told:
        happens(case.order, news, now="03-25 10:00")
    assert answer_date(case.order) == ("return_arrived", None, [])
    happens(case.order, tracking("03-28 08:00", "delivered", tracking_number=SECOND))
    assert answer_date(case.order) == ("", at("04-02 08:00"), [at("04-02 08:00")])
    happens(case.order, tracking("03-28 09:00", "", tracking_number=BACK, description=MISTAKE))
    assert answer_date(case.order) == ("return_arrived", None, [])
