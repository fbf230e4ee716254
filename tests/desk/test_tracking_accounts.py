"""The owner's page of tracking services: keys go in and never come out, and every trouble is said."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from config.environment import service_url
from orders.models import Order, Store, TrackingAccount, TrackingSubscription
from orders.models.providers import SubscriptionState
from tests.desk.conftest import Enter
from tests.disputes.tracking import Desk, tracking_desk
from tests.servers.faulty_http import Fault
from tests.servers.kuaidi100 import CUSTOMER
from tests.servers.seventeen_track import KEY

PAGE = "/tracking-accounts/"
TRACK = f"{PAGE}alice/17track/"
KUAIDI = f"{PAGE}alice/kuaidi100/"


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    with tracking_desk(store, "03-07 08:00") as desk:
        yield desk


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_the_page_says_what_to_do_where_nothing_is_set_up(alice: Client) -> None:
    text = page(alice)
    assert text.count("not set up") == 2
    assert 'type="password"' in text


def test_a_key_goes_in_and_never_comes_out(alice: Client) -> None:
    answer = alice.post(TRACK, {"key": f" {KEY} "}, follow=True)
    assert KEY not in answer.content.decode()
    assert "ends in CDEF" in answer.content.decode()
    assert TrackingAccount.objects.get().key == KEY


def test_an_empty_key_keeps_the_one_that_is_there(alice: Client) -> None:
    alice.post(KUAIDI, {"key": "first", "customer": CUSTOMER})
    alice.post(KUAIDI, {"key": "", "customer": "another"})
    account = TrackingAccount.objects.get()
    assert (account.key, account.customer) == ("first", "another")


@pytest.mark.parametrize("given", [{"key": ""}, {"key": "钥匙"}, {"key": "a b"}, {"key": "x" * 201}])
def test_a_key_that_cannot_be_one_is_refused(alice: Client, given: dict[str, str]) -> None:
    assert alice.post(TRACK, given).status_code == 422
    assert not TrackingAccount.objects.exists()


def test_kuaidi100_needs_its_customer_number(alice: Client) -> None:
    assert alice.post(KUAIDI, {"key": "key"}).status_code == 422


def test_the_connection_is_tested(alice: Client, desk: Desk) -> None:
    alice.post(TRACK, {"key": KEY})
    text = alice.post(f"{TRACK}check/", follow=True).content.decode()
    assert "17TRACK answers, and accepts the key." in text
    assert "200 of 200" in text
    assert "works" in text


@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault.FORBIDDEN, "refuses the key"), (Fault.BUSY, "does not answer"), (Fault.PAGE, "cannot read")],
)
def test_a_test_that_fails_says_why_and_what_to_do(alice: Client, desk: Desk, fault: Fault, said: str) -> None:
    alice.post(TRACK, {"key": KEY})
    desk.wire.faults.extend([fault] * 2)
    text = alice.post(f"{TRACK}check/", follow=True).content.decode()
    assert text.count(said) == 2  # at once, and on the account as long as it lasts


def test_an_account_that_is_off_is_not_tested(alice: Client, desk: Desk) -> None:
    alice.post(TRACK, {"key": KEY})
    assert "switched off" in alice.post(f"{TRACK}switch/", follow=True).content.decode()
    assert "cannot be asked just now" in alice.post(f"{TRACK}check/", follow=True).content.decode()
    assert desk.wire.requests == []


def test_a_used_up_quota_is_said(alice: Client) -> None:
    alice.post(TRACK, {"key": KEY})
    TrackingAccount.objects.update(no_quota_until=timezone.now() + timedelta(hours=1), last_ok_at=timezone.now())
    assert "The quota is used up" in page(alice)


def test_refused_parcels_are_listed_and_asked_for_again(alice: Client, desk: Desk, underway: Order) -> None:
    desk.open_account()
    desk.poll()
    TrackingSubscription.objects.update(state=SubscriptionState.REJECTED, last_error="-18019903: no carrier")
    text = page(alice)
    assert "-18019903: no carrier" in text
    assert underway.order_number in text
    assert "1 parcel is asked for again." in alice.post(f"{TRACK}retry/", follow=True).content.decode()
    assert TrackingSubscription.objects.get().state == SubscriptionState.PENDING


def test_the_address_for_news_is_there_to_copy(alice: Client, settings: LazySettings) -> None:
    settings.SITE_URL = "https://desk.example.com"
    alice.post(TRACK, {"key": KEY})
    token = TrackingAccount.objects.get().push_token
    assert f"https://desk.example.com/webhooks/17track/{token}/" in page(alice)


def test_another_stores_account_is_not_there(enter: Enter, desk: Desk) -> None:
    desk.open_account()
    charlie = enter("charlie")
    assert "CDEF" not in page(charlie)
    assert charlie.get(f"{PAGE}?store=alice").status_code == 404
    assert charlie.post(TRACK, {"key": "stolen"}).status_code == 404
    assert desk.account().key == KEY


@pytest.mark.parametrize("deed", ["delete", "save"])
def test_there_is_no_other_deed(alice: Client, desk: Desk, deed: str) -> None:
    desk.open_account()
    assert alice.post(f"{TRACK}{deed}/").status_code == 404


@pytest.mark.parametrize("url", ["http://tracking.example.com", "ftp://127.0.0.1/", "https://", "file:///etc/passwd"])
def test_a_key_never_travels_in_clear(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SEVENTEEN_TRACK_URL"):
        service_url("SEVENTEEN_TRACK_URL", url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ""),
        ("https://a.example/v2.2", "https://a.example/v2.2/"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
    ],
)
def test_a_services_address_may_be_another(url: str, expected: str) -> None:
    assert service_url("SEVENTEEN_TRACK_URL", url) == expected
