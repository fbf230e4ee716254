"""What can be done for many orders at once: for each of them what would happen, doing it, and taking it back.

Each is done by the same services as by hand. What is foreseen is looked at again under the order's lock.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from disputes.cancelling_deeds import AgreeToCancel, RefuseToCancel
from disputes.deeds import Deed, Verdict, no, yes
from disputes.incident_deeds import CompensateForIncident, TellOfIncident
from disputes.models import BulkKind
from disputes.offering import OFFERED, note_step
from disputes.platform_commands import queue_command
from disputes.recording import record
from disputes.services.actions import settle_actions
from disputes.services.by_hand import ASKED_BY, say_sent, take_back_sent
from disputes.services.telling import tell_buyer
from disputes.tracking_lifecycle import CaseStep
from messaging.guards import message_obstacle
from messaging.models import Message, MessageState
from messaging.rendering import MissingVariables
from messaging.services.by_hand import FOR_A_PERSON
from messaging.services.outbox import draft_message
from messaging.vocabulary import Purpose
from orders.events import Event, EventType
from orders.models import Order, Shipment, Store
from orders.models.platforms import CommandKind
from orders.models.timeline import EventKind
from orders.planning import protection_end
from orders.platform.interface import Capability
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers, view_ledger
from orders.services.objections import broken_rules
from orders.services.platform_capabilities import usable, usable_stores

# The texts that a person may send to many, with the rule that asks for each.
BULK_PURPOSES: dict[Purpose, str] = {
    Purpose.PAYMENT_REMINDER: "P3",
    Purpose.TAX_ID_REQUEST: "S1",
    Purpose.SHIP_DELAY: "S4",
    Purpose.CONTACT_30: "C1",
    **OFFERED,
    Purpose.DUTY_PAYMENT: "T7",
    Purpose.PICKUP_WAITING: "T8",
    Purpose.REVIEW_REQUEST: "G3",
}
# Those about where a parcel is: of one that has not left there is nothing to say.
ABOUT_PARCEL = {*OFFERED, Purpose.CONTACT_30, Purpose.DUTY_PAYMENT, Purpose.PICKUP_WAITING}
UNSENT = [MessageState.PENDING, MessageState.CLAIMED, *FOR_A_PERSON]
TAKEN_BACK = "taken_back"
EXTENSION_RULE, BY_HAND_RULE = "G1", "M5"
COMMAND = "command"  # what was asked of the platform, in the data of an item
ONLY_NOTE = "only_note"  # of an extension: it was made at the platform already, and is only to be noted here
ASKED = "asked"  # of an extension: the stores whose platform the preview said would be asked
PLATFORM_OFF = "platform_off"


class Contact(Deed):
    """Queue a purpose's message to each buyer, for his contact hours."""

    @property
    def purpose(self) -> Purpose:
        """What is written about."""
        return Purpose(self.params["purpose"])

    def foresee(self, ledger: OrderLedger, messages: Sequence[Message]) -> Verdict:
        """A message that may not leave now is not queued, and neither is the same one twice."""
        rule = BULK_PURPOSES[self.purpose]
        if not ledger.policy.has(rule):
            return no(rule, "rule_off")
        if reason := message_obstacle(self.purpose, ledger.order):
            return no(rule, reason)
        if self.purpose in ABOUT_PARCEL and ledger.order.shipped_at is None:
            return no(rule, "not_shipped")
        if any(message.purpose == self.purpose and message.state in UNSENT for message in messages):
            return no(rule, "waits_already")
        try:
            draft_message(ledger, self.purpose)
        except MissingVariables as error:
            return no("M3", "missing: " + ", ".join(error.names))
        return yes(rule)

    def do(self, order_id: int, *, now: datetime, actor: str) -> Verdict:
        """The message goes the way of every other: to the outbox, or to the team where there is no address (M6)."""
        ledger = open_ledger(order_id, now=now, actor=actor)
        verdict = self.foresee(ledger, ledger.rows_of(Message))
        if not verdict.is_done:
            return verdict
        tell_buyer(ledger, self.purpose, rule=verdict.rule)
        message = next(row for row in reversed(ledger.rows) if isinstance(row, Message))
        if self.purpose in OFFERED:
            note_step(ledger, CaseStep.REASSURE)
        save_ledgers([ledger])
        return yes(verdict.rule, {"message": message.pk})

    def undo(self, order_id: int, data: Mapping[str, Any], *, now: datetime, actor: str) -> bool:
        """A message that has not left is cancelled; one that has cannot be called back."""
        ledger = open_ledger(order_id, now=now, actor=actor)
        waiting = Message.objects.filter(pk=data["message"], state__in=[MessageState.PENDING, *FOR_A_PERSON])
        if not waiting.update(state=MessageState.CANCELLED, reason=TAKEN_BACK):
            return False
        said = {"purpose": self.purpose, "reason": TAKEN_BACK}
        ledger.write(EventKind.MESSAGE, "not_sent", at=now, rule=BULK_PURPOSES[self.purpose], data=said)
        settle_actions(ledger, ASKED_BY, reason=TAKEN_BACK, subject=self.purpose)
        save_ledgers([ledger])
        return True


