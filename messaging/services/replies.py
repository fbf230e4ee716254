"""A store's quick replies: the shipped ones with its own over and beside them, and every change to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from messaging.models import QuickReply, ReplyUse
from messaging.replies import CODE, ReplyText, load_replies
from messaging.services.texts import UnusableText, unusable_body
from messaging.vocabulary import Language, ReplyGroup
from orders.models import Store


@dataclass
class StoreReply:
    """One reply of a store: in each language its own words, else the shipped ones, where there are any."""

    code: str
    group: ReplyGroup
    shipped: dict[Language, ReplyText] = field(default_factory=dict)
    own: dict[Language, QuickReply] = field(default_factory=dict)
    count: int = 0
    last_used_at: datetime | None = None
    removed_at: datetime | None = None

    def said_in(self, language: Language) -> ReplyText | None:
        """Title and text in this language; None where nobody wrote any."""
        own = self.own.get(language)
        return ReplyText(own.title, own.text) if own else self.shipped.get(language)

    @property
    def titles(self) -> list[str]:
        """What it is called in every language."""
        return [said.title for said in map(self.said_in, Language) if said]

    def title_in(self, language: Language) -> str:
        """What it is called in this language, else in any."""
        said = self.said_in(language) or next(filter(None, map(self.said_in, Language)), None)
        return said.title if said else self.code


def store_replies(store: Store) -> list[StoreReply]:
    """All of a store's replies, those that were taken away included, by group; two queries."""
    found = {
        reply.code: StoreReply(reply.code, reply.group, dict(reply.texts))
        for reply in load_replies(store.policy_name).values()
    }
    for own in store.quick_replies.order_by("code", "id"):
        reply = found.setdefault(own.code, StoreReply(own.code, ReplyGroup(own.group)))
        reply.group = ReplyGroup(own.group)
        reply.own[Language(own.language)] = own
    for use in store.reply_uses.all():
        if known := found.get(use.code):
            known.count, known.last_used_at, known.removed_at = use.count, use.last_used_at, use.removed_at
    return sorted(found.values(), key=lambda reply: list(ReplyGroup).index(reply.group))


def present(replies: Iterable[StoreReply]) -> list[StoreReply]:
    """Those that were not taken away."""
    return [reply for reply in replies if reply.removed_at is None]


def save_reply(
    store: Store,
    code: str,
    language: Language,
    said: ReplyText,
    *,
    group: ReplyGroup,
    now: datetime,
    valid_until: date | None = None,
) -> QuickReply:
    """Keep the store's own words for a reply in one language; its group is the same in all.

    Bad wording (M4) is the store's to decide. Raises UnusableText for what could never be sent (M3).
    """
    problems = unusable_body(said.as_text(), language)
    if not CODE.fullmatch(code):
        problems.append("the short code must be of small letters and digits")
    if problems:
        raise UnusableText(problems)
    values = {"title": said.title, "text": said.text, "valid_until": valid_until, "changed_at": now, "group": group}
    with transaction.atomic():
        own, _is_new = QuickReply.objects.update_or_create(store=store, code=code, language=language, defaults=values)
        QuickReply.objects.filter(store=store, code=code).exclude(pk=own.pk).update(group=group)
        ReplyUse.objects.filter(store=store, code=code).update(removed_at=None)
    return own


def reset_reply(store: Store, code: str, language: Language) -> None:
    """Drop the store's own words in one language: the shipped ones are used again, where there are any."""
    QuickReply.objects.filter(store=store, code=code, language=language).delete()


def remove_reply(store: Store, code: str, *, now: datetime) -> None:
    """Take a reply away in all languages; nothing is lost, `restore_reply` brings it back."""
    ReplyUse.objects.update_or_create(store=store, code=code, defaults={"removed_at": now})


def restore_reply(store: Store, code: str) -> None:
    """Bring back a reply that was taken away."""
    ReplyUse.objects.filter(store=store, code=code).update(removed_at=None)


def count_use(store: Store, code: str, *, now: datetime) -> None:
    """Note that a reply was used: the ones used most come first."""
    ReplyUse.objects.get_or_create(store=store, code=code)
    ReplyUse.objects.filter(store=store, code=code).update(count=F("count") + 1, last_used_at=now)
