"""Making a store and its owner's account."""

from dataclasses import dataclass

from django.db import transaction

from orders.models import Membership, Store, User
from orders.policies import load_policy
from orders.roles import Role


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

    Raises UnusablePolicy when there is no such pack, and StoreTaken when the store is there with another pack or owner.
    """
    load_policy(policy_name)
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
            slug=slug, name=name, policy_name=policy_name, timezone=timezone, currency=currency
        )
        Membership.objects.create(store=store, user=owner, role=Role.OWNER)
    return NewStore(store, owner, is_new=True, is_new_owner=is_new_owner)


def _check_same(store: Store, policy_name: str, owner: User | None, owner_email: str) -> User:
    if store.policy_name != policy_name:
        raise StoreTaken(f"store {store.slug!r} is there already with policy pack {store.policy_name!r}")
    if owner is None or not store.memberships.filter(user=owner, role=Role.OWNER).exists():
        raise StoreTaken(f"store {store.slug!r} is there already, and {owner_email} is not its owner")
    return owner
