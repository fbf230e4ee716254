"""What a buyer wrote, kept as a message that waits for an answer, where only the fact of it came in."""

from messaging.models import InboundMessage
from messaging.models.inbound import InboundChannel, MatchedBy, Place
from orders.events import Event
from orders.services.ledger import OrderLedger

HISTORY = "history"


def keep_words(ledger: OrderLedger, event: Event, *, sequence: int, is_news: bool) -> None:
    """Keep the words of a fact; what came in as history of long ago waits for nobody."""
    place = event.text("place")
    is_old = ledger.is_history or not (is_news or ledger.actor.isdigit())
    message = InboundMessage(
        store=ledger.order.store,
        order=ledger.order,
        channel=InboundChannel.PASTED,
        place=place if place in Place.values else Place.PLATFORM,
        received_at=event.at,
        recorded_at=ledger.now,
        text=event.text("text"),
        pasted_by_id=int(ledger.actor) if ledger.actor.isdigit() else None,
        matched_by=MatchedBy.PERSON,
        sequence=sequence,
        dismissed_at=ledger.now if is_old else None,
        dismissed_by=HISTORY if is_old else "",
    )
    ledger.add(message)
