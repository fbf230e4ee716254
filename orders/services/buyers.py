"""Buyers who come back: which rows are one person, how many orders he has, and who of the team he is used to.

No export tells two buyers apart for sure. A row is the same person as another of its store when both have the same
e-mail address, phone or tax number; or the same platform name, where that names one person: a log-in, or a name with
the same city. What was erased is nobody, and what very many rows share, such as a placeholder, marks nobody.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber, Upper

from orders.lifecycle import OPEN
from orders.models import Buyer, Membership, Order, Store
from orders.models.timeline import EventKind
from orders.roles import Role, Tier
from orders.services.ledger import OrderLedger, open_ledgers, save_ledgers

HANDS = [Role.OWNER, Role.AGENT]  # a viewer does nothing, so he has nothing to do
MOST_ALIKE = 100  # rows that may be one person by one mark; what more of them share says nothing


class Mark(StrEnum):
    """By what a row is known for another order's buyer, the surest first."""

    EMAIL = "email"
    PHONE = "phone"
    TAX_ID = "tax_id"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Kin:
    """Another row of the same person, and by what it is known."""

    buyer: Buyer
    by: Mark


class NotAtWork(ValueError):
    """The person does not work in the buyer's store."""


# --- who is one person ------------------------------------------------------------------------------------------------
def marks_of(buyer: Buyer) -> dict[Mark, str]:
    """What the buyer is known by."""
    name = " ".join(buyer.name.casefold().split())
    place = buyer.city.casefold().strip()
    found = {
        Mark.EMAIL: buyer.email.lower(),
        Mark.PHONE: digits if len(digits := "".join(filter(str.isdigit, buyer.phone))) > 6 else "",
        Mark.TAX_ID: buyer.tax_id,
        Mark.NAME: name if _is_login(name) else f"{name}, {place}" if name and place else "",
    }
    return {mark: value for mark, value in found.items() if value and "*" not in value}  # platforms mask with stars


def _is_login(name: str) -> bool:
    """Whether a name without blanks at its ends is one that a person gave himself at the platform."""
    return " " not in name and any(map(str.isdigit, name))


def find_kin(buyers: Sequence[Buyer]) -> dict[int, list[Kin]]:
    """The other rows of the same persons, by the buyer's id; read in one question for all of them."""
    known = [buyer for buyer in buyers if buyer.erased_at is None and marks_of(buyer)]
    if not known:
        return {}
    by_mark: dict[tuple[int, Mark, str], list[Buyer]] = defaultdict(list)
    for row in _alike_to_one(known[0]) if len(known) == 1 else Buyer.objects.filter(pk__in=_alike(known)):
        for mark, value in marks_of(row).items():
            by_mark[row.store_id, mark, value].append(row)
    return {buyer.pk: _kin_of(buyer, by_mark) for buyer in known}


def _kin_of(buyer: Buyer, by_mark: dict[tuple[int, Mark, str], list[Buyer]]) -> list[Kin]:
    found: dict[int, Kin] = {}
    for mark, value in marks_of(buyer).items():
        alike = by_mark.get((buyer.store_id, mark, value), [])
        for row in alike if len(alike) <= MOST_ALIKE else []:
            if row.pk != buyer.pk:
                found.setdefault(row.pk, Kin(row, mark))
    return list(found.values())


def _alike(buyers: Sequence[Buyer]) -> QuerySet[Buyer, Any]:
    """The rows that share what is written of these, each column by its own index."""
    first, *others = (_first_alike(rows, *columns) for rows, columns in _questions(buyers))
    return first.union(*others)


def _alike_to_one(buyer: Buyer) -> list[Buyer]:
    """The same for one buyer: what too many share is not even read."""
    found: dict[int, set[int]] = defaultdict(set)
    for number, pk in _ids_alike(buyer):
        found[number].add(pk)
    ids = {pk for some in found.values() if len(some) <= MOST_ALIKE for pk in some} - {buyer.pk}
    return [buyer, *Buyer.objects.filter(pk__in=ids)] if ids else [buyer]


def _ids_alike(buyer: Buyer) -> list[tuple[int, int]]:
    """The ids of all that share something with the buyer, each beside the number of what it is; one question."""
    asked = _asked_of([buyer])
    if not asked:
        return []
    shape = tuple(tuple((column, len(values)) for column, values in columns.items()) for columns in asked)
    given: list[int | str] = []
    for columns in asked:
        given += [buyer.store_id, *chain.from_iterable(columns.values())]
    with connection.cursor() as cursor:
        cursor.execute(_question_of_one(shape, connection.vendor), given)
        return list(cursor.fetchall())


