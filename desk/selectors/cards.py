"""The cards of things to do: each with what is needed to do it in place, who has it, and what came of trying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise

from desk.access import Reader
from desk.addresses import address_of
from desk.clocks import format_country, format_money
from desk.dispute_words import exhibit_name
from desk.doing import ACTION_EVENTS, Attempt, offered_form
from desk.forms.events import EventForm
from desk.own_pages import box_of, has_own_page
from desk.reaching import whatsapp_link
from desk.review_words import words_of_review
from desk.selectors.case_cards import CaseOnCard, case_subject, cases_of
from desk.selectors.platform import CommandLine
from desk.selectors.shipping import Packing, packings
from desk.selectors.team import short_name
from desk.words import COMMANDS, PURPOSES
from disputes.models import ActionItem, ActionKind, ActionState, Dispute, Review
from messaging.models import Message, MessageState
from messaging.services.outbox import contact_window
from messaging.vocabulary import Variable
from orders.models import Order, PlatformCommand, Shipment
from orders.models.platforms import CommandKind, CommandState
from orders.platform.interface import Capability
from orders.services.platform_capabilities import usable_stores

PARTS = "desk/today/parts/"  # the templates of what only some cards have
WITH_MESSAGE = {ActionKind.SEND_BY_HAND, ActionKind.CONTACT_BUYER}
TITLES: dict[str, str | Promise] = dict(ActionKind.choices)
UNSETTLED = [CommandState.PENDING, CommandState.CLAIMED, CommandState.UNSURE]
FOR_A_PERSON = [MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD]


@dataclass(frozen=True)
class Deed:
    """What was just done with a card, and the address that takes it back."""

    text: str
    undo: str = ""


class Said(dict[str, Any]):
    """What an item says of itself; what it does not say is empty, and costs a template no three exceptions."""

    def __missing__(self, _name: str) -> str:
        return ""


@dataclass
class Card:
    """One thing to do, with what is needed to do it, and what came of trying."""

    item: ActionItem
    message: Message | None = None
    shipment: Shipment | None = None
    dispute: Dispute | None = None
    review: Review | None = None
    after_sale: CaseOnCard | None = None
    is_workable: bool = False
    is_mine: bool = False
    is_late: bool = False
    is_aside: bool = False
    form: EventForm | None = None
    attempt: Attempt | None = None
    deed: Deed | None = None
    extends_at_platform: bool = False  # doing it asks AliExpress, unless it is only to be noted here
    packing: Packing | None = None  # where it asks to ship
    asked: CommandLine | None = None  # what AliExpress was asked for already and has not settled

    @property
    def key(self) -> str:
        """Its number as a page writes it: of a bare one a template asks how the language writes numbers."""
        return str(self.item.pk)

    @property
    def body(self) -> str:
        """The text of the message that it is about."""
        return self.message.body if self.message else ""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.item.state == ActionState.OPEN

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it was tried, and asks to be confirmed."""
        return self.attempt is not None and self.attempt.is_unconfirmed

    @cached_property
    def said(self) -> Said:
        """What the item says beside its kind: the queue, the purpose, the reason."""
        return Said(self.item.data)

    @cached_property
    def address(self) -> str:
        """Where its buttons post to; what else can be done with it stands below."""
        return address_of("desk:action", self.item.pk)

    @cached_property
    def order_address(self) -> str:
        """The page of its order."""
        return address_of("desk:order", self.item.order_id)

    @property
    def title(self) -> str:
        """What there is to do; the model's own way to say it is twenty times as slow, and there are many cards."""
        return str(TITLES.get(self.item.kind, self.item.kind))

    @cached_property
    def page(self) -> str:
        """The page of the dispute, the case or the review that it is about; empty for other work."""
        if self.dispute:
            return address_of("desk:dispute", self.dispute.pk)
        return self.after_sale.address if self.after_sale else self.review_address

    @property
    def heading(self) -> str | Promise:
        """What its heading says: what there is to do, of a review the next step."""
        return self.title if self.dispute or self.after_sale else self.review_step

    @property
    def exhibit(self) -> str:
        """The message or the exhibit that it is about, in words; empty for other work."""
        said = self.said
        if purpose := said["purpose"]:
            return str(PURPOSES.get(purpose, purpose.replace("_", " ")))
        return exhibit_name(said["slot"]) if said["slot"] else ""

    @property
    def place(self) -> str:
        """The buyer's country and state; empty where the country is not known."""
        buyer = self.order.buyer
        if not buyer.country:
            return ""
        return ", ".join(filter(None, (format_country(buyer.country), buyer.state)))

    @property
    def worth(self) -> str:
        """What is at stake, else what the order costs; empty where neither is known."""
        if self.item.stake is not None:
            return format_money(self.item.stake, self.order.store.currency)
        return "" if self.order.total is None else format_money(self.order.total, self.order.currency)

    @property
    def is_asked_about(self) -> bool:
        """Whether the buyer is in a mood, or waits for a word."""
        said = self.said
        return bool(self.order.mood or said["chase"] or said["call"] or said["report"])

    @property
    def cause(self) -> str:
        """Why a delivery failed, or who else has the parcel; empty for other work."""
        cause: str = self.said["detail"] or self.said["signed_by"]
        return cause

    @property
    def parts(self) -> list[str]:
        """What more it tells, as the names of templates: no card has them all, and no template asks for the others."""
        said, parcel = self.said, self.shipment
        there = {
            "case": self.after_sale,
            "claim": self.dispute,
            "reason": said["reason"] and not self.dispute,
            "cause": self.cause,
            "queue": said["queue"],
            "parcel": parcel and parcel.tracking_number,
            "packing": self.packing,
            "choice": said["choice"],
            "clock": self.speaks,
            "text": self.body,
            "attempt": self.attempt,
            "asked": self.asked,
            "aside": self.is_aside and self.is_open,
        }
        return [f"{PARTS}{name}.html" for name, is_there in there.items() if is_there]

    @property
    def doing(self) -> str:
        """The part with which it is done, as the name of a template."""
        if self.dispute and not self.form:
            return f"{PARTS}do_dispute.html"
        if self.after_sale and not self.form:
            return "desk/cases/card_do.html"
        return "desk/today/otherwise.html" if self.asked else f"{PARTS}do_form.html"

    @property
    def pressing(self) -> str:
        """What stands in the form with which it is done, as the name of a template."""
        if self.is_unconfirmed:
            name = "confirm"
        elif self.item.kind == ActionKind.RECORD_CHOICE:
            name = "choice"
        elif self.form:
            name = "command"
        elif self.item.kind == ActionKind.SEND_BY_HAND and self.body:
            name = "sent"
        else:
            name = "elsewhere" if self.has_own_page else "word"
        return f"{PARTS}press_{name}.html"

    @property
    def order(self) -> Order:
        """The order that it is about."""
        order: Order = self.item.order
        return order

    @property
    def buyer_zone(self) -> ZoneInfo:
        """The buyer's clock."""
        return self.order.buyer.zone(self.order.policy)

    @property
    def speaks(self) -> bool:
        """Whether doing it means talking to the buyer, whose hour then counts."""
        return self.message is not None or self.item.kind in {ActionKind.CONTACT_BUYER, ActionKind.ASK_REPAYMENT}

    @property
    def tracks(self) -> bool:
        """Whether it is about where the parcel is, which the order's page shows."""
        return self.item.subject.startswith("tracking:") or self.item.kind == ActionKind.VERIFY_TRACKING

    @property
    def number_address(self) -> str:
        """Where the parcel's number is entered, of a message that waits for it; empty for other work."""
        parcel = self.shipment
        if parcel is None or parcel.tracking_number or Variable.TRACKING_NUMBER not in self.said["reason"]:
            return ""
        return reverse("desk:parcel_number", args=[self.item.order_id, parcel.pk])

    @property
    def review_address(self) -> str:
        """The page of the review that it is about; empty for other work."""
        return address_of("desk:review", self.review.pk) if self.review else ""

    @property
    def review_step(self) -> str | Promise:
        """The next step of its review, in the words of the inbox; what the item asks for where none is left."""
        return (words_of_review(self.review, self.item) if self.review else "") or self.title

    @cached_property
    def has_own_page(self) -> bool:
        """Whether it is done elsewhere, and not by a word on the card."""
        return has_own_page(self.item)

    @property
    def box(self) -> tuple[str, str | Promise]:
        """The box of the order's page where it is done, and what leads there."""
        return box_of(self.item)

    @property
    def command(self) -> str | Promise:
        """What the button of its command says."""
        return COMMANDS[ACTION_EVENTS[self.item.kind]]

    @property
    def is_short(self) -> bool:
        """Whether its form has one field, which then stands beside the button."""
        return self.form is not None and len(self.form.fields) == 1

    @property
    def whatsapp(self) -> str:
        """A prepared chat, where the buyer's number is an international one."""
        return whatsapp_link(self.order.buyer.phone, self.message.body) if self.message else ""

    @property
    def had(self) -> str:
        """The id of who has it, as a form says it; empty for nobody."""
        return str(self.item.assignee_id or "")

    @property
    def holder(self) -> str:
        """Who has it; empty for nobody."""
        return short_name(self.item.assignee) if self.item.assignee else ""

    def is_open_hour(self, now: datetime) -> bool:
        """Whether the buyer may be written to at this moment (rule C)."""
        return contact_window(self.order, now) <= now


