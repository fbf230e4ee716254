"""What a recipient takes, and how a bundle is made to fit: looked at before, measured after, never cut."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evidence.bundling.cases import CaseExhibit
from evidence.recipients import Limits, Recipient

FEWEST_TEXT_PAGES = 4  # of any bundle: claim, cover with the index, timeline and manifest
MEGABYTE = 1_000_000


class UnfitBundle(RuntimeError):
    """A bundle that does not stand its own verification, or that its recipient would not take: never handed out."""


class OverLimit(UnfitBundle):
    """More than the recipient takes, even at its smallest; the message says what is over and by how much."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A file's bytes and pages."""

    size: int
    pages: int


def foresee(pages: Iterable[int | None], recipient: Recipient) -> None:
    """Look before any work whether the exhibits' pages (None: not known) can be too many. Raises OverLimit."""
    least = FEWEST_TEXT_PAGES + sum(1 if known is None else max(known, 1) for known in pages)
    _refuse([_pages_over(least, recipient.limits)], recipient)


def check(files: Sequence[Weight], recipient: Recipient) -> list[str]:
    """What is over the recipient's limits, in words; empty where all of it fits."""
    limits = recipient.limits
    told = [_pages_over(sum(file.pages for file in files), limits)]
    for number, file in enumerate(files, start=1):
        told.append(_bytes_over(f"file {number} has" if len(files) > 1 else "it has", file.size, limits.file_bytes))
    told.append(_bytes_over("it has" if len(files) == 1 else "its files have", _sum(files), limits.total_bytes))
    if limits.files is not None and len(files) > limits.files:
        told.append(f"it takes {len(files)} files, {limits.files} are allowed")
    return [words for words in told if words]


def refuse(files: Sequence[Weight], recipient: Recipient) -> None:
    """Raises OverLimit when something is over."""
    _refuse(check(files, recipient), recipient)


def _refuse(told: Iterable[str], recipient: Recipient) -> None:
    problems = [words for words in told if words]
    if problems:
        raise OverLimit(
            f"the bundle is more than {recipient.name} takes, even at its smallest: {'; '.join(problems)}:"
            " leave exhibits out, or choose another recipient"
        )


def _sum(files: Iterable[Weight]) -> int:
    return sum(file.size for file in files)


def _pages_over(pages: int, limits: Limits) -> str:
    if limits.pages is None or pages <= limits.pages:
        return ""
    return f"it has {pages} pages, {limits.pages} are allowed: {pages - limits.pages} too many"


def _bytes_over(what: str, size: int, limit: int | None) -> str:
    if limit is None or size <= limit:
        return ""
    has, may, over = (f"{number / MEGABYTE:.1f} MB" for number in (size, limit, size - limit))
    return f"{what} {has}, {may} are allowed: {over} too much"


def share_out(exhibits: Sequence[CaseExhibit], sizes: Mapping[str, int], room: int) -> list[tuple[CaseExhibit, ...]]:
    """The exhibits in their order, in as few parts as have room (bytes) for them; one that is larger is alone."""
    parts: list[list[CaseExhibit]] = [[]]
    filled = 0
    for exhibit in exhibits:
        size = sizes[exhibit.mark]
        if parts[-1] and filled + size > room:
            parts.append([])
            filled = 0
        parts[-1].append(exhibit)
        filled += size
    return [tuple(part) for part in parts]


def rooms(limit: int, used: int) -> Iterator[int]:
    """How many bytes a part may have for exhibits beside its text of about `used` bytes; less each time."""
    for share in (1, 2, 4):
        yield max(limit - used * share, 0)
