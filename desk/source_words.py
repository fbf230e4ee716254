"""What the pages say of how sure a pack's values are."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.pack_notes import note_of
from orders.policies import Policy
from orders.sourcing import Confidence

Words = str | Promise

CONFIDENCES: dict[Confidence, Words] = {
    Confidence.HIGH: _("sure"),
    Confidence.MEDIUM: _("fairly sure"),
    Confidence.LOW: _("one weak source"),
    Confidence.ASSUMED: _("† assumed"),
    Confidence.UNKNOWN: _("not known: fill it in"),
}


def source_words(policy: Policy, rule: str, key: str) -> tuple[Words, str]:
    """How sure a value is, and who says so; empty where the pack's file says nothing of it."""
    note = note_of(policy, rule, key)
    return (CONFIDENCES[note.confidence], note.origin) if note else ("", "")