def load_cards(reader: Reader, ids: Sequence[int], *, now: datetime) -> dict[int, Card]:
    """The cards of these items, with the messages and parcels that they are about, and forms where he may act."""
    stores = {store.pk: store for store in reader.stores}
    items = ActionItem.objects.filter(order__store__in=stores, pk__in=ids)  # an older version names no store itself
    rows = list(items.select_related("order__buyer", "assignee"))
    for row in rows:
        row.order.store = stores[row.order.store_id]
    messages = _messages(rows)
    parcels = _parcels(rows)
    cards = [Card(row, messages.get((row.order_id, row.subject)), parcels.get(row.order_id)) for row in rows]
    disputes, reviews, cases = _disputes(rows), _reviews(rows), cases_of(rows)
    extending, asked = _extensions(rows)
    packing = packings(rows, cases.values())
    for card in cards:
        case = cases.get((card.order.pk, case_subject(card.item)))
        card.after_sale = CaseOnCard(case, card.item) if case else None
        card.dispute = disputes.get((card.order.pk, card.item.case))
        card.review = reviews.get((card.order.pk, card.item.data.get("review", "")))
        card.packing = packing.get(card.order.pk) if card.item.kind == ActionKind.SHIP else None
        card.is_workable = reader.works_in(card.order.store_id)
        card.is_mine = card.item.assignee_id == reader.user.pk
        card.is_late, card.is_aside = card.item.due_at < now, card.item.is_snoozed(now)
        if card.item.kind == ActionKind.EXTEND_RECEIPT_TIME:
            card.extends_at_platform = card.order.store_id in extending
            card.asked = asked.get(card.order.pk)
        card.form = offered_form(card.item, now=now) if card.is_workable else None
    return {card.item.pk: card for card in cards}


