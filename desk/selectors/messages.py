"""The outbox, a box and a page at a time."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.access import Reader
from desk.row_ids import read_id
from messaging.models import Message, MessageState

PAGE = 50

BOXES: dict[str, str | Promise] = {
    "attention": _("Needs a person"),
    "outgoing": _("Outgoing"),
    "sent": _("Sent"),
    "dropped": _("Not sent"),
}
STATES = {
    "attention": [MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD],
    "outgoing": [MessageState.PENDING, MessageState.CLAIMED],
    "sent": [MessageState.SENT],
    "dropped": [MessageState.CANCELLED],
}


@dataclass(frozen=True)
class Page:
    """A page of messages; `more` is where the next one begins."""

    rows: list[Message]
    more: str


def list_messages(reader: Reader, box: str, *, after: str) -> Page:
    """The messages of a box: what is still to leave by its hour, the rest latest first."""
    rows = Message.objects.for_member(reader.user).filter(state__in=STATES[box])
    rising = box in {"attention", "outgoing"}
    if after and (last := Message.objects.for_member(reader.user).filter(pk=read_id(after)).first()):
        beyond = "gt" if rising else "lt"
        same = Q(send_after=last.send_after, **{f"pk__{beyond}": last.pk})
        rows = rows.filter(Q(**{f"send_after__{beyond}": last.send_after}) | same)
    keys = ["send_after", "pk"] if rising else ["-send_after", "-pk"]
    found = list(rows.select_related("order__store", "order__buyer").order_by(*keys)[: PAGE + 1])
    for message in found:
        message.is_workable = reader.works_in(message.order.store_id)
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")
