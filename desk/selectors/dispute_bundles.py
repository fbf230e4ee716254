"""Versions of a dispute's evidence PDF as the workbench shows them: for whom, how much, what was done, what to know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.dispute_words import HANDLINGS, RECIPIENTS, exhibit_name
from desk.fault_words import fault_words
from evidence.bundling.changes import Change
from evidence.bundling.exhibits import changes_after
from evidence.bundling.fitting import FEWEST_TEXT_PAGES, MEGABYTE
from evidence.bundling.signing import SigningState
from evidence.models import Bundle, BundleState, Exhibit
from evidence.recipients import DEFAULT, Limits, Recipient, recipients

Words = str | Promise
FINISHED = {BundleState.READY, BundleState.SUBMITTED}


@dataclass(frozen=True)
class Choice:
    """A recipient, and what can be said beforehand of whether he takes the exhibits."""

    name: str
    label: Words
    verdict: str
    is_over: bool
    is_chosen: bool = False
    is_usual: bool = False  # who decides the cases of such stores, and our own record; the others stand behind a fold


@dataclass(frozen=True)
class Part:
    """One file of a version; `number` counts from 1 in the bundle's own list."""

    number: int
    name: str
    size: int
    pages: int
    sha256: str


@dataclass(frozen=True)
class Treated:
    """What was done to one exhibit."""

    mark: str
    title: str
    what: str
    pages: str
    size: int
    is_named_only: bool


@dataclass(frozen=True)
class Version:
    """One version, with its files and its report."""

    bundle: Bundle
    is_finished: bool
    fits: str
    parts: list[Part]
    treated: list[Treated]
    notes: list[str]
    since: tuple[Change, ...] = ()  # what became of the exhibits after it was made, while nobody has handed it in
    newer: int = 0  # the number of a later version for the same recipient, if there is one


def list_recipients(exhibits: Sequence[Exhibit], *, pack: str, made_for: Sequence[str]) -> list[Choice]:
    """Every recipient with a look at what he takes, first those who make sense for a store of this pack.

    `made_for` are the recipients of the versions so far, the latest first: the next one is for the same.
    """
    names = sorted(recipients())
    own = pack.partition("-")[0]
    known = [name for name in [*made_for, own, DEFAULT] if name in names]
    usual = list(dict.fromkeys(known))
    return [
        replace(_choice(recipients()[name], exhibits), is_chosen=name == known[0], is_usual=name in usual)
        for name in [*usual, *(name for name in names if name not in usual)]
    ]


def _choice(recipient: Recipient, exhibits: Sequence[Exhibit]) -> Choice:
    size, limits = sum(exhibit.size for exhibit in exhibits), recipient.limits
    pages = FEWEST_TEXT_PAGES + sum(max(exhibit.pages or 1, 1) for exhibit in exhibits)
    label, room = RECIPIENTS.get(recipient.name, recipient.name), limits.total_bytes or limits.file_bytes
    if limits.pages is not None and pages > limits.pages:
        told = _("too many pages: at least %(pages)d, %(most)d are allowed. Leave exhibits out.")
        return Choice(recipient.name, label, told % {"pages": pages, "most": limits.pages}, is_over=True)
    if room is None:
        return Choice(recipient.name, label, _("no limits: every photo as it came"), is_over=False)
    measures = _measures(size, pages, limits, room)
    told = _("fits: %(measures)s") if size <= room else _("photos are made smaller to fit: %(measures)s")
    return Choice(recipient.name, label, told % {"measures": measures}, is_over=False)


def _measures(size: int, pages: int, limits: Limits, room: int) -> str:
    used, most = (number_format(round(count / MEGABYTE, 1), 1) for count in (size, room))
    told = [_("%(size)s of %(most)s MB") % {"size": used, "most": most}]
    if limits.pages is not None:
        told.append(_("%(pages)d of %(most)d pages") % {"pages": pages, "most": limits.pages})
    return ", ".join(told)


