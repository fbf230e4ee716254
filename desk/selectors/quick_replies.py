"""Quick replies: those that can be said to a buyer now, filled in for his order, and the whole list of a store."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language

from messaging.rendering import MissingVariables, Text, render
from messaging.replies import ReplyText
from messaging.services.previews import values_of
from messaging.services.replies import StoreReply, present, store_replies
from messaging.services.switching import written_languages
from messaging.services.texts import wording_problems
from messaging.vocabulary import Language
from orders.models import Order, Store
from orders.search_text import fold


@dataclass(frozen=True)
class Choice:
    """A reply as the buyer would read it; `gloss` is the same in the reader's language, where that is another.

    Where a variable has no value, `missing` names it and there is no `body`: nothing half-filled is said (M3).
    """

    reply: StoreReply
    title: str
    body: str = ""
    gloss: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReplyQuery:
    """What is asked for: a group, words in any part of title, code or text, and the language that is shown."""

    group: str
    q: str
    language: Language


@dataclass(frozen=True)
class ReplyRow:
    """One reply of the list: its title for the reader, its words in the language asked for, and what to look after."""

    reply: StoreReply
    title: str
    said: ReplyText | None
    missing: tuple[Language, ...]
    is_stale: bool
    has_bad_wording: bool

    @property
    def is_own(self) -> bool:
        """Whether the store wrote it, in some language."""
        return bool(self.reply.own)


@dataclass(frozen=True)
class ReplyPage:
    """The rows that match by group, how many match in each group, and what was taken away."""

    rows: Sequence[ReplyRow]
    counts: Counter[str]
    removed: Sequence[ReplyRow]


def list_replies(store: Store, query: ReplyQuery, today: date) -> ReplyPage:
    """A store's replies as asked for."""
    languages = written_languages(store)
    rows = [_row(reply, query.language, languages, today) for reply in store_replies(store)]
    matching = [row for row in rows if row.reply.removed_at is None and _matches(row, query.q)]
    return ReplyPage(
        rows=[row for row in matching if query.group in ("", row.reply.group)],
        counts=Counter(str(row.reply.group) for row in matching),
        removed=[row for row in rows if row.reply.removed_at],
    )


def find_reply(store: Store, code: str) -> StoreReply | None:
    """The store's reply of this code, though it may have been taken away."""
    return next((reply for reply in store_replies(store) if reply.code == code), None)


def _row(reply: StoreReply, language: Language, languages: Sequence[Language], today: date) -> ReplyRow:
    own = reply.own.values()
    return ReplyRow(
        reply=reply,
        title=reply.title_in(reader_language()),
        said=reply.said_in(language),
        missing=tuple(code for code in languages if reply.said_in(code) is None),
        is_stale=any(row.valid_until and row.valid_until < today for row in own),
        has_bad_wording=any(wording_problems(Text("", row.text), Language(row.language)) for row in own),
    )


def _matches(row: ReplyRow, q: str) -> bool:
    reply = row.reply
    texts = [said for language in Language if (said := reply.said_in(language))]
    whole = fold(" ".join([reply.code, row.title, *(f"{said.title} {said.text}" for said in texts)]))
    return all(word in whole for word in fold(q).split())


def reader_language() -> Language:
    """The language of the texts that the reader of this page understands best."""
    code = get_language() or ""
    return Language(code) if code in set(Language) else Language.EN


def offer_replies(order: Order, language: Language, *, now: datetime) -> list[Choice]:
    """A store's replies filled in for an order, those that are used most first within their group."""
    own = reader_language()
    values = {code: values_of(order, code, now=now) for code in {language, own}}
    replies = sorted(present(store_replies(order.store)), key=lambda reply: -reply.count)
    return [choice for reply in replies if (choice := _choice(reply, language, own, values))]


def _choice(
    reply: StoreReply, language: Language, own: Language, values: dict[Language, dict[str, str]]
) -> Choice | None:
    said = reply.said_in(language)
    if said is None:
        return None
    try:
        body = render(said.as_text(), values[language]).body
    except MissingVariables as error:
        return Choice(reply, reply.title_in(own), missing=error.names)
    return Choice(reply, reply.title_in(own), body, gloss="" if own == language else _gloss(reply, own, values[own]))


def _gloss(reply: StoreReply, own: Language, values: dict[str, str]) -> str:
    said = reply.said_in(own)
    try:
        return render(Text("", said.text), values).body if said else ""
    except MissingVariables:
        return ""
