"""A store with accounts at the two services, which run on this machine, and a clock that only moves when told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.test import override_settings

from disputes.polling import poll_due
from orders.models import Order, Store, TrackingAccount, TrackingSubscription
from orders.providers.interface import ProviderName
from orders.services.subscriptions import subscribe_parcels
from orders.services.tracking_accounts import save_account
from tests.cast import at
from tests.servers import kuaidi100, seventeen_track
from tests.servers.faulty_http import Wire
from tests.servers.kuaidi100 import Kuaidi100Service, kuaidi100_server
from tests.servers.seventeen_track import SeventeenTrackService, seventeen_track_server


class Watch:
    """A clock, and the sleep that moves it on."""

    def __init__(self, short: str) -> None:
        self.now = at(short)
        self.slept = 0.0

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Sleeps, in no time."""
        self.slept += seconds
        self.now += timedelta(seconds=seconds)


@dataclass
class Desk:
    """What a test holds of the store's tracking."""

    store: Store
    wire: Wire
    service: SeventeenTrackService
    kuaidi_wire: Wire
    kuaidi: Kuaidi100Service
    watch: Watch

    def open_account(self, provider: ProviderName = ProviderName.SEVENTEEN_TRACK) -> TrackingAccount:
        """The store's account, with the key that the service knows."""
        if provider is ProviderName.SEVENTEEN_TRACK:
            return save_account(self.store, provider, key=seventeen_track.KEY)
        return save_account(self.store, provider, key=kuaidi100.KEY, customer=kuaidi100.CUSTOMER)

    def poll(self, short: str = "") -> int:
        """Follow what is new, then ask for everything that is due, at this instant or now."""
        if short:
            self.watch.now = at(short)
        subscribe_parcels(self.watch.now)
        return poll_due(self.watch, until=self.watch.now + timedelta(minutes=10), sleep=self.watch.sleep)

    def account(self, provider: ProviderName = ProviderName.SEVENTEEN_TRACK) -> TrackingAccount:
        """The account as it stands."""
        account: TrackingAccount = TrackingAccount.objects.get(store=self.store, provider=provider)
        return account

    def row(self, order: Order, provider: ProviderName = ProviderName.SEVENTEEN_TRACK) -> TrackingSubscription:
        """The order's only parcel at the service."""
        row: TrackingSubscription = TrackingSubscription.objects.get(shipment__order=order, account__provider=provider)
        return row


@contextmanager
def tracking_desk(store: Store, short: str) -> Iterator[Desk]:
    """Both services running, and the program told where they are."""
    with (
        seventeen_track_server() as (wire, service),
        kuaidi100_server() as (kuaidi_wire, kuaidi),
        override_settings(TRACKING_URLS={"17track": wire.url, "kuaidi100": kuaidi_wire.url}),
    ):
        yield Desk(store, wire, service, kuaidi_wire, kuaidi, Watch(short))
