"""Making a store and its owner's account, and changing what a store is called and counts in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from orders.models import AuditKind, Membership, Order, Store, User
from orders.policies import load_policy
from orders.roles import Role
from orders.services.auditing import Doer, note_deed

DOLLARS = "USD"
SMALL = 5_000  # orders: fewer are counted at once, before a worker would have begun
CHANGEABLE = {"name", "timezone", "currency", "exchange_rates", "reply_email"}


@dataclass(frozen=True, slots=True)
class NewStore:
    """What `create_store` made, and what had been there before."""

    store: Store
    owner: User
    is_new: bool
    is_new_owner: bool


class StoreTaken(ValueError):
    """There is a store of this name already, and it is not the one that was asked for."""


def create_store(slug: str, *, policy_name: str, owner_email: str, name: str, timezone: str, currency: str) -> NewStore:
    """Make the store, its owner's account and his membership; the same call again changes nothing.

    Without a currency it counts in the pack's own, else in US dollars.

    Raises UnusablePolicy when there is no such pack, and StoreTaken when the store is there with another pack or owner.
    """
    pack = load_policy(policy_name)
    with transaction.atomic():
        owner = User.objects.filter(email__iexact=owner_email).first()
        known = Store.objects.filter(slug=slug).first()
        if known is not None:
            return NewStore(
                known, _check_same(known, policy_name, owner, owner_email), is_new=False, is_new_owner=False
            )
        is_new_owner = owner is None
        owner = owner or User.objects.create_user(owner_email)
        store = Store.objects.create(
            slug=slug,
            name=name,
            policy_name=policy_name,
            policy_version=pack.version,
            timezone=timezone,
            currency=currency or pack.currency or DOLLARS,
        )
        Membership.objects.create(store=store, user=owner, role=Role.OWNER)
    return NewStore(store, owner, is_new=True, is_new_owner=is_new_owner)


def _check_same(store: Store, policy_name: str, owner: User | None, owner_email: str) -> User:
    if store.policy_name != policy_name:
        raise StoreTaken(f"store {store.slug!r} is there already with policy pack {store.policy_name!r}")
    if owner is None or not store.memberships.filter(user=owner, role=Role.OWNER).exists():
        raise StoreTaken(f"store {store.slug!r} is there already, and {owner_email} is not its owner")
    return owner


def is_small(store: Store) -> bool:
    """Whether the store's orders are counted in no time."""
    beyond: int = Order.objects.filter(store=store).order_by()[SMALL : SMALL + 1].count()
    return beyond == 0


def change_store(store: Store, values: Mapping[str, Any], doer: Doer, *, now: datetime) -> list[str]:
    """Give a store another name, zone, currency, exchange rates or reply address; the names of what changed.

    `values` are those of `CHANGEABLE` that are given. The rules are changed by `disputes.policy_changes` alone.
    """
    with transaction.atomic():
        locked = Store.objects.select_for_update().get(pk=store.pk)
        changed = sorted(name for name in CHANGEABLE & set(values) if getattr(locked, name) != values[name])
        for name in changed:
            setattr(locked, name, values[name])
        if changed:
            locked.save(update_fields=changed)
            note_deed(AuditKind.STORE_CHANGED, doer, now=now, store=locked, fields=changed)
    return changed


def open_store(
    user: User, slug: str, *, policy_name: str, name: str, timezone: str, currency: str, doer: Doer, now: datetime
) -> Store:
    """Make another store for somebody who owns one already. Raises UnusablePolicy, and StoreTaken for a name in use."""
    with transaction.atomic():
        if Store.objects.filter(slug=slug).exists():
            raise StoreTaken(f"there is a store {slug!r} already")
        said = {"policy_name": policy_name, "owner_email": user.email, "name": name, "timezone": timezone}
        made = create_store(slug, **said, currency=currency)
        note_deed(AuditKind.STORE_MADE, doer, now=now, store=made.store, member=user.pk)
    return made.store
