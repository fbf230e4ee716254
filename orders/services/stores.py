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


def create_store(slug: str, *, policy_name: str, owner_email: str, name: str, timezone: str, currency: str) -> NewStore:
    """Make the store, its owner's account and his membership; what exists already stays as it is.

    Raises UnusablePolicy when there is no such pack.
    """
    load_policy(policy_name)
    with transaction.atomic():
        owner = User.objects.filter(email__iexact=owner_email).first()
        is_new_owner = owner is None
        owner = owner or User.objects.create_user(owner_email)
        defaults = {"name": name, "policy_name": policy_name, "timezone": timezone, "currency": currency}
        store, is_new = Store.objects.get_or_create(slug=slug, defaults=defaults)
        if is_new:
            Membership.objects.get_or_create(store=store, user=owner, defaults={"role": Role.OWNER})
    return NewStore(store, owner, is_new, is_new_owner)
