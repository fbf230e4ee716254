"""The internal statuses of a parcel."""

from orders.tracking_statuses import TrackingStatus, is_scan, reached_destination


def test_the_statuses_are_the_contracts_in_its_order():
    assert " ".join(TrackingStatus) == (
        "no_scan in_transit export_customs arrived customs duty_due released out_for_delivery pickup_waiting "
        "failed_attempt returning returned delivered lost expired"
    )


def test_a_parcel_has_reached_its_destination_from_arrived_on():
    before = {status for status in TrackingStatus if not reached_destination(status)}
    assert before == {TrackingStatus.NO_SCAN, TrackingStatus.IN_TRANSIT, TrackingStatus.EXPORT_CUSTOMS}


def test_every_status_but_no_scan_is_a_scan():
    assert [status for status in TrackingStatus if not is_scan(status)] == [TrackingStatus.NO_SCAN]