@cache
def _question_of_one(shape: tuple[tuple[tuple[str, int], ...], ...], _vendor: str) -> str:
    """Written by hand, and once for as many values of the same columns: every page of an order asks it."""
    return " UNION ALL ".join(
        f"SELECT {number}, id FROM ({_rows_alike(columns)} LIMIT {MOST_ALIKE + 1}) AS alike_{number}"  # noqa: S608
        for number, columns in enumerate(shape)
    )


def _rows_alike(columns: Sequence[tuple[str, int]]) -> str:
    """The condition of the column's index stands there as the index has it."""
    quote = connection.ops.quote_name
    table = quote(Buyer._meta.db_table)
    fitting = "".join(
        f" AND {quote(column)} IN ({', '.join(['%s'] * count)}) AND NOT ({quote(column)} = '')"
        for column, count in columns
    )
    return f"SELECT id FROM {table} WHERE store_id = %s AND erased_at IS NULL{fitting}"  # noqa: S608  own names


def _questions(buyers: Sequence[Buyer]) -> Iterator[tuple[QuerySet[Buyer], list[str]]]:
    """The rows that share a mark with any of these, one question for each column or two that an index has."""
    stores = {buyer.store_id for buyer in buyers}
    for columns in _asked_of(buyers):
        rows = Buyer.objects.filter(store__in=stores, erased_at=None)
        for column, values in columns.items():
            rows = rows.filter(**{f"{column}__in": values}).exclude(**{column: ""})
        yield rows, list(columns)


def _asked_of(buyers: Sequence[Buyer]) -> list[dict[str, set[str]]]:
    """What is looked for in which columns; where several are named, all of them have to fit."""
    written = [buyer for buyer in buyers if "*" not in buyer.name]
    emails = {spelling for buyer in buyers if buyer.email for spelling in (buyer.email, buyer.email.lower())}
    names = {buyer.name for buyer in written if not _is_login(buyer.name.strip())}
    places = {spelling for buyer in written for spelling in _spellings(buyer.city)}
    asked: list[dict[str, set[str]]] = [
        {"key": emails},
        {"email": emails},
        {"phone": {buyer.phone for buyer in buyers}},
        {"tax_id": {buyer.tax_id for buyer in buyers}},
        {"name": {buyer.name for buyer in written} - names},
        {"name": names, "city": places},
    ]
    return [columns for columns in asked if all(map(any, columns.values()))]


def _spellings(city: str) -> set[str]:
    """A city as written, and as other files may write it."""
    return {city, city.lower(), city.upper(), city.title()}


def _first_alike(rows: QuerySet[Buyer], *columns: str) -> QuerySet[Buyer, Any]:
    """Of what is shared by too many, one row more than counts."""
    place = Window(RowNumber(), partition_by=["store_id", *columns])
    return rows.alias(place=place).filter(place__lte=MOST_ALIKE + 1).order_by().values("pk")