def list_versions(bundles: Sequence[Bundle]) -> list[Version]:
    """The versions of one dispute in the given order, each with what changed since it was made."""
    ready = [bundle for bundle in bundles if bundle.state == BundleState.READY]
    since = changes_after(ready[0].dispute, ready) if ready else {}
    return [
        replace(_version(bundle), since=since[bundle.pk].changes, newer=_newer(bundle, bundles))
        if bundle.pk in since
        else _version(bundle)
        for bundle in bundles
    ]


def _newer(bundle: Bundle, bundles: Sequence[Bundle]) -> int:
    same = (one for one in bundles if one.recipient == bundle.recipient and one.state != BundleState.FAILED)
    return max((one.number for one in same if one.number > bundle.number), default=0)


def _version(bundle: Bundle) -> Version:
    report: dict[str, Any] = bundle.report
    parts = list(_parts(bundle))
    return Version(
        bundle=bundle,
        is_finished=bundle.state in FINISHED,
        fits=_fits(bundle, parts),
        parts=parts,
        treated=[_treated(told) for told in report.get("exhibits", [])],
        notes=list(_notes(report)),
    )


def _parts(bundle: Bundle) -> Iterator[Part]:
    for number, file in enumerate(bundle.files or _single(bundle), start=1):
        yield Part(number, file_name(bundle, file), file["size"], file.get("pages", 0), file["sha256"])


def _single(bundle: Bundle) -> list[dict[str, Any]]:
    """The files of a version from before there were several."""
    one = {"suffix": ".pdf", "file": bundle.file, "sha256": bundle.sha256, "size": bundle.size, "pages": bundle.pages}
    return [one] if bundle.file else []


def find_file(bundle: Bundle, number: int) -> dict[str, Any] | None:
    """One file (from 1) of a finished version."""
    files = bundle.files or _single(bundle)
    return files[number - 1] if bundle.state in FINISHED and 1 <= number <= len(files) else None


def file_name(bundle: Bundle, file: dict[str, Any]) -> str:
    """Under which name a file is kept by whoever downloads it."""
    order, dispute = bundle.dispute.order, bundle.dispute
    return f"{order.order_number}-{dispute.number}-{bundle.recipient}-{bundle.number}{file['suffix']}"


def _fits(bundle: Bundle, parts: Sequence[Part]) -> str:
    """How much of what its recipient takes it has become."""
    recipient, size = recipients().get(bundle.recipient), sum(part.size for part in parts)
    if recipient is None or not parts or bundle.state not in FINISHED:
        return ""
    room = recipient.limits.total_bytes or recipient.limits.file_bytes
    files = ngettext("%(n)d file", "%(n)d files", len(parts)) % {"n": len(parts)}
    if room is None:
        return files
    largest = size if recipient.limits.total_bytes else max(part.size for part in parts if part.pages)
    measures = _measures(largest, sum(part.pages for part in parts), recipient.limits, room)
    return _("fits: %(files)s, %(measures)s") % {"files": files, "measures": measures}


def _treated(told: dict[str, Any]) -> Treated:
    handling = str(told.get("handling", ""))
    what = str(HANDLINGS.get(handling, handling))
    if told.get("ppi"):
        what = _("%(what)s (%(ppi)d ppi, quality %(quality)d)") % {"what": what, **told}
    first, last = told["first_page"], told["last_page"]
    pages = str(first) if first == last else f"{first}–{last}"
    return Treated(told["mark"], _title(told), what, pages, told.get("bytes", 0), handling == "slip")


def _title(told: dict[str, Any]) -> str:
    """What the exhibit is called in the reader's language; a report of old knows only the PDF's words for it."""
    if not (kind := told.get("kind")):
        return str(told["title"])
    return f"{exhibit_name(kind)}: {told['caption']}" if told.get("caption") else exhibit_name(kind)


def _notes(report: dict[str, Any]) -> Iterator[str]:
    """What somebody should know before the version leaves the house."""
    signing = report.get("signing") or {}
    if signing.get("state") in {SigningState.SIGNED, SigningState.STAMPED}:
        yield _("Signed by %(signer)s.") % {"signer": signing["signer"]}
    if signing.get("note"):
        yield _("Signature: %(note)s") % {"note": fault_words(signing["note"])}
    if replaced := report.get("replaced"):
        yield _("No font has these characters, their codes are printed: %(codes)s") % {"codes": ", ".join(replaced)}
