"""A store's accounts at tracking services as their page shows them: state, quota, what was refused."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise

from desk.tracking_account_words import ABOUT, ERRORS, NAMES
from orders.models import Store, TrackingAccount, TrackingPush, TrackingSubscription
from orders.models.providers import PushState, SubscriptionState
from orders.providers.interface import ErrorKind, ProviderName
from orders.services.subscriptions import REFUSED

MOST_SHOWN = 20
FOLLOWED = {SubscriptionState.PENDING, SubscriptionState.CLAIMED}


@dataclass(frozen=True)
class AccountCard:
    """One service, with the store's account there if it has one; `trouble` is what a person should know first."""

    provider: ProviderName
    account: TrackingAccount | None
    trouble: str | Promise = ""
    followed: int = 0
    finished: int = 0
    refused: int = 0
    refusals: tuple[TrackingSubscription, ...] = ()
    unknown_pushes: int = 0
    push_url: str = ""

    @property
    def name(self) -> str:
        """What the service calls itself."""
        return NAMES[self.provider]

    @property
    def about(self) -> str | Promise:
        """What it is good for, and what it costs."""
        return ABOUT[self.provider]


def list_accounts(store: Store, *, now: datetime) -> list[AccountCard]:
    """A card for each service that there is a client for."""
    accounts = {account.provider: account for account in TrackingAccount.objects.filter(store=store)}
    return [_card(name, accounts.get(name), now) for name in ProviderName]


def _card(provider: ProviderName, account: TrackingAccount | None, now: datetime) -> AccountCard:
    if account is None:
        return AccountCard(provider, None)
    rows = TrackingSubscription.objects.filter(account=account)
    counts = {row["state"]: row["count"] for row in rows.values("state").annotate(count=Count("pk")).order_by()}
    refusals = rows.filter(state__in=REFUSED).select_related("shipment__order").order_by("-pk")[:MOST_SHOWN]
    unread = [PushState.UNKNOWN, PushState.UNREADABLE, PushState.DEAD]
    return AccountCard(
        provider,
        account,
        trouble=trouble_of(account, now),
        followed=sum(counts.get(state, 0) for state in FOLLOWED),
        finished=counts.get(SubscriptionState.FINISHED, 0),
        refused=sum(counts.get(state, 0) for state in REFUSED),
        refusals=tuple(refusals),
        unknown_pushes=TrackingPush.objects.filter(account=account, state__in=unread).count(),
        push_url=_push_url(account),
    )


def trouble_of(account: TrackingAccount, now: datetime) -> str | Promise:
    """What a person should know about an account that is not asked as it should be; empty where all is well."""
    if not account.needs_key and account.no_quota_until and account.no_quota_until > now:
        return ERRORS[ErrorKind.QUOTA_USED_UP]
    return ERRORS.get(account.error_kind, "")


def _push_url(account: TrackingAccount) -> str:
    """The address to enter at the service; only 17TRACK posts."""
    if account.provider != ProviderName.SEVENTEEN_TRACK:
        return ""
    return f"{settings.SITE_URL}{reverse('desk:webhook_17track', args=[account.push_token])}"