def with_address(buyers: QuerySet[Buyer], address: str) -> QuerySet[Buyer]:
    """Those with this e-mail address, in whatever letters; said as the index `buyer_by_address` has it."""
    return buyers.exclude(email="").alias(address=Upper("email")).filter(address=Upper(Value(address)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the team sees of a buyer who came back: his orders' ids, by what he is known, who keeps him."""

    order_ids: tuple[int, ...]
    by: Mark | None
    agent_id: int | None

    @property
    def orders(self) -> int:
        """How many orders he has."""
        return len(self.order_ids)

    @property
    def is_returning(self) -> bool:
        """Whether this is not his first order."""
        return self.orders > 1


def standings(buyers: Sequence[Buyer]) -> dict[int, Standing]:
    """Each buyer's standing by his id; two questions, however many they are."""
    kin = find_kin(buyers)
    ids = {buyer.pk for buyer in buyers} | {row.buyer.pk for rows in kin.values() for row in rows}
    found: dict[int, list[int]] = defaultdict(list)
    for buyer_id, order_id in Order.objects.filter(buyer__in=ids).order_by().values_list("buyer", "pk")[:10_000]:
        found[buyer_id].append(order_id)
    return {buyer.pk: _standing(buyer, kin.get(buyer.pk, []), found) for buyer in buyers}


def _standing(buyer: Buyer, kin: Sequence[Kin], found: Mapping[int, list[int]]) -> Standing:
    orders = [pk for row in (buyer, *(row.buyer for row in kin)) for pk in found.get(row.pk, ())]
    return Standing(tuple(orders), kin[0].by if kin else None, agent_among(buyer, kin))


def agent_among(buyer: Buyer, kin: Sequence[Kin]) -> int | None:
    """Who keeps the buyer: said of this row, else of the surest other row of his."""
    kept = [row.buyer.agent_id for row in sorted(kin, key=lambda row: list(Mark).index(row.by)) if row.buyer.agent_id]
    return buyer.agent_id or next(iter(kept), None)


# --- his agent --------------------------------------------------------------------------------------------------------
def present_hands(ledger: OrderLedger) -> dict[int, Tier]:
    """Who works in the order's store and is not away, each with his line; read once for all that were opened."""
    store = ledger.order.store
    rows = ledger.remember_of_store("hands at work", lambda: hands_of(store, now=ledger.now))
    return dict(rows)


def hands_of(store: Store, *, now: datetime) -> list[tuple[int, Tier]]:
    """The people who work in a store and are not away, each with his line."""
    hands = Membership.objects.filter(store=store, role__in=HANDS, user__is_active=True)
    here = hands.filter(Q(away_until=None) | Q(away_until__lte=now))
    return [(user, Tier(tier)) for user, tier in here.order_by("pk").values_list("user_id", "tier")]


def agent_of(ledger: OrderLedger) -> int | None:
    """The agent to whom new work about the order's buyer goes: None without one, or while he is away."""
    buyer, store = ledger.order.buyer, ledger.order.store
    if not store.has_kept_buyers or buyer.erased_at:
        return None
    agent = buyer.agent_id or ledger.remember_of_store("agents of buyers", lambda: _agents(ledger))[0].get(buyer.pk)
    return agent if agent in present_hands(ledger) else None


def _agents(ledger: OrderLedger) -> list[dict[int | None, int | None]]:
    store = ledger.order.store_id
    buyers = [other.order.buyer for other in ledger.together or [ledger] if other.order.store_id == store]
    kin = find_kin(buyers)
    return [{buyer.pk: agent_among(buyer, kin.get(buyer.pk, [])) for buyer in buyers}]


def keep_buyer(buyer_id: int, user_id: int | None, *, now: datetime, actor: str) -> tuple[int | None, list[int]]:
    """Give the buyer, in all his rows, his own agent, or none; gives who it was before, and the rows' ids.

    `now` is in UTC, `actor` a user's id. Raises NotAtWork, and Buyer.DoesNotExist for one who is erased, too.
    """
    with transaction.atomic():
        buyer: Buyer = Buyer.objects.select_related("store").get(pk=buyer_id, erased_at=None)
        rows = [buyer, *(row.buyer for row in find_kin([buyer]).get(buyer.pk, []))]
        before = agent_among(buyer, find_kin([buyer]).get(buyer.pk, []))
        hands = Membership.objects.filter(store=buyer.store, role__in=HANDS, user__is_active=True)
        if user_id is not None and not hands.filter(user=user_id).exists():
            raise NotAtWork(f"user {user_id} does not work in {buyer.store.slug!r}")
        orders = Order.objects.filter(buyer__in=[row.pk for row in rows], state__in=OPEN)
        ledgers = open_ledgers(orders, now=now, actor=actor)  # first, as everywhere: erasing waits for them
        Buyer.objects.filter(pk__in=[row.pk for row in rows], erased_at=None).update(agent=user_id)
        if user_id is not None and not buyer.store.has_kept_buyers:
            Store.objects.filter(pk=buyer.store_id).update(has_kept_buyers=True)
        for ledger in ledgers:
            ledger.write(EventKind.NOTE, "agent_set", at=now, data={"member": user_id} if user_id else {})
        save_ledgers(ledgers)
    return before, [row.pk for row in rows]


def drop_agent(store: Store, user_id: int) -> int:
    """Whoever works in the store no more keeps no buyer of it; returns how many he kept."""
    return Buyer.objects.filter(store=store, agent=user_id).update(agent=None)
