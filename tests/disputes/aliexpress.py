"""A store that is connected to the platform on this machine, on a clock that the test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.test import override_settings

from disputes.platform_commands import send_commands
from disputes.platform_pushes import take_platform_pushes
from disputes.platform_syncing import sync_due
from orders.models import PlatformAccount, PlatformCapability, Store
from orders.platform.interface import FEEDS
from orders.services.platform_accounts import connect_account, save_app
from orders.services.platform_capabilities import sync_now
from tests.cast import at
from tests.servers.aliexpress import APP_KEY, SECRET, AliExpressService, Issue, Order, aliexpress_server, order_line
from tests.servers.faulty_http import Wire


@dataclass
class Shop:
    """The store's connection, the platform behind it, and the time."""

    wire: Wire
    platform: AliExpressService
    now: datetime
    store: Store
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Waits for a turn without the clock going on; after five seconds' worth of turns the next one is now."""
        self.slept.append(seconds)
        if seconds > 5:
            PlatformAccount.objects.update(next_call_at=self.now)

    def pass_time(self, **span: float) -> None:
        """The clock goes on."""
        self.now += timedelta(**span)

    @property
    def account(self) -> PlatformAccount:
        """The connection as it is now."""
        return PlatformAccount.objects.get(store=self.store)

    def connect(self) -> PlatformAccount:
        """Save the app, and come back with a code."""
        account = save_app(self.store, app_key=APP_KEY, secret=SECRET, now=self.now)
        return connect_account(account.pk, self.platform.allow(), self.clock, sleep=self.sleep)

    def work(self) -> int:
        """What a worker does in one turn; returns how many feeds were read to their end."""
        until = self.now + timedelta(seconds=30)
        take_platform_pushes(self.clock, until=until)
        send_commands(self.clock, until=until, sleep=self.sleep)
        return sync_due(self.clock, until=until, sleep=self.sleep)

    def sync(self) -> int:
        """Read everything at once."""
        sync_now(self.account.pk, now=self.now)
        return self.work()

    def feed(self, name: str) -> PlatformCapability:
        """A capability as it stands."""
        return PlatformCapability.objects.get(account__store=self.store, name=name)

    def all_read(self) -> bool:
        """Whether every feed has been read."""
        return all(self.feed(name).last_ok_at == self.now for name in FEEDS)

    def order(self, number: str = "8012345678901234", **values: Any) -> Order:
        """An order that the platform knows, placed by Maria, with one line."""
        said = {"placed_at": at("03-02 12:00"), "changed_at": self.now, "paid_at": at("03-02 13:00")} | values
        order = Order(number, **said)
        order.lines = order.lines or [order_line(number, "A1", "USB lamp", "6.00", 4)]
        self.platform.orders[number] = order
        return order

    def issue(self, order: Order, *, amount: str = "24.00", at: datetime | None = None, child: str = "") -> Issue:
        """A dispute that the buyer opens, asking for an amount."""
        opened_at = at or self.now
        issue = Issue(f"6{order.number[-10:]}", child or order.number, order.number, opened_at)
        issue.step("initiate", "buyer", opened_at, "Não recebi o produto")
        issue.plan("buyer", amount, opened_at)
        self.platform.issues[issue.number] = issue
        order.status, order.changed_at = "IN_ISSUE", opened_at
        return issue


@contextmanager
def open_shop(store: Store, now: str) -> Iterator[Shop]:
    """A connected store, with a platform that knows nothing yet."""
    with aliexpress_server() as (wire, platform), override_settings(ALIEXPRESS_URL=wire.url):
        shop = Shop(wire, platform, at(now), store)
        platform.clock = shop.clock
        shop.connect()
        yield shop
