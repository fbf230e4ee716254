"""What buyers wrote to the reader's stores: who waits longest comes first, and what to do about it next."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.access import Reader
from desk.conversation_words import MATCHES
from desk.row_ids import read_id
from desk.selectors.order_people import Returning, returning
from messaging.mail_reading import split_quote
from messaging.models import InboundMessage
from messaging.models.inbound import WAITING, InboundKind
from orders.querysets import StoreScoped

PAGE = 30
MOST_COUNTED = 99

BOXES: dict[str, str | Promise] = {
    "waiting": _("Waiting for an answer"),
    "unmatched": _("Of no known order"),
    "done": _("Answered or put away"),
    "machines": _("Automatic"),
}
UNMATCHED = Q(WAITING, order=None)
FILTERS = {
    "waiting": Q(WAITING),
    "unmatched": UNMATCHED,
    "done": Q(kind=InboundKind.BUYER) & ~Q(answer=None, answered_at=None, dismissed_at=None),
    "machines": Q(kind__in=[InboundKind.AUTOMATIC, InboundKind.BOUNCE]),
}
RISING = {"waiting", "unmatched"}


@dataclass(frozen=True)
class Row:
    """A message with what the page says about it."""

    inbound: InboundMessage
    said: str
    quoted: str
    is_workable: bool
    returning: Returning | None = None

    @property
    def matched(self) -> str | Promise:
        """What told us the order."""
        return MATCHES.get(self.inbound.matched_by, "")


@dataclass(frozen=True)
class Page:
    """A page of a box; `more` is where the next one begins."""

    rows: list[Row]
    more: str


def list_inbox(reader: Reader, box: str, *, after: str) -> Page:
    """The messages of a box: what waits by its age, the rest latest first."""
    mine: StoreScoped = InboundMessage.objects.for_member(reader.user)
    rows = mine.filter(FILTERS[box])
    is_rising = box in RISING
    if after and (last := mine.filter(pk=read_id(after)).first()):
        beyond = "gt" if is_rising else "lt"
        same = Q(received_at=last.received_at, **{f"pk__{beyond}": last.pk})
        rows = rows.filter(Q(**{f"received_at__{beyond}": last.received_at}) | same)
    keys = ["received_at", "pk"] if is_rising else ["-received_at", "-pk"]
    related = rows.select_related("store", "order__buyer", "order__store", "about", "pasted_by")
    found = list(related.prefetch_related("attachments").order_by(*keys)[: PAGE + 1])
    came_back = returning(list({row.order.buyer_id: row.order.buyer for row in found if row.order_id}.values()))
    shown = [
        Row(
            row,
            *split_quote(row.text),
            is_workable=reader.works_in(row.store_id),
            returning=came_back.get(row.order.buyer_id) if row.order_id else None,
        )
        for row in found[:PAGE]
    ]
    return Page(shown, str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def count_waiting(reader: Reader) -> dict[str, int]:
    """How many wait in each box that wants to be emptied, no further than the page says."""
    mine: StoreScoped = InboundMessage.objects.for_member(reader.user)
    return {box: mine.filter(FILTERS[box]).order_by()[: MOST_COUNTED + 1].count() for box in RISING}
