"""What stands in the set-up, and what a store still lacks before it can do its work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from desk.selectors.texts import text_matrix
from desk.text_words import CellState
from orders.models import Store, User
from orders.policies import policy_versions

Words = str | Promise
LATEST = 1000  # orders that are looked at for their currencies


@dataclass(frozen=True)
class Card:
    """One place of the set-up: its address by name, what it is called and for; `own` are for owners alone."""

    name: str
    label: Words
    about: Words
    icon: str
    own: bool = True
    by_store: bool = False

    def url(self, store: Store | None) -> str:
        """Where it stands; empty for a place that this version of the program does not have."""
        try:
            address = reverse(f"desk:{self.name}")
        except NoReverseMatch:
            return ""
        return f"{address}?store={store.slug}" if store and self.by_store else address


CARDS: list[tuple[Words, list[Card]]] = [
    (
        _("People and rules"),
        [
            Card("people", _("People and roles"), _("Who works here, and what each may do."), "user", by_store=True),
            Card(
                "rules", _("Rules"), _("Every date and its reason; your own values."), "rules", own=False, by_store=True
            ),
            Card("edit_rules", _("Change the rules"), _("See what moves before it does."), "milestone", by_store=True),
            Card(
                "rehearsals", _("Rehearsal"), _("Play orders through the rules; nothing is sent."), "command", own=False
            ),
            Card(
                "working_days", _("Days that count"), _("Banking days, working days, make-up days."), "date", own=False
            ),
        ],
    ),
    (
        _("Words to buyers"),
        [
            Card(
                "texts", _("Texts"), _("What mails and chats say, in each language."), "texts", own=False, by_store=True
            ),
            Card("quick_replies", _("Quick replies"), _("Ready answers for the chat."), "message", own=False),
        ],
    ),
    (
        _("Connections"),
        [
            Card(
                "channels",
                _("Team channels"),
                _("WeCom, DingTalk, Feishu, Slack, and the daily digest."),
                "mailbox",
                by_store=True,
            ),
            Card(
                "mailboxes",
                _("Mailbox for answers"),
                _("Where buyers' mails are read from."),
                "messages",
                by_store=True,
            ),
            Card(
                "tracking_accounts",
                _("Tracking services"),
                _("Keys of 17TRACK and Kuaidi100."),
                "tracking",
                by_store=True,
            ),
            Card(
                "platform",
                _("AliExpress"),
                _("Orders, disputes and reviews from the platform itself."),
                "orders",
                by_store=True,
            ),
            Card("api_tokens", _("API tokens"), _("Keys for other programs of yours."), "command", by_store=True),
            Card("webhooks", _("Webhooks"), _("Other programs are told what happens."), "message", by_store=True),
            Card("calendars", _("Calendar feed"), _("Your deadlines in your own calendar."), "date", own=False),
        ],
    ),
    (
        _("Safety"),
        [
            Card("privacy", _("Buyers' data"), _("How long they are kept; export and erasure."), "file", by_store=True),
            Card("audit", _("Audit"), _("Who did what, from where."), "note", own=False),
        ],
    ),
]


def shown_cards(store: Store | None, *, is_owner: bool) -> Iterator[tuple[Words, list[tuple[Card, str]]]]:
    """The cards that the reader may use and this program has, with their addresses."""
    for heading, cards in CARDS:
        found = [(card, card.url(store)) for card in cards if is_owner or not card.own]
        if shown := [(card, url) for card, url in found if url]:
            yield heading, shown


@dataclass(frozen=True)
class Missing:
    """Something that the store lacks, why that matters, and the one place where it is mended."""

    text: Words
    why: Words
    url: str
    link: Words


def currencies_without_rate(store: Store) -> list[str]:
    """Currencies of the latest orders that nobody has said the worth of."""
    latest = store.orders.order_by("-placed_at", "-id").values_list("currency", flat=True)[:LATEST]
    return sorted({code for code in latest if code} - {store.currency, *store.exchange_rates})


def whats_missing(store: Store, user: User, today: date) -> Iterator[Missing]:
    """What a store still lacks, the most pressing first."""
    here = f"?store={store.slug}"
    settings_page = reverse("desk:store", args=[store.slug])
    if not store.orders.exists():
        yield Missing(
            _("No orders yet"), _("Dates begin with the first order file."), reverse("desk:import"), _("Import")
        )
    if codes := currencies_without_rate(store):
        why = _("Amounts at stake in it are not added up, and a valuable parcel is not known as one.")
        text = _now("No exchange rate for %(codes)s") % {"codes": ", ".join(codes)}
        yield Missing(text, why, f"{settings_page}#rates", _("Enter the rate"))
    if not (settings.EMAIL_IS_SET or settings.DEMO):
        why = _("Nothing leaves by e-mail: set EMAIL_URL where the program is started.")
        yield Missing(_("No mail server is set"), why, reverse("desk:messages"), _("What waits"))
    if not store.reply_email:
        why = _("Buyers answer to the program's own sender address.")
        yield Missing(_("No reply address"), why, settings_page, _("Enter it"))
    if gaps := text_matrix(store, today).counts[CellState.MISSING]:
        text = _now("%(count)d texts are missing") % {"count": gaps}
        yield Missing(text, _("What has no text is not written."), f"{reverse('desk:texts')}{here}", _("Write them"))
    if (newest := policy_versions(store.policy_name)[-1]) > store.policy_version:
        text = _now("Version %(version)d of the policy pack is there") % {"version": newest}
        url = f"{reverse('desk:edit_rules')}{here}&version={newest}"
        yield Missing(text, _("The store works with an older one."), url, _("See what it would move"))
    if lacking := sorted(store.current_policy.incomplete):
        text = ngettext("%(n)d rule lacks a value", "%(n)d rules lack a value", len(lacking)) % {"n": len(lacking)}
        why = _("The pack does not know it: without it they plan nothing, unless an order or a dispute names its date.")
        yield Missing(text, why, f"{reverse('desk:edit_rules')}{here}#{lacking[0]}", _("Fill them in"))
    yield from _missing_people(store, user, here)


def _missing_people(store: Store, user: User, here: str) -> Iterator[Missing]:
    if store.memberships.count() < 2:
        why = _("Who looks after the deadlines when you are ill?")
        yield Missing(_("You are alone here"), why, f"{reverse('desk:people')}{here}", _("Add a person"))
    if not store.tracking_accounts.exists():
        why = _("Parcels are followed by hand and by file alone.")
        url = f"{reverse('desk:tracking_accounts')}{here}"
        yield Missing(_("No tracking service"), why, url, _("Enter a key"))
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        why = _("Your password alone opens the store.")
        yield Missing(_("No second factor on your account"), why, reverse("mfa_index"), _("Switch it on"))
