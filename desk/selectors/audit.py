"""The audit list as a page shows it: names beside ids, a page at a time by key."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from desk.access import Reader
from desk.row_ids import read_id
from desk.tracking_account_words import NAMES
from desk.words import LANGUAGES, PURPOSES
from evidence.models import Bundle
from orders.models import AuditEntry, AuditKind, Store, User
from orders.roles import Role, Tier

PAGE = 100
PROOFS: dict[str, str | Promise] = {
    "password": _("password"),
    "mfa": _("code"),
    "link": _("one-time link"),
}
# What a deed was done with: a list or file that was taken out, a part of what was changed.
OBJECTS: dict[str, str | Promise] = {
    "carriers": _("carriers' scorecard"),
    "errors": _("rejected rows of a file"),
    "bundle": _("evidence bundle"),
    "orders": _("list of orders"),
    "buyer": _("a buyer's data"),
    "reviews": _("list of reviews"),
    "review_causes": _("reviews by cause"),
    "money": _("money at stake"),
    "figures": _("figures"),
    "appeal": _("appeal against a review"),
    "secret": _("a new secret"),
    "noted": _("what was given up was noted"),
    "languages": _("languages"),
    "purpose": _("messages to buyers"),
}


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; `before` is the id of the last entry of the page before."""

    who: str = ""
    kind: str = ""
    before: str = ""


@dataclass(frozen=True)
class Row:
    """One deed, in words."""

    entry: AuditEntry
    who: str
    store: str
    details: str
    bundle: Bundle | None  # that the deed was done with, while it is there and the reader sees it
    ip: str
    user_agent: str


@dataclass(frozen=True)
class Page:
    """A page of deeds, the newest first; `more` is where the next one begins."""

    rows: list[Row]
    more: str


def list_deeds(reader: Reader, filters: Filters) -> Page:
    """What the reader may know of who did what: his own deeds, and all in the stores that are his."""
    entries = AuditEntry.objects.for_member(reader.user).select_related("origin")
    if filters.who == "me":
        entries = entries.filter(user=reader.user.pk)
    if filters.kind in set(AuditKind):
        entries = entries.filter(kind=filters.kind)
    if (before := read_id(filters.before)) is not None:
        entries = entries.filter(pk__lt=before)
    found = list(entries[: PAGE + 1])
    shown = found[:PAGE]
    return Page(_rows(reader, shown), str(shown[-1].pk) if len(found) > PAGE else "")


def _rows(reader: Reader, entries: list[AuditEntry]) -> list[Row]:
    ids = {pk for entry in entries for pk in (entry.user_id, entry.data.get("member")) if pk}
    people = {pk: str(user) for pk, user in User.objects.in_bulk(ids).items()}
    shops = Store.objects.in_bulk({entry.store_id for entry in entries if entry.store_id})
    stores = {pk: store.name for pk, store in shops.items()}
    bundles = _bundles(reader, entries)
    return [_row(entry, people, stores, bundles.get(entry.data.get("bundle", 0))) for entry in entries]


def _bundles(reader: Reader, entries: list[AuditEntry]) -> dict[int, Bundle]:
    """The bundles that the deeds name, each with its dispute and order."""
    ids = {entry.data["bundle"] for entry in entries if "bundle" in entry.data}
    if not ids:
        return {}
    rows = Bundle.objects.for_member(reader.user).select_related("dispute__order")
    return {row.pk: row for row in rows.filter(pk__in=ids).defer("report")}


def _row(entry: AuditEntry, people: dict[int, str], stores: dict[int, str], bundle: Bundle | None) -> Row:
    origin = getattr(entry, "origin", None)
    who = people.get(entry.user_id, _now("a former member")) if entry.user_id else _now("this machine")
    if entry.kind == AuditKind.LOG_IN_FAILED and not entry.user_id:
        who = _now("a stranger")
    return Row(
        entry,
        who,
        stores.get(entry.store_id or 0, ""),
        " · ".join(str(word) for word in _details(entry, people) if word),
        bundle,
        (origin.ip or "") if origin else "",
        origin.user_agent if origin else "",
    )


def _details(entry: AuditEntry, people: dict[int, str]) -> list[Any]:
    data = entry.data
    member = people.get(data["member"], _now("a former member")) if "member" in data else ""
    service = NAMES.get(data.get("service", ""), "")
    proofs = [PROOFS.get(proof, proof) for proof in dict.fromkeys(data.get("by", []))]
    what = OBJECTS.get(data.get("what", ""), data.get("what", ""))
    purpose = PURPOSES.get(data.get("purpose", ""), "")
    written = [LANGUAGES.get(code, code) for code in data.get("languages", [])]
    return [member, _place(data), service, *proofs, what, purpose, *written, _state(data), _kept(data), data.get("row")]


def _place(data: dict[str, Any]) -> str:
    """What somebody became in a store, and what he was before where that is known."""
    names = dict([*Role.choices, *Tier.choices])
    was, now = names.get(data.get("was", ""), ""), names.get(data.get("role") or data.get("line", ""), "")
    return f"{was} → {now}" if was and now else str(now or was)


def _state(data: dict[str, Any]) -> str:
    is_on = data.get("on", data.get("is_on"))
    return "" if is_on is None else (_now("on") if is_on else _now("off"))


def _kept(data: dict[str, Any]) -> str:
    """For how many days buyers' data were kept before, and are now."""
    if "after" not in data:
        return ""
    before, after = (
        _now("only on request") if days is None else _days(days) for days in (data["before"], data["after"])
    )
    return f"{before} → {after}"


def _days(days: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
