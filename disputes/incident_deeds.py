"""What is done for all orders of an incident: their buyers are told in the approved words, and compensated."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from disputes.case_terms import MoneyKind
from disputes.deeds import Deed, Verdict, no, yes
from disputes.models import Incident, IncidentCause, IncidentOrder, IncidentWording, MoneyEntry
from disputes.services.actions import settle_actions
from disputes.services.by_hand import ASKED_BY
from disputes.services.money import book_in, void
from disputes.services.telling import ask_for_hand
from messaging.guards import message_obstacle
from messaging.models import Channel, Message, MessageState
from messaging.rendering import MissingVariables, Rendered, Text, render
from messaging.services.by_hand import FOR_A_PERSON
from messaging.services.outbox import queue_reply
from messaging.values import buyer_language, order_values
from messaging.vocabulary import Language, Purpose
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

RULE, MONEY_RULE = "M4", "R7"  # one wording, looked at by two; goodwill
TAKEN_BACK = "taken_back"


class OfIncident(Deed):
    """A deed of one incident: of an order that is in it, and not left out."""

    def row_of(self, ledger: OrderLedger) -> IncidentOrder | None:
        """The order's row in the incident, while that is open."""
        mine = [row for row in ledger.rows_of(IncidentOrder) if row.incident_id == self.params["incident"]]
        return next((row for row in mine if row.excluded_at is None and self._incident(ledger).is_open), None)

    def _incident(self, ledger: OrderLedger) -> Incident:
        found: Incident = ledger.remember_of_store(
            f"incident {self.params['incident']}", lambda: list(Incident.objects.filter(pk=self.params["incident"]))
        )[0]
        return found


class TellOfIncident(OfIncident):
    """Tell each buyer once, in the approved words of his language."""

    def foresee(self, ledger: OrderLedger, messages: Sequence[Message]) -> Verdict:
        """Nobody is told twice, and nothing leaves that nobody approved."""
        row = self.row_of(ledger)
        if row is None:
            return no(RULE, "left_out")
        if row.contacted_at or (row.message and row.message.state != MessageState.CANCELLED):
            return no(RULE, "told_already")
        if reason := message_obstacle(Purpose.REPLY, ledger.order):
            return no(RULE, reason)
        if self._wording(ledger) is None:
            return no(RULE, "no_wording")
        try:
            self._rendered(ledger)
        except MissingVariables as error:
            return no("M3", "missing: " + ", ".join(error.names))
        return yes(RULE)

    def _wording(self, ledger: OrderLedger) -> IncidentWording | None:
        rows = ledger.remember_of_store(
            f"wordings of incident {self.params['incident']}",
            lambda: list(IncidentWording.objects.filter(incident=self.params["incident"])),
        )
        language = buyer_language(ledger.order)
        return next((row for row in rows if row.language == language and row.approved_at), None)

    def _rendered(self, ledger: OrderLedger) -> Rendered:
        wording = self._wording(ledger)
        assert wording is not None  # noqa: S101  looked at before
        return render(Text(wording.subject, wording.body), order_values(ledger, Language(wording.language), {}))

    def do(self, order_id: int, *, now: datetime, actor: str) -> Verdict:
        """To the outbox, for the buyer's hours, or to the team where there is no address (M6)."""
        ledger = open_ledger(order_id, now=now, actor=actor)
        verdict = self.foresee(ledger, [])
        row = self.row_of(ledger)
        if not verdict.is_done or row is None:
            return verdict
        message = queue_reply(ledger, self._rendered(ledger), channel=Channel.EMAIL)
        if message is None:
            return no(RULE, "erased")
        ask_for_hand(ledger, message)
        ledger.write(EventKind.NOTE, "incident", at=now, rule=RULE, data={"incident": row.incident_id})
        save_ledgers([ledger])
        row.message = message
        row.save(update_fields=["message"])
        return yes(RULE, {"message": message.pk, "row": row.pk})

    def undo(self, order_id: int, data: Mapping[str, Any], *, now: datetime, actor: str) -> bool:
        """A message that has not left is cancelled; one that has cannot be called back."""
        ledger = open_ledger(order_id, now=now, actor=actor)
        waiting = Message.objects.filter(pk=data["message"], state__in=[MessageState.PENDING, *FOR_A_PERSON])
        if not waiting.update(state=MessageState.CANCELLED, reason=TAKEN_BACK):
            return False
        said = {"purpose": Purpose.REPLY, "reason": TAKEN_BACK}
        ledger.write(EventKind.MESSAGE, "not_sent", at=now, rule=RULE, data=said)
        settle_actions(ledger, ASKED_BY, reason=TAKEN_BACK, subject=Purpose.REPLY)
        save_ledgers([ledger])
        IncidentOrder.objects.filter(pk=data["row"]).update(message=None)
        return True


class CompensateForIncident(OfIncident):
    """Book the incident's compensation for each order, once."""

    def foresee(self, ledger: OrderLedger, messages: Sequence[Message]) -> Verdict:
        """Only where an amount was decided, and the order's currency is known."""
        row, incident = self.row_of(ledger), self._incident(ledger)
        if row is None:
            return no(MONEY_RULE, "left_out")
        if row.money_id and any(line.pk == row.money_id and not line.voided_at for line in ledger.rows_of(MoneyEntry)):
            return no(MONEY_RULE, "booked_already")
        if not incident.compensation or len(ledger.order.currency) != 3:
            return no(MONEY_RULE, "no_amount")
        return yes(MONEY_RULE)

    def do(self, order_id: int, *, now: datetime, actor: str) -> Verdict:
        """A line of the ledger, which is paid or voided like any other."""
        ledger = open_ledger(order_id, now=now, actor=actor)
        verdict, row, incident = self.foresee(ledger, []), self.row_of(ledger), self._incident(ledger)
        if not verdict.is_done or row is None or incident.compensation is None:
            return verdict
        kind = MoneyKind.DELAY if incident.cause == IncidentCause.LATE_SHIPPING else MoneyKind.GOODWILL
        entry = book_in(
            ledger, kind, incident.compensation, ledger.order.currency, rule=MONEY_RULE, data={"incident": incident.pk}
        )
        save_ledgers([ledger])
        row.money = entry
        row.save(update_fields=["money"])
        return yes(MONEY_RULE, {"money": entry.pk, "row": row.pk})

    def undo(self, order_id: int, data: Mapping[str, Any], *, now: datetime, actor: str) -> bool:
        """The line is voided; one that is paid stays."""
        entry = MoneyEntry.objects.get(pk=data["money"])
        if entry.paid_at or entry.voided_at:
            return False
        void(entry.pk, TAKEN_BACK, now=now, actor=actor)
        IncidentOrder.objects.filter(pk=data["row"]).update(money=None)
        return True
