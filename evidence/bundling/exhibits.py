"""A dispute's exhibits with their marks, read from the database, and what changed since a version was handed in."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.db.models import Q

from disputes.models import Dispute
from evidence.bundling.cases import Attachment, CaseExhibit, Translator
from evidence.bundling.changes import Changes, Content, compare, read_contents
from evidence.bundling.chats import Said, UnreadableChat, load_chat
from evidence.bundling.marks import NOTICES, fixed_marks, give_marks
from evidence.file_types import MEDIA_TYPES, FileType
from evidence.models import Bundle, BundleState, Exhibit, exhibit_path
from orders.models import Disruption, Order

LONGEST_NAME = 120  # characters of an attachment's name
NOTICE = "disruption_notice"  # the kind of a paper that shows a disruption (T9)


def exhibits_of(dispute: Dispute) -> list[Exhibit]:
    """What the dispute's bundles show, in its order: its own exhibits and those of the order that are of no dispute."""
    rows = Exhibit.objects.filter(Q(dispute=dispute) | Q(dispute=None), order=dispute.order_id, left_out_at=None)
    return list(rows)


def marked_exhibits(dispute: Dispute) -> dict[str, Exhibit]:
    """The exhibits by their marks; what was handed in keeps its mark, whatever came or went since."""
    rows = {str(row.pk): row for row in exhibits_of(dispute)}
    marks = give_marks(list(rows), fixed_marks(_handed_in(dispute)))
    return {marks[key]: row for key, row in rows.items()}


def texts_of(dispute: Dispute) -> dict[str, str]:
    """The words in each exhibit's file, by its mark, where it has any."""
    return {mark: row.text for mark, row in marked_exhibits(dispute).items() if row.text}


def case_exhibits(dispute: Dispute) -> Iterator[CaseExhibit]:
    """The exhibits as a bundle tells them, the papers of disruptions after the seller's own."""
    yield from _own_exhibits(dispute)
    yield from _notices(dispute)


def exhibits_of_order(order: Order) -> Iterator[CaseExhibit]:
    """The exhibits of the order that belong to no dispute, for a case that is none."""
    rows = {str(row.pk): row for row in Exhibit.objects.filter(order=order, dispute=None, left_out_at=None)}
    marks = give_marks(list(rows), {})
    yield from _as_told({marks[key]: row for key, row in rows.items()})


def _own_exhibits(dispute: Dispute) -> Iterator[CaseExhibit]:
    yield from _as_told(marked_exhibits(dispute))


def _as_told(rows: Mapping[str, Exhibit]) -> Iterator[CaseExhibit]:
    for mark, row in rows.items():
        yield CaseExhibit(
            mark=mark,
            kind=row.kind,
            source=row.source,
            caption=row.caption,
            name=row.name,
            sha256=row.sha256,
            size=row.size,
            file_type=FileType(row.file_type),
            added_at=row.added_at,
            path=row.path,
            key=str(row.pk),
            translation=row.translation,
            translation_language=row.translation_language,
            translated_by=Translator(row.translated_by),
            chat=tuple(_chat(row)),
            is_readable=row.is_readable,
        )


def _notices(dispute: Dispute) -> Iterator[CaseExhibit]:
    """The paper of each disruption that touched the parcel; one paper may show several."""
    touched = Disruption.objects.filter(touched_orders__order=dispute.order_id).exclude(notice_sha256="")
    rows = {f"{NOTICE}:{row.notice_sha256}": row for row in touched.order_by("-starts_at", "-pk")}
    marks = give_marks(list(rows)[::-1], fixed_marks(_handed_in(dispute)), series=NOTICES)
    for key, mark in marks.items():
        row, path = rows[key], exhibit_path(rows[key].notice_sha256)
        yield CaseExhibit(
            mark=mark,
            kind=NOTICE,
            source=row.carrier,
            caption=row.explanation,
            name=row.notice_name,
            sha256=row.notice_sha256,
            size=path.stat().st_size if path.exists() else 0,
            file_type=FileType(row.notice_type),
            added_at=row.recorded_at,
            path=path,
            key=key,
        )


def _chat(row: Exhibit) -> list[Said]:
    """What a chat record says; a file that is gone or changed is found out, and said, when the bundle is made."""
    if row.file_type != FileType.TEXT:
        return []
    try:
        return load_chat(row.path)
    except (OSError, UnreadableChat):
        return []


def contents_of(exhibits: Iterable[CaseExhibit]) -> list[Content]:
    """The exhibits as a version keeps them."""
    return [Content(one.key, one.mark, one.sha256, one.caption, one.kind) for one in exhibits]


def changes_since_handed_in(dispute: Dispute, exhibits: Iterable[CaseExhibit]) -> Changes | None:
    """What is different from the version that was handed in last; None where none was, or nothing is."""
    last = Bundle.objects.filter(dispute=dispute, state=BundleState.SUBMITTED).order_by("number").last()
    return _changes(last, exhibits)


def changes_since_made(dispute: Dispute, exhibits: Iterable[CaseExhibit], *, before: int) -> Changes | None:
    """The same for the team's own report: against what was handed in or, where nothing was, the version made last."""
    handed_in = changes_since_handed_in(dispute, exhibits)
    if handed_in is not None:
        return handed_in
    ready = Bundle.objects.filter(dispute=dispute, state=BundleState.READY, number__lt=before)
    return _changes(ready.order_by("number").last(), exhibits)


def changes_after(dispute: Dispute, versions: Iterable[Bundle]) -> dict[int, Changes]:
    """What is different now from each version, by its row's id; nothing of one that holds all, or of old whose report.

    No file is read for it: a page asks.
    """
    kept = [version for version in versions if "contents" in version.report]
    if not kept:
        return {}
    own = [
        Content(str(row.pk), mark, row.sha256, row.caption, row.kind) for mark, row in marked_exhibits(dispute).items()
    ]
    now = [*own, *contents_of(_notices(dispute))]
    found = {one.pk: tuple(compare(read_contents(one.report), now)) for one in kept}
    return {one.pk: Changes(one.number, found[one.pk]) for one in kept if found[one.pk]}


def _changes(version: Bundle | None, exhibits: Iterable[CaseExhibit]) -> Changes | None:
    if version is None or "contents" not in version.report:
        return None
    changes = tuple(compare(read_contents(version.report), contents_of(exhibits)))
    return Changes(version.number, changes) if changes else None


def _handed_in(dispute: Dispute) -> Iterator[dict[str, str]]:
    for version in Bundle.objects.filter(dispute=dispute, state=BundleState.SUBMITTED).order_by("number"):
        yield {content.key: content.mark for content in read_contents(version.report)}


def originals(exhibits: Iterable[CaseExhibit]) -> Iterator[Attachment]:
    """The exhibits' files as they came, to be attached."""
    for exhibit in exhibits:
        media_type = MEDIA_TYPES[exhibit.file_type].split(";", 1)[0]
        yield Attachment(attachment_name(exhibit), exhibit.path, exhibit.sha256, media_type, exhibit.mark)


def attachment_name(exhibit: CaseExhibit) -> str:
    """The mark and the name that the file came with, without what a file system takes amiss."""
    name = "".join(letter if letter.isalnum() or letter in "-_. ()" else "_" for letter in Path(exhibit.name).name)
    return f"{exhibit.mark} {name[-LONGEST_NAME:].strip() or exhibit.file_type.value}"
