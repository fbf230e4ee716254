"""Keeping a way to look at the list of orders: for oneself, or for everybody in a store."""

from datetime import datetime
from urllib.parse import parse_qs

from django.db.models import Q

from orders.models import Buyer, SavedView, Store, User
from orders.search_text import fold

LEAST_DIGITS = 8  # of a phone number that is one person's
MOST_VIEWS = 30  # of a person or a store: they stand above the list


class TooManyViews(ValueError):
    """So many views are kept already that nobody would find one more."""


def save_view(user: User, name: str, query: str, *, now: datetime, store: Store | None = None) -> SavedView:
    """Keep the list's query under a name; the same name again takes the new query, of one's own views. `now` is in UTC.

    With a store it is shared with the store's members. Raises TooManyViews.
    """
    own = SavedView.objects.filter(store=store, removed_at=None)
    own = own if store else own.filter(user=user)
    if same := own.filter(user=user, name=name).first():
        kept: SavedView = same
        kept.query = query
        kept.save(update_fields=["query"])
        return kept
    if own.count() >= MOST_VIEWS:
        raise TooManyViews(f"{MOST_VIEWS} views are kept already")
    made: SavedView = SavedView.objects.create(user=user, store=store, name=name, query=query, made_at=now)
    return made


def rename_view(view: SavedView, name: str) -> None:
    """Give it another name."""
    view.name = name
    view.save(update_fields=["name"])


def remove_view(view: SavedView, *, now: datetime) -> None:
    """Take it out of the list; `restore_view` brings it back."""
    view.removed_at = now
    view.save(update_fields=["removed_at"])


def restore_view(view: SavedView) -> None:
    """Bring a removed one back."""
    view.removed_at = None
    view.save(update_fields=["removed_at"])


def forget_in_views(buyer: Buyer) -> int:
    """Delete the views of the store's people that look for this buyer by his address, phone or whole name.

    A single word of a name is many people's, and stays. Returns how many.
    """
    members = Q(store=buyer.store) | Q(store=None, user__memberships__store=buyer.store)
    kept = SavedView.objects.filter(members).distinct()
    found = [view.pk for view in kept if _names(view, buyer)]
    SavedView.objects.filter(pk__in=found).delete()
    return len(found)


def _names(view: SavedView, buyer: Buyer) -> bool:
    said = fold(" ".join([view.name, *parse_qs(view.query).get("q", [])]))
    digits = "".join(filter(str.isdecimal, said))
    phone = "".join(filter(str.isdecimal, buyer.phone))
    words = set(fold(buyer.name).split())
    is_whole = len(words) > 1 or not buyer.name.isascii()  # a Chinese name is one word
    by_name = bool(words) and is_whole and words <= set(said.split())
    by_address = bool(buyer.email) and fold(buyer.email) in said
    return by_name or by_address or (len(phone) >= LEAST_DIGITS and phone in digits)
