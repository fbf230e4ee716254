"""A store's own texts, in place of those that come with the program."""

from datetime import date, datetime

from messaging.models import Template
from messaging.rendering import Text, text_problems
from messaging.vocabulary import Language, Purpose
from messaging.wording import RULE, WordingKind, WordingProblem, check_wording
from orders.models import Store


class UnusableText(ValueError):
    """A text that could never leave; `problems` says what is wrong, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def save_text(
    store: Store, purpose: Purpose, language: Language, text: Text, *, now: datetime, valid_until: date | None = None
) -> Template:
    """Keep the store's own text for a purpose and language.

    Bad wording (M4) is the store's to decide. Raises UnusableText for what could never leave (M3): an unknown
    variable, a stray brace, an empty subject or body.
    """
    if problems := unusable_problems(text, language):
        raise UnusableText(problems)
    values = {"subject": text.subject, "body": text.body, "valid_until": valid_until, "changed_at": now}
    own, _is_new = Template.objects.update_or_create(store=store, purpose=purpose, language=language, defaults=values)
    return own


def remove_text(store: Store, purpose: Purpose, language: Language) -> None:
    """Go back to the text that comes with the program."""
    Template.objects.filter(store=store, purpose=purpose, language=language).delete()


def unusable_problems(text: Text, language: Language) -> list[str]:
    """What would keep every message with this text from leaving."""
    problems = [] if text.subject.strip() and text.body.strip() else ["the subject and the body must not be empty"]
    return problems + [problem for problem in text_problems(text, language) if not _is_wording(problem)]


def wording_problems(text: Text, language: Language) -> list[WordingProblem]:
    """What a buyer should better not read (M4)."""
    lines = f"{text.subject}\n\n{text.body}".splitlines()
    return check_wording("\n".join(line.removeprefix("? ") for line in lines), language)


def _is_wording(problem: str) -> bool:
    return problem.startswith(tuple(f"{kind} ({RULE})" for kind in WordingKind))