def _extensions(items: Iterable[ActionItem]) -> tuple[set[int], dict[int, CommandLine]]:
    """Of the items that extend: the stores that ask AliExpress for it, and what it was asked for, by order."""
    waiting = [item.order for item in items if item.kind == ActionKind.EXTEND_RECEIPT_TIME]
    if not waiting:
        return set(), {}
    commands = PlatformCommand.objects.filter(order__in=waiting, kind=CommandKind.EXTEND_RECEIPT, state__in=UNSETTLED)
    asked = {command.order_id: CommandLine(command) for command in commands.order_by("asked_at", "pk")}
    return usable_stores({order.store_id for order in waiting}, Capability.EXTEND_RECEIPT), asked


def _messages(items: Iterable[ActionItem]) -> dict[tuple[int, str], Message]:
    orders = [item.order_id for item in items if item.kind in WITH_MESSAGE]
    rows = Message.objects.filter(order__in=orders, state__in=FOR_A_PERSON).order_by("queued_at") if orders else []
    return {(row.order_id, row.purpose): row for row in rows}


def _parcels(items: Iterable[ActionItem]) -> dict[int, Shipment]:
    orders = {item.order_id for item in items}
    return {row.order_id: row for row in Shipment.objects.filter(order__in=orders)} if orders else {}


def _disputes(items: Iterable[ActionItem]) -> dict[tuple[int, str], Dispute]:
    """The disputes that the items are about, by order and subject."""
    orders = {item.order_id for item in items if item.case}
    return {(row.order_id, row.subject): row for row in Dispute.objects.filter(order__in=orders)} if orders else {}


def _reviews(items: Iterable[ActionItem]) -> dict[tuple[int, str], Review]:
    """The reviews that the items are about, by order and subject."""
    orders = {item.order_id for item in items if item.data.get("review")}
    rows = Review.objects.filter(order__in=orders) if orders else []
    return {(row.order_id, row.subject): row for row in rows if row.order_id}
