"""Who looks at a page: his stores, what he may do in them, and the clock on his wall."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from desk.clocks import Clock
from orders.models import Membership, Order, Store, User
from orders.querysets import StoreScoped
from orders.roles import Role
from orders.services.auditing import Doer
from orders.zones import known_zone

M = TypeVar("M", bound=Model)

WORKERS = {Role.OWNER, Role.AGENT}
DEFAULT_ZONE = "UTC"


class Reader:
    """The user behind a request, with the memberships that all pages ask for, read once."""

    def __init__(self, user: User | AnonymousUser) -> None:
        self.user = user

    @cached_property
    def memberships(self) -> list[Membership]:
        """His memberships, by the store's name."""
        if not self.user.is_authenticated:
            return []
        mine = Membership.objects.filter(user=self.user)
        return list(mine.select_related("store").order_by("store__name", "store_id"))

    @cached_property
    def stores(self) -> list[Store]:
        """The stores that he may look at."""
        return [membership.store for membership in self.memberships]

    @cached_property
    def work_stores(self) -> list[Store]:
        """The stores in which he may change something."""
        return [membership.store for membership in self.memberships if membership.role in WORKERS]

    @cached_property
    def own_stores(self) -> list[Store]:
        """The stores that are his: only there he sets up what acts in the store's name."""
        return [membership.store for membership in self.memberships if membership.role == Role.OWNER]

    def works_in(self, store_id: int) -> bool:
        """Whether he may change this store's orders."""
        return any(store.pk == store_id for store in self.work_stores)

    @cached_property
    def zone(self) -> ZoneInfo:
        """His clock: his own zone, else that of his first store."""
        own = self.user.timezone if isinstance(self.user, User) else ""
        names = [own, *(store.timezone for store in self.stores), DEFAULT_ZONE]
        return ZoneInfo(next(name for name in names if name and known_zone(name)))


class DeskRequest(HttpRequest):
    """What the desk's middleware makes of a request."""

    reader: Reader
    htmx: HtmxDetails
    user: User


def readable(rows: StoreScoped, request: DeskRequest, **lookup: Any) -> Any:
    """The one row that the reader may look at. Raises Http404 for another's, as for one that is not there."""
    found = next(iter(rows.for_member(request.user).filter(**lookup).order_by()), None)
    if found is None:
        raise Http404
    return found


def workable(rows: StoreScoped, request: DeskRequest, **lookup: Any) -> Any:
    """The one row that the reader may change. Raises Http404: a viewer is not told more than a stranger."""
    ids = [store.pk for store in request.reader.work_stores]
    return readable(rows.filter(**{f"{rows.store_path}__in": ids}), request, **lookup)


def chosen_store(stores: Sequence[Store], slug: str) -> Store | None:
    """The store of this name among those that the reader may choose from, else the first of them."""
    return next((store for store in stores if store.slug == slug), stores[0] if stores else None)


def named_store(stores: Sequence[Store], slug: str) -> Store:
    """The store of this name among those that the reader may choose from. Raises Http404."""
    store = next((store for store in stores if store.slug == slug), None)
    if store is None:
        raise Http404
    return store


def own_store(request: DeskRequest, slug: str) -> Store:
    """The store of this name that is the reader's own, or his first one for no name. Raises Http404."""
    own = request.reader.own_stores
    store = next((store for store in own if store.slug == slug or not slug), None)
    if store is None:
        raise Http404
    return store


def order_of(request: DeskRequest, pk: int, *, to_change: bool) -> Order:
    """The order with its buyer and store. Raises Http404."""
    rows = Order.objects.select_related("buyer")
    order: Order = (workable if to_change else readable)(rows, request, pk=pk)
    for store in request.reader.stores:
        if store.pk == order.store_id:
            order.store = store  # read already, with all that he may look at
    return order


def clocks_of(request: DeskRequest, order: Order) -> list[Clock]:
    """The three clocks of an order: the reader's, the buyer's and the platform's."""
    return [
        Clock(_("You"), request.reader.zone),
        Clock(_("Buyer"), order.buyer.zone(order.policy)),
        Clock(_("Platform"), ZoneInfo(order.policy.platform_zone)),
    ]


def doer_of(request: HttpRequest, user: User | None = None) -> Doer:
    """Who the audit list says it was, and from where: the one who is logged in, where nobody else is named."""
    logged_in = request.user if isinstance(request.user, User) else None
    address = ""
    with suppress(PermissionDenied):  # a server behind a Unix socket does not know
        address = get_adapter(request).get_client_ip(request)
    return Doer(user or logged_in, address, request.headers.get("User-Agent", ""))


def actor_of(request: DeskRequest) -> str:
    """How the timeline names who did it: by id, never by name."""
    return str(request.user.pk)
