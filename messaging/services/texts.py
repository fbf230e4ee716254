"""A store's own texts, in place of those that come with the program, with every version that was kept."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from messaging.models import Template, TextVersion
from messaging.rendering import Text, text_problems
from messaging.vocabulary import Language, Purpose
from messaging.wording import RULE, WordingKind, WordingProblem, check_wording
from orders.models import Store, User


class UnusableText(ValueError):
    """A text that could never leave; `problems` says what is wrong, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class ChangedSince(ValueError):
    """What is to be undone has been changed again by now."""


def save_text(
    store: Store,
    purpose: Purpose,
    language: Language,
    text: Text,
    *,
    now: datetime,
    valid_until: date | None = None,
    user: User | None = None,
) -> TextVersion:
    """Keep the store's own text for a purpose and language; gives the version that it is from now on.

    Bad wording (M4) is the store's to decide. Raises UnusableText for what could never leave (M3): an unknown
    variable, a stray brace, an empty subject or body.
    """
    if problems := unusable_problems(text, language):
        raise UnusableText(problems)
    words = {"subject": text.subject, "body": text.body, "valid_until": valid_until}
    cell: dict[str, Any] = {"store": store, "purpose": purpose, "language": language}
    with transaction.atomic():
        _keep_beginning(cell)
        Template.objects.update_or_create(**cell, defaults={**words, "changed_at": now})
        return TextVersion.objects.create(**cell, **words, at=now, user=user)


def remove_text(
    store: Store, purpose: Purpose, language: Language, *, now: datetime, user: User | None = None
) -> TextVersion | None:
    """Go back to the text that comes with the program; None where it was used already."""
    cell: dict[str, Any] = {"store": store, "purpose": purpose, "language": language}
    with transaction.atomic():
        _keep_beginning(cell)
        count, _by_model = Template.objects.filter(**cell).delete()
        return TextVersion.objects.create(**cell, at=now, user=user) if count else None


def restore_version(version: TextVersion, *, now: datetime, user: User | None = None) -> TextVersion | None:
    """Make an earlier version the text in use again, as a new version. Raises UnusableText."""
    purpose, language = Purpose(version.purpose), Language(version.language)
    if not version.body:
        return remove_text(version.store, purpose, language, now=now, user=user)
    text = Text(version.subject, version.body)
    return save_text(version.store, purpose, language, text, now=now, valid_until=version.valid_until, user=user)


def take_back(version: TextVersion, *, now: datetime, user: User | None = None) -> TextVersion | None:
    """Undo what made this version: the one before it is in use again, or the standard text.

    Raises ChangedSince where it is the latest no more, and UnusableText.
    """
    cell: dict[str, Any] = {"store": version.store, "purpose": version.purpose, "language": version.language}
    versions = TextVersion.objects.filter(**cell)
    if versions.filter(pk__gt=version.pk).exists():
        raise ChangedSince("the text was changed again: choose a version from its history")
    before = versions.filter(pk__lt=version.pk).first()
    if before:
        return restore_version(before, now=now, user=user)
    return remove_text(version.store, Purpose(version.purpose), Language(version.language), now=now, user=user)


def unusable_problems(text: Text, language: Language) -> list[str]:
    """What would keep every message with this text from leaving."""
    problems = [] if text.subject.strip() and text.body.strip() else ["the subject and the body must not be empty"]
    return problems + _variable_problems(text, language)


def unusable_body(text: Text, language: Language) -> list[str]:
    """The same for what has no subject: a quick reply."""
    problems = [] if text.body.strip() else ["the text must not be empty"]
    return problems + _variable_problems(text, language)


def plain_lines(text: Text) -> str:
    """Subject, an empty line and the body as they are checked: without the marks of optional lines."""
    lines = f"{text.subject}\n\n{text.body}".splitlines()
    return "\n".join(line.removeprefix("? ") for line in lines)


def wording_problems(text: Text, language: Language) -> list[WordingProblem]:
    """What a buyer should better not read (M4), at its place in `plain_lines`."""
    return check_wording(plain_lines(text), language)


def _keep_beginning(cell: dict[str, Any]) -> None:
    """A text from before versions were kept is the first of them."""
    own = Template.objects.filter(**cell).first()
    if own and not TextVersion.objects.filter(**cell).exists():
        words = {"subject": own.subject, "body": own.body, "valid_until": own.valid_until}
        TextVersion.objects.create(**cell, **words, at=own.changed_at)


def _variable_problems(text: Text, language: Language) -> list[str]:
    return [problem for problem in text_problems(text, language) if not _is_wording(problem)]


def _is_wording(problem: str) -> bool:
    return problem.startswith(tuple(f"{kind} ({RULE})" for kind in WordingKind))
