"""Making a bundle's files and putting them in their place; those of an equal case that lie there already are taken."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from evidence.bundling.caching import Cache
from evidence.bundling.cases import CaseFile
from evidence.bundling.making import Made, make_bundle
from evidence.bundling.publishing import publish
from evidence.bundling.reusing import inputs_of
from evidence.bundling.signing import Signing, sign
from evidence.bundling.signing_keys import signed_by, signing_key
from evidence.models import Appeal, Bundle, BundleState, Version
from evidence.recipients import Recipient
from evidence.storing import hash_file

LOST = timedelta(days=1)  # a folder that was worked in so long ago belongs to nobody


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made: the files as the bundle's row keeps them, and what to report."""

    inputs: str
    files: list[dict[str, Any]]
    exhibits: list[dict[str, Any]]
    replaced: tuple[int, ...]
    signing: dict[str, Any]


def build(case: CaseFile, recipient: Recipient, on_progress: Callable[[int], None]) -> Outcome:
    """The bundle's files, published. Raises UnusableRenderer, OverLimit or UnfitBundle."""
    key = signing_key()
    inputs = inputs_of(case, recipient, signed_by(key))
    known = _known(inputs)
    if known is not None:
        return known
    cache = kept()
    with cache.work() as folder:
        made = make_bundle(case, recipient, folder, on_progress, cache)
        signings = [sign(file.path, key) for file in made.files]
        files = [*_files(made, [bool(key)] * len(made.files)), *_images(made)]
    return Outcome(inputs, files, made.exhibits, made.replaced, _told(signings))


def _known(inputs: str) -> Outcome | None:
    """The files that were published for the same inputs, if every one of them is still what it was.

    What a key or a time-stamp server failed to give is asked for again.
    """
    for row in _made_of(inputs):
        is_unsigned_by_mistake = bool(row.report["signing"]["note"])
        if row.files and not is_unsigned_by_mistake and all(_is_whole(file) for file in row.files):
            replaced = tuple(int(code[2:], 16) for code in row.report["replaced"])
            return Outcome(inputs, row.files, row.report["exhibits"], replaced, row.report["signing"])
    return None


def _made_of(inputs: str) -> Iterator[Version]:
    """The latest finished versions that were made of the same: of disputes or of appeals, never of both."""
    for model in (Bundle, Appeal):
        rows = model._default_manager.filter(inputs=inputs, state__in=[BundleState.READY, BundleState.SUBMITTED])
        yield from rows.order_by("-pk")[:3]


def _is_whole(file: dict[str, Any]) -> bool:
    try:
        return hash_file(Path(settings.MEDIA_ROOT) / file["file"]) == str(file["sha256"])
    except OSError:
        return False


def _files(made: Made, are_signed: list[bool]) -> list[dict[str, Any]]:
    files = []
    for number, (file, is_signed) in enumerate(zip(made.files, are_signed, strict=True), start=1):
        sha256 = hash_file(file.path) if is_signed else file.sha256
        suffix = f"-{number}" if number > 1 else ""
        files.append(_file(file.path, sha256, suffix) | {"pages": file.pages})
    return files


def _images(made: Made) -> list[dict[str, Any]]:
    return [_file(image.path, image.sha256, f"-{image.mark}") for image in made.images]


def _file(path: Path, sha256: str, suffix: str) -> dict[str, Any]:
    """`suffix` comes behind the name that somebody gives the bundle."""
    size = path.stat().st_size
    return {"suffix": f"{suffix}{path.suffix}", "file": publish(path, sha256), "sha256": sha256, "size": size}


def _told(signings: list[Signing]) -> dict[str, Any]:
    """The first file's, for all are signed with one key."""
    return asdict(signings[0])


def kept() -> Cache:
    """What earlier bundles left behind, for the next ones."""
    return Cache(Path(settings.MEDIA_ROOT) / "cache")


def tidy_cache(now: datetime) -> int:
    """Remove what bundles left and nobody used for long, and work that a lost worker left; returns how many entries."""
    return kept().tidy(before=(now - LOST).timestamp())
