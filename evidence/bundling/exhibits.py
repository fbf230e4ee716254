"""A dispute's exhibits with their marks, read from the database, and what changed since a version was handed in."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db.models import Q

from disputes.models import Dispute
from evidence.bundling.cases import Attachment, CaseExhibit, Translator
from evidence.bundling.changes import Changes, Content, compare, read_contents
from evidence.bundling.chats import Said, UnreadableChat, load_chat
from evidence.bundling.marks import fixed_marks, give_marks
from evidence.file_types import MEDIA_TYPES, FileType
from evidence.models import Bundle, BundleState, Exhibit

LONGEST_NAME = 120  # characters of an attachment's name


def exhibits_of(dispute: Dispute) -> list[Exhibit]:
    """What the dispute's bundles show, in its order: its own exhibits and those of the order that are of no dispute."""
    rows = Exhibit.objects.filter(Q(dispute=dispute) | Q(dispute=None), order=dispute.order_id, left_out_at=None)
    return list(rows)


def marked_exhibits(dispute: Dispute) -> dict[str, Exhibit]:
    """The exhibits by their marks; what was handed in keeps its mark, whatever came or went since."""
    rows = {str(row.pk): row for row in exhibits_of(dispute)}
    marks = give_marks(list(rows), fixed_marks(_handed_in(dispute)))
    return {marks[key]: row for key, row in rows.items()}


def case_exhibits(dispute: Dispute) -> Iterator[CaseExhibit]:
    """The exhibits as a bundle tells them."""
    for mark, row in marked_exhibits(dispute).items():
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


def _changes(version: Bundle | None, exhibits: Iterable[CaseExhibit]) -> Changes | None:
    if version is None:
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
