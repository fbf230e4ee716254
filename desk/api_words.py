"""What webhook events are called, for the people who choose among them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.words import EVENTS
from orders.webhook_types import ORDER_TYPES, OTHER_TYPES, TEST

Words = str | Promise

OTHERS: dict[str, Words] = {
    "command.refused": _("A rule forbade what was asked for"),
    "milestone.fired": _("A date was reached"),
    "message.queued": _("A message to the buyer was prepared"),
    "message.stopped": _("A message was stopped: something is missing"),
    "message.sent": _("A message was sent"),
    "message.not_sent": _("A message was not sent"),
    "message.bounced": _("A message came back"),
    "action.raised": _("Something is to be done"),
    "action.done": _("Something was done"),
    "action.reopened": _("Something was not done after all"),
    TEST: _("Test"),
}


def type_words(event_type: str) -> Words:
    """The type in words."""
    return OTHERS.get(event_type) or EVENTS.get(event_type.partition(".")[2], event_type)


def type_choices() -> list[tuple[Words, list[tuple[str, Words]]]]:
    """All types, for a form."""
    return [
        (_("What happens to an order"), [(name, type_words(name)) for name in ORDER_TYPES]),
        (_("What Prazo and the team do"), [(name, type_words(name)) for name in OTHER_TYPES]),
    ]
