"""What other programs can be told: the types of webhook events, and which one a line of the timeline is."""

from orders.events import EventType

TEST = "webhook.test"
# What happened to an order, in the contract's words; further facts of other doors are told as `order.` and their type.
ORDER_TYPES = tuple(f"order.{kind}" for kind in ("placed", *EventType))
OTHER_TYPES = (
    "command.refused",
    "milestone.fired",
    "message.queued",
    "message.stopped",
    "message.sent",
    "message.not_sent",
    "message.bounced",
    "action.raised",
    "action.done",
    "action.reopened",
)
WEBHOOK_TYPES = (*ORDER_TYPES, *OTHER_TYPES)
OF_AN_ITEM = {"done", "reopened", "assigned", "let_go", "snoozed", "woken"}  # an item that is new is named by its kind


def webhook_type(kind: str, type_: str) -> str:
    """The type that a line of the timeline is told as; empty for one that is for the team alone."""
    match kind:
        case "fact" | "command":
            return f"order.{type_}"
        case "refused":
            return "command.refused"
        case "milestone":
            return "milestone.fired"
        case "message":
            return f"message.{type_}"
        case "action":
            return f"action.{type_}" if type_ in OF_AN_ITEM else "action.raised"
    return ""


def hears(chosen: list[str], event_type: str) -> bool:
    """Whether somebody who chose these types is told of this one; who chose none is told of all."""
    return not chosen or event_type in chosen