class Extend(Deed):
    """Give each parcel more days, and it cannot be told otherwise afterwards.

    Where the store's connection can, the platform is asked, and its yes counts; else, and where it was made there
    already, it is noted here.
    """

    is_undoable = False

    def foresee(self, ledger: OrderLedger, messages: Sequence[Message]) -> Verdict:
        """Only while the parcel is on its way (G1)."""
        if not ledger.policy.has(EXTENSION_RULE):
            return no(EXTENSION_RULE, "rule_off")
        if broken := broken_rules(ledger, self._event(ledger.order, ledger.now)):
            return no(broken[0].rule, broken[0].message)
        return yes(EXTENSION_RULE)

    def do(self, order_id: int, *, now: datetime, actor: str) -> Verdict:
        """Asked of the platform as from the order's page, else recorded through the door for commands."""
        ledger = open_ledger(order_id, now=now, actor=actor)
        verdict = self.foresee(ledger, [])
        if not verdict.is_done:
            return verdict
        only_note, store_id = self.params.get(ONLY_NOTE), ledger.order.store_id
        account = None if only_note else usable(store_id, Capability.EXTEND_RECEIPT)
        if account is None and not only_note and store_id in self.params.get(ASKED, ()):
            return no(EXTENSION_RULE, PLATFORM_OFF)
        if account:
            days = {"days": self.params["days"]}
            command = queue_command(account, order_id, CommandKind.EXTEND_RECEIPT, days, now=now, actor=actor)
            return yes(verdict.rule, {COMMAND: command.pk})
        outcome = record(order_id, self._event(ledger.order, now), now=now, actor=actor)
        if outcome.refusal:
            return no(outcome.refusal.rule, outcome.refusal.message)
        return verdict

    def asks_platform(self, store_ids: Iterable[int]) -> set[int]:
        """The stores whose platform would be asked; the others' extensions are only noted."""
        return set() if self.params.get(ONLY_NOTE) else usable_stores(store_ids, Capability.EXTEND_RECEIPT)

    def _event(self, order: Order, now: datetime) -> Event:
        end = protection_end(order, order.policy) or now
        data = {"protection_ends_at": max(end, now) + timedelta(days=self.params["days"])}
        return Event(EventType.RECEIPT_EXTENDED, now, is_command=True, data=data)


class MarkSent(Deed):
    """Take the person's word that he sent the messages that waited for a hand."""

    def foresee(self, ledger: OrderLedger, messages: Sequence[Message]) -> Verdict:
        """One with a gap cannot have been sent."""
        waiting = [message for message in messages if message.state in FOR_A_PERSON]
        if not waiting:
            return no(BY_HAND_RULE, "nothing_waits")
        if not any(message.body for message in waiting):
            return no("M3", waiting[0].reason)
        return yes(BY_HAND_RULE)

    def do(self, order_id: int, *, now: datetime, actor: str) -> Verdict:
        """All that wait, with what asked for them."""
        ledger = open_ledger(order_id, now=now, actor=actor)
        messages = ledger.rows_of(Message)
        verdict = self.foresee(ledger, messages)
        if not verdict.is_done:
            return verdict
        waiting = [message.pk for message in messages if message.state in FOR_A_PERSON and message.body]
        note = self.params.get("note", "")
        sent = [pk for pk in waiting if say_sent(pk, now=now, actor=actor, note=note)]
        return yes(verdict.rule, {"messages": sent})

    def undo(self, order_id: int, data: Mapping[str, Any], *, now: datetime, actor: str) -> bool:
        """They wait again, where that is still possible."""
        taken_back = [take_back_sent(pk, now=now, actor=actor) for pk in data["messages"]]
        return all(taken_back)


DEEDS: dict[str, type[Deed]] = {
    BulkKind.CONTACT: Contact,
    BulkKind.EXTEND: Extend,
    BulkKind.MARK_SENT: MarkSent,
    BulkKind.INCIDENT: TellOfIncident,
    BulkKind.CANCEL: AgreeToCancel,
    BulkKind.NO_CANCEL: RefuseToCancel,
    BulkKind.COMPENSATE: CompensateForIncident,
}


def foresee(kind: str, params: Mapping[str, Any], orders: Sequence[Order], *, now: datetime) -> list[Verdict]:
    """What the deed would do to each of the orders, which come with buyer and store. Nothing is locked or changed."""
    deed = DEEDS[kind](params)
    parcels: dict[int, list[Shipment]] = defaultdict(list)
    for parcel in Shipment.objects.filter(order__in=orders):
        parcels[parcel.order_id].append(parcel)
    messages: dict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(order__in=orders, state__in=UNSENT):
        messages[message.order_id].append(message)
    together: list[OrderLedger] = []
    shared: dict[str, list[Any]] = {}
    stores: dict[int, Store] = {}
    for order in orders:
        order.store = stores.setdefault(order.store_id, order.store)  # what is read of a store is read once
        ledger = view_ledger(order, now=now, actor="preview", milestones=[], shipments=parcels[order.pk])
        ledger.stored, ledger.together, ledger.shared = {"state": order.state}, together, shared
        together.append(ledger)
    return [deed.foresee(ledger, messages[ledger.order.pk]) for ledger in together]
