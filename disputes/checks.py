"""System checks: a draft answer that cannot be filled in, or a playbook with a gap, is said at the start."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from disputes.answering import check_answers
from disputes.playbook_checks import check_playbooks


@register
def check_draft_answers(**_kwargs: Any) -> Sequence[CheckMessage]:
    """disputes.E001: a draft answer that cannot be filled in."""
    return [
        Error(problem, hint="Correct the file in disputes/answers/.", id="disputes.E001") for problem in check_answers()
    ]


@register
def check_after_sale_playbooks(**_kwargs: Any) -> Sequence[CheckMessage]:
    """disputes.E002: a playbook by which no case could be worked on to its end."""
    return [
        Error(problem, hint="Correct the file in disputes/playbooks/.", id="disputes.E002")
        for problem in check_playbooks()
    ]
