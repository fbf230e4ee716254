"""Versions of an appeal against a review: how far each is, and its files."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from desk.dispute_words import RECIPIENTS
from disputes.models import Review
from evidence.models import Appeal, BundleState
from evidence.recipients import recipients
from orders.policies import Policy

FINISHED = {BundleState.READY, BundleState.SUBMITTED}
UNFINISHED = {BundleState.QUEUED, BundleState.RUNNING}
ARCHIVE = "archive"


@dataclass(frozen=True)
class AppealFile:
    """One file of a version; `number` counts from 1, `size` is in bytes."""

    number: int
    name: str
    size: int
    pages: int


@dataclass(frozen=True)
class AppealVersion:
    """One version of the appeal."""

    appeal: Appeal
    files: list[AppealFile]

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has it, or will."""
        return self.appeal.state in UNFINISHED


def list_appeals(review: Review) -> list[AppealVersion]:
    """All versions, the latest first."""
    return [AppealVersion(appeal, list(_files(appeal, review))) for appeal in review.appeals.order_by("-number")]


def _files(appeal: Appeal, review: Review) -> Iterable[AppealFile]:
    finished = appeal.files if appeal.state in FINISHED else []
    for number, file in enumerate(finished, start=1):
        yield AppealFile(number, file_name(appeal, review, file), file["size"], file.get("pages", 0))


def find_file(appeal: Appeal, number: int) -> dict[str, Any] | None:
    """One file (from 1) of a finished version."""
    is_there = appeal.state in FINISHED and 1 <= number <= len(appeal.files)
    file: dict[str, Any] | None = appeal.files[number - 1] if is_there else None
    return file


def file_name(appeal: Appeal, review: Review, file: dict[str, Any]) -> str:
    """Under which name a file is kept by whoever downloads it."""
    return f"{review.order_number}-review-{appeal.recipient}-{appeal.number}{file['suffix']}"


def list_recipients(policy: Policy) -> list[tuple[str, str | Promise]]:
    """For whom it can be made: the order's own platform first, where its limits are known, else our own record."""
    names = sorted(recipients())
    own = policy.name.partition("-")[0]
    first = own if own in names else ARCHIVE
    return [(name, RECIPIENTS.get(name, name)) for name in sorted(names, key=lambda name: name != first)]
