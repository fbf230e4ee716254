"""Who works in a store: added, given another role, taken out; every step stands in the audit list."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orders.models import AuditKind, Membership, Store, User
from orders.roles import Role, Tier
from orders.services.auditing import Doer, note_deed
from orders.services.buyers import drop_agent


class LastOwner(ValueError):
    """The store would be nobody's: make somebody else its owner first."""


class AlreadyMember(ValueError):
    """He works here already: change his role instead."""


@dataclass(frozen=True, slots=True)
class Added:
    """Who was added, and whether his account was made for it."""

    membership: Membership
    is_new_account: bool


def add_member(store: Store, email: str, role: Role, doer: Doer, *, now: datetime) -> Added:
    """Add a person by his address; he gets an account where there is none. Raises AlreadyMember."""
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        user = User.objects.filter(email__iexact=email).first()
        is_new = user is None
        user = user or User.objects.create_user(email)
        if store.memberships.filter(user=user).exists():
            raise AlreadyMember(f"{email} is a member of {store.slug!r} already")
        membership = Membership.objects.create(store=store, user=user, role=role)
        note_deed(AuditKind.MEMBER_ADDED, doer, now=now, store=store, member=user.pk, role=role)
    return Added(membership, is_new)


def change_role(membership: Membership, role: Role, doer: Doer, *, now: datetime) -> None:
    """Give a member another role. Raises LastOwner, and Membership.DoesNotExist when he was taken out meanwhile."""
    with transaction.atomic():
        locked = _lock(membership)
        if locked.role == role:
            return
        _keep_an_owner(locked)
        note_deed(
            AuditKind.ROLE_CHANGED, doer, now=now, store=locked.store, member=locked.user_id, role=role, was=locked.role
        )
        locked.role = role
        locked.save()


def remove_member(membership: Membership, doer: Doer, *, now: datetime) -> None:
    """Take a member out; his account stays. Raises LastOwner, and Membership.DoesNotExist when he is out already."""
    with transaction.atomic():
        locked = _lock(membership)
        _keep_an_owner(locked)
        note_deed(AuditKind.MEMBER_REMOVED, doer, now=now, store=locked.store, member=locked.user_id, was=locked.role)
        drop_agent(locked.store, locked.user_id)
        locked.delete()


def set_tier(membership: Membership, tier: Tier, doer: Doer, *, now: datetime) -> None:
    """Put a member into the first or the second line. Raises Membership.DoesNotExist when he is out by now."""
    with transaction.atomic():
        locked = _lock(membership)
        if locked.tier == tier:
            return
        member = locked.user_id
        note_deed(AuditKind.ROLE_CHANGED, doer, now=now, store=locked.store, member=member, line=tier, was=locked.tier)
        locked.tier = tier
        locked.save()


def set_away(membership: Membership, until: datetime | None, *, now: datetime) -> None:
    """Note until when (UTC) a member is away: new work goes to others. None, or an instant that has passed: at work."""
    away = until if until and until > now else None
    Membership.objects.filter(pk=membership.pk).update(away_until=away)


def may_hand_link(membership: Membership) -> bool:
    """Whether the store's owner may hand this member his log-in link.

    Only while the account is nobody's yet: whoever has a password, was in, or works for others too asks for it himself.
    """
    user = membership.user
    is_fresh = user.last_login is None and not user.has_usable_password() and user.is_active
    return is_fresh and not user.is_staff and not user.memberships.exclude(pk=membership.pk).exists()


def _lock(membership: Membership) -> Membership:
    """The membership as it is now, under the lock of its store: two owners do not remove each other at once."""
    Store.objects.select_for_update().get(pk=membership.store_id)
    return Membership.objects.select_related("store").get(pk=membership.pk)


def _keep_an_owner(membership: Membership) -> None:
    others = membership.store.memberships.filter(role=Role.OWNER, user__is_active=True).exclude(pk=membership.pk)
    if membership.role == Role.OWNER and not others.exists():
        raise LastOwner(f"{membership.user_id} is the last owner of {membership.store.slug!r}")
