"""System checks: a draft answer that names a variable nobody fills is said at the start."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from disputes.answering import check_answers


@register
def check_draft_answers(**_kwargs: Any) -> Sequence[CheckMessage]:
    """disputes.E001: a draft answer that cannot be filled in."""
    return [
        Error(problem, hint="Correct the file in disputes/answers/.", id="disputes.E001") for problem in check_answers()
    ]
