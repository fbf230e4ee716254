"""For what a store writes to its buyers, and in which languages: a purpose is on only with all its texts (M2)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from messaging.models import Message, MessageState, PurposeSwitch, Template, WrittenLanguages
from messaging.rendering import MissingText, Text, load_text
from messaging.services.texts import unusable_problems
from messaging.vocabulary import TEXT_PURPOSES, Language, Purpose
from orders.models import AuditKind, Store
from orders.services.auditing import Doer, note_deed

ON_THEIR_WAY = [MessageState.PENDING, MessageState.CLAIMED, MessageState.WAITING, MessageState.STOPPED]


class IncompletePurpose(ValueError):
    """A purpose that has no usable text in some languages; `gaps` are these (M2)."""

    def __init__(self, gaps: list[Language]) -> None:
        self.gaps = gaps
        super().__init__(f"there is no text in {', '.join(gaps)}: write it first, then switch the purpose on")


def purpose_is_off() -> Exists:
    """For a query of messages: whether the store has switched the message's purpose off."""
    off = PurposeSwitch.objects.filter(store=OuterRef("order__store"), purpose=OuterRef("purpose"), is_on=False)
    return Exists(off)


def off_purposes(store: Store) -> set[Purpose]:
    """The purposes for which the store does not write."""
    off = store.purpose_switches.filter(is_on=False).values_list("purpose", flat=True)
    return {Purpose(code) for code in off if code in set(TEXT_PURPOSES)}


def written_languages(store: Store) -> list[Language]:
    """The languages in which the store writes, and so needs every text: all of them unless it has named its own."""
    row = WrittenLanguages.objects.filter(store=store).first()
    named = [language for language in Language if row and language in row.codes]
    return named or list(Language)


def missing_languages(store: Store, purpose: Purpose) -> list[Language]:
    """The written languages in which the purpose has no text, or one that could never leave."""
    own = {row.language: row for row in store.templates.filter(purpose=purpose)}
    return [
        language for language in written_languages(store) if is_gap(store, purpose, language, own.get(language.value))
    ]


def is_gap(store: Store, purpose: Purpose, language: Language, own: Template | None) -> bool:
    """Whether nothing could be said: the own text is unusable, or there is none and none is shipped."""
    if own:
        return bool(unusable_problems(Text(own.subject, own.body), language))
    try:
        load_text(purpose, language, store.policy_name)
    except MissingText:
        return True
    return False


def switch_on(store: Store, purpose: Purpose, *, now: datetime, doer: Doer) -> None:
    """Write for this purpose again. Raises IncompletePurpose while a written language lacks its text (M2)."""
    if gaps := missing_languages(store, purpose):
        raise IncompletePurpose(gaps)
    _keep(PurposeSwitch(store=store, purpose=purpose, is_on=True, changed_at=now), doer)


def switch_off(store: Store, purpose: Purpose, *, now: datetime, doer: Doer) -> None:
    """Write for this purpose no more; what is on its way is called off when its turn comes, with the reason."""
    _keep(PurposeSwitch(store=store, purpose=purpose, is_on=False, changed_at=now), doer)


def count_on_their_way(store: Store, purpose: Purpose, *, most: int) -> int:
    """How many messages for this purpose have not left yet, counted up to `most`."""
    rows = Message.objects.filter(order__store=store, purpose=purpose, state__in=ON_THEIR_WAY)
    return int(rows.order_by()[:most].count())


def write_in(store: Store, languages: Iterable[Language], *, now: datetime, doer: Doer) -> list[Language]:
    """Name the languages in which the store writes; the pack's own stays, because it is for all who have no other.

    Returns what holds now.
    """
    wanted = {*languages, Language(store.current_policy.language)}
    codes = [language.value for language in Language if language in wanted]
    with transaction.atomic():
        WrittenLanguages.objects.update_or_create(store=store, defaults={"codes": codes})
        note_deed(AuditKind.STORE_CHANGED, doer, now=now, store=store, what="languages", languages=codes)
    return written_languages(store)


def _keep(switch: PurposeSwitch, doer: Doer) -> None:
    values = {"is_on": switch.is_on, "changed_at": switch.changed_at}
    store, purpose = switch.store, switch.purpose
    with transaction.atomic():
        PurposeSwitch.objects.update_or_create(store=store, purpose=purpose, defaults=values)
        data = {"what": "purpose", "purpose": str(purpose), "is_on": switch.is_on}
        note_deed(AuditKind.STORE_CHANGED, doer, now=switch.changed_at, store=store, **data)
