"""What the API answers: orders, what there is to do, messages, webhooks."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from ninja import Field, Schema

from desk.api.cursors import write_key
from disputes.models import ActionItem, ActionKind, ActionState
from messaging.models import Channel, MessageState
from orders.lifecycle import OrderState
from orders.models import DeliveryState
from orders.models.files import OrderFileState
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind


class OrderRef(Schema):
    """Which order."""

    id: int
    order_number: str


# --- orders -----------------------------------------------------------------------------------------------------------
class BuyerOut(Schema):
    """Who bought; empty where he is not known, or was erased."""

    name: str
    email: str
    country: str
    state: str
    city: str
    language: str
    timezone: str


class OrderOut(Schema):
    """An order. Instants are UTC; money is in `currency`."""

    id: int
    order_number: str
    state: OrderState
    state_since: datetime
    placed_at: datetime
    payment_method: str
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    disputed_at: datetime | None
    refunded_at: datetime | None
    currency: str
    total: Decimal | None
    refunded_amount: Decimal
    shipping_service: str
    ship_by: datetime | None
    promised_at: datetime | None
    protection_ends_at: datetime | None
    tracking_status: str
    tracking_location: str
    last_tracking_at: datetime | None
    buyer: BuyerOut


class OrderPage(Schema):
    """A page of orders, newest first."""

    items: list[OrderOut]
    next_cursor: str | None


class ItemOut(Schema):
    """A line of an order; the price is per unit."""

    position: int
    sku: str
    title: str
    quantity: int
    unit_price: Decimal | None


class ParcelOut(Schema):
    """A parcel of an order."""

    carrier: str
    tracking_number: str
    shipped_at: datetime
    delivered_at: datetime | None


class MilestoneOut(Schema):
    """A date of an order: what falls due when, by which rule, and what became of it."""

    kind: str
    subject: str
    sequence: int
    rule: str
    due_at: datetime
    state: MilestoneState
    outcome_at: datetime | None
    reason: str


class TimelineOut(Schema):
    """A line of the order's timeline; what was said by or about a person is not in it."""

    sequence: int
    at: datetime
    recorded_at: datetime
    kind: EventKind
    type: str
    rule: str
    actor: str
    data: dict[str, Any]
    hash: str


class OrderDetail(OrderOut):
    """An order with all that belongs to it."""

    items: list[ItemOut]
    parcels: list[ParcelOut] = Field(alias="shipments")
    milestones: list[MilestoneOut]
    timeline: list[TimelineOut]


class BrokenOut(Schema):
    """A rule that an event breaks, or a warning."""

    rule: str
    message: str


class RecordedOut(Schema):
    """What became of an event; `is_new` is false when it told nothing that was not known."""

    type: str
    is_new: bool
    sequence: int
    violations: list[BrokenOut]
    warnings: list[BrokenOut]
    state: OrderState


class OrderFileOut(Schema):
    """A file of orders on its way in. `report` is there at its end, as `import_orders` writes it."""

    id: int
    name: str
    state: OrderFileState
    uploaded_at: datetime
    rows_done: int
    report: dict[str, Any]
    error: str


# --- what there is to do, what is said --------------------------------------------------------------------------------
class ActionOut(Schema):
    """Something to do; `stake` is the money it is about, in the store's currency."""

    id: int
    order: OrderRef
    kind: ActionKind
    rule: str
    subject: str
    raised_at: datetime
    due_at: datetime
    state: ActionState
    closed_at: datetime | None
    assignee: int | None = Field(alias="assignee_id")
    stake: Decimal | None
    snoozed_until: datetime | None
    amount: Decimal | None = Field(None, description="to go back to the buyer, in the order's currency; null: not told")
    choice: str = Field("", description="what the buyer chose, where it follows from that: refund or partial_refund")

    @staticmethod
    def resolve_amount(item: ActionItem) -> Decimal | None:
        """What a refund is asked for."""
        amount = item.data.get("amount")
        return None if amount is None else Decimal(str(amount))

    @staticmethod
    def resolve_choice(item: ActionItem) -> str:
        """What he chose (C2)."""
        return str(item.data.get("choice") or "")


class ActionPage(Schema):
    """A page of what there is to do, soonest first."""

    items: list[ActionOut]
    next_cursor: str | None


class MessageOut(Schema):
    """A message to a buyer."""

    id: int
    order: OrderRef
    purpose: str
    rule: str
    channel: Channel
    language: str
    state: MessageState
    reason: str
    subject: str
    body: str
    queued_at: datetime
    send_after: datetime
    sent_at: datetime | None


class MessagePage(Schema):
    """A page of messages, newest first."""

    items: list[MessageOut]
    next_cursor: str | None


# --- webhooks ---------------------------------------------------------------------------------------------------------
class WebhookOut(Schema):
    """An address that is told what happens; without `event_types` it hears of everything.

    `off_reason` says why we switched it off, where its owner did not. `given_up` events were not told, the first of
    them at `given_up_from`: `GET /events` with `catch_up_cursor` lists that one and all that came after it.
    """

    id: int
    name: str
    url: str
    event_types: list[str]
    is_on: bool
    since: datetime
    failures: int
    last_ok_at: datetime | None
    last_error_at: datetime | None
    last_error: str
    failing_since: datetime | None
    behind_since: datetime | None
    off_reason: str
    given_up: int
    given_up_from: datetime | None
    catch_up_cursor: str | None

    @staticmethod
    def resolve_catch_up_cursor(webhook: Any) -> str | None:
        """Of what comes before the first event that was given up."""
        return write_key([webhook.given_up_event - 1]) if webhook.given_up_event else None


class WebhookMade(WebhookOut):
    """A new webhook with its secret, which is shown this once."""

    secret: str

    @staticmethod
    def resolve_catch_up_cursor(_webhook: Any) -> str | None:
        """Nothing was given up yet."""
        return None


class WebhookList(Schema):
    """The store's webhooks; there are few."""

    items: list[WebhookOut]


class DeliveryOut(Schema):
    """One event that a webhook was told, or is to be told; `webhook_id` of its post is `message_id`."""

    id: int
    message_id: str
    type: str
    state: DeliveryState
    attempts: int
    raised_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    answer: str
    last_error: str

    @staticmethod
    def resolve_message_id(delivery: Any) -> str:
        """As the header `webhook-id` says it."""
        return f"evt_{delivery.message_id.hex}"


class DeliveryPage(Schema):
    """A page of deliveries, newest first."""

    items: list[DeliveryOut]
    next_cursor: str | None
