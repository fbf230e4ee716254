"""The by-hand run: what waits for a person, the next one for this reader, and how far the run has come."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter

from django.db.models import Count, Min
from django.utils.functional import cached_property

from desk.access import Reader
from desk.reaching import whatsapp_link
from messaging.contact_hours import next_window
from messaging.models import Message, MessageState
from messaging.services.by_hand import FOR_A_PERSON, hold_message
from messaging.vocabulary import Language, Purpose
from orders.models import Store, User
from orders.models.orders import OrderPart
from orders.zones import buyer_zone

MOST_LOOKED_AT = 500  # of the oldest; what comes after waits for its turn

# Of each message what its place in the run depends on, so that the texts themselves are not read.
COLUMNS = ("pk", "send_after", "held_by", "held_until", "order__store_id", "order__policy_version")
BUYER = ("order__buyer__timezone", "order__buyer__country", "order__buyer__state")


@dataclass(frozen=True)
class Filters:
    """What of the run the reader wants to see."""

    store: str = ""
    purpose: str = ""
    language: str = ""


@dataclass(frozen=True)
class Waiting:
    """A message's place in the run: first those whose buyer may be written to now, of these the oldest."""

    pk: int
    send_after: datetime
    opens_at: datetime
    held_by: str
    held_until: datetime | None
    is_closed: bool

    def is_with_another(self, actor: str, now: datetime) -> bool:
        """Whether somebody else has it before him."""
        return self.held_until is not None and self.held_until > now and self.held_by != actor


@dataclass
class Run:
    """The run as it stands for one reader: the message before him, and how many there are besides."""

    message: Message | None
    left: int  # with the one before him, without those that he skipped
    with_others: int
    skipped: int
    is_capped: bool
    opens_at: datetime | None = None  # when the buyer may be written to, where that is not now

    @cached_property
    def platform_url(self) -> str:
        """The order's page on the platform, where the pack or the store names it."""
        order = self.message.order if self.message else None
        return order.policy.order_url(order.order_number) if order else ""

    @cached_property
    def whatsapp(self) -> str:
        """A prepared chat."""
        return whatsapp_link(self.message.order.buyer.phone, self.message.body) if self.message else ""


def messages_by_hand(reader: Reader, filters: Filters) -> OrderPart:
    """What waits for a person in the stores in which the reader works, the oldest first."""
    stores = [store.pk for store in reader.work_stores if filters.store in ("", store.slug)]
    rows: OrderPart = Message.objects.for_member(reader.user).filter(state__in=FOR_A_PERSON, order__store__in=stores)
    if filters.purpose in set(Purpose):
        rows = rows.filter(purpose=filters.purpose)
    if filters.language in set(Language):
        rows = rows.filter(language=filters.language)
    return rows.order_by("send_after", "pk")


def mailable(reader: Reader, filters: Filters) -> OrderPart:
    """What of that could leave by e-mail: its buyer has an address by now."""
    rows: OrderPart = messages_by_hand(reader, filters).filter(state=MessageState.WAITING)
    return rows.exclude(order__buyer__email="")


@dataclass(frozen=True)
class Mailable:
    """The messages of one purpose that could leave by e-mail: how many, and since when the oldest waits."""

    purpose: str
    count: int
    oldest: datetime


def list_mailable(reader: Reader, filters: Filters) -> list[Mailable]:
    """By purpose, the oldest first."""
    groups = mailable(reader, filters).order_by().values("purpose").annotate(n=Count("pk"), oldest=Min("queued_at"))
    return [Mailable(row["purpose"], row["n"], row["oldest"]) for row in groups.order_by("oldest")]


def find_run(reader: Reader, filters: Filters, *, actor: str, skipped: Collection[int], now: datetime) -> Run:
    """The next message, kept for this reader from here on, and what else waits. The number of queries is constant."""
    rows = messages_by_hand(reader, filters)
    found = _in_order(list(rows.values_list(*COLUMNS, *BUYER)[: MOST_LOOKED_AT + 1]), reader.work_stores, now=now)
    known = [waiting for waiting in found if waiting.pk not in skipped]
    free = (waiting for waiting in known if not waiting.is_with_another(actor, now))
    mine = next((waiting for waiting in free if hold_message(waiting.pk, now=now, actor=actor)), None)
    message = rows.select_related("order__store", "order__buyer").filter(pk=mine.pk).first() if mine else None
    return Run(
        message,
        left=min(len(known), MOST_LOOKED_AT),
        with_others=sum(waiting.is_with_another(actor, now) for waiting in known),
        skipped=len(found) - len(known),
        is_capped=len(found) > MOST_LOOKED_AT,
        opens_at=mine.opens_at if mine and mine.is_closed else None,
    )


def _in_order(rows: list[tuple], stores: list[Store], *, now: datetime) -> list[Waiting]:  # type: ignore[type-arg]
    opens = _window_of({store.pk: store for store in stores}, now)
    found = []
    for pk, send_after, held_by, held_until, store_id, version, *buyer in rows:
        opens_at = opens(store_id, version, *buyer)
        found.append(Waiting(pk, send_after, opens_at, held_by, held_until, opens_at > now))
    return sorted(found, key=attrgetter("is_closed", "send_after", "pk"))


def _window_of(stores: dict[int, Store], now: datetime) -> Callable[..., datetime]:
    """When the buyers of a store, a policy and a place may be written to; many share one answer."""

    @cache
    def opens(store_id: int, version: int, timezone: str, country: str, state: str) -> datetime:
        policy = stores[store_id].policy_at(version)
        zone = buyer_zone(
            timezone=timezone, country=country or policy.country, state=state, default=policy.platform_zone
        )
        return next_window(now, zone, opens=policy.value("C", "opens"), closes=policy.value("C", "closes"))

    return opens


def who_sent(message: Message) -> str:
    """The name of the person who said that he sent it; empty where a program did."""
    user = User.objects.filter(pk=int(message.sent_by)).first() if message.sent_by.isdecimal() else None
    return str(user) if user else ""
