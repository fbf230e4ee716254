"""Files that a bundle carries along: the originals as they came, the mails as they left, each checked by its hash."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

from evidence.bundling.cases import Attachment
from evidence.bundling.streams import ASIDE, STUB
from evidence.storing import hash_file


def usable(attachments: Iterable[Attachment], checked: set[Path]) -> list[Attachment]:
    """Those whose file is still the one that is on record; `checked` are known to be."""
    return [one for one in attachments if one.path in checked or _is_same(one)]


def _is_same(attachment: Attachment) -> bool:
    try:
        return hash_file(attachment.path) == attachment.sha256
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Filed:
    """A file's key in the bundle, which is sorted by it, and its specification there."""

    key: str
    file: pikepdf.Object


def attach_files(pdf: pikepdf.Pdf, attachments: Iterable[Attachment], date: str) -> None:
    """Add the files to those that the document has; their bytes are read when it is saved, and not packed again."""
    tree: Any = pdf.Root.Names.EmbeddedFiles
    known = list(tree.Names)
    filed = [Filed(str(key), file) for key, file in zip(known[::2], known[1::2], strict=True)]
    filed += [_file(pdf, attachment, date) for attachment in attachments]
    tree.Names = pikepdf.Array(
        [part for one in sorted(filed, key=lambda one: one.key) for part in (pikepdf.String(one.key), one.file)]
    )
    pdf.Root.AF = pikepdf.Array([one.file for one in filed])


def _file(pdf: pikepdf.Pdf, attachment: Attachment, date: str) -> Filed:
    size = attachment.path.stat().st_size
    stream = pdf.make_stream(
        STUB,
        Type=pikepdf.Name.EmbeddedFile,
        Subtype=pikepdf.Name(f"/{attachment.media_type}"),
        Params=pikepdf.Dictionary(Size=size, ModDate=date),
    )
    stream[ASIDE] = pikepdf.String(str(attachment.path))
    specification = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec,
        F=attachment.name.encode("ascii", "replace").decode(),
        UF=pikepdf.String(attachment.name),
        Desc=pikepdf.String(attachment.description),
        AFRelationship=pikepdf.Name.Source,
        EF=pikepdf.Dictionary(F=stream, UF=stream),
    )
    # Readers do not agree on how other letters are sorted; with these alone they have nothing to differ about.
    key = attachment.name.encode("ascii", "backslashreplace").decode()
    return Filed(key, pdf.make_indirect(specification))
