"""System checks: a text that is missing or names a variable nobody fills is said at the start (M2, M3)."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from messaging.rendering import check_texts
from messaging.replies import check_replies


@register
def check_shipped_texts(**_kwargs: Any) -> Sequence[CheckMessage]:
    """messaging.E001: a shipped text that cannot be sent, or a purpose without one of its languages."""
    return [
        Error(problem, hint="Correct the file in messaging/texts/.", id="messaging.E001") for problem in check_texts()
    ]


@register
def check_shipped_replies(**_kwargs: Any) -> Sequence[CheckMessage]:
    """messaging.E002: a shipped quick reply that cannot be sent, or one without one of its languages."""
    return [
        Error(problem, hint="Correct the file in messaging/quick_replies/.", id="messaging.E002")
        for problem in check_replies()
    ]
