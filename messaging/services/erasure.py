"""Forgetting what was written to a buyer: addresses, texts and stored mails. That a mail left, when and by which rule
stays, with the hash of its bytes: whoever shows the mail can still be believed."""

from collections.abc import Sequence

from messaging.guards import ERASED
from messaging.models import Message, MessageState
from messaging.sending import proof_name
from messaging.services.inbound import forget_inbound
from orders.models import Order

UNSENT = [MessageState.PENDING, MessageState.CLAIMED, MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD]


def forget_messages(orders: Sequence[Order]) -> int:
    """Empty the messages of these orders, in and out, and delete the stored mails; what waits never leaves.

    Returns how many.
    """
    rows = Message.objects.filter(order__in=orders)
    for row in rows.iterator():
        # That of a mail that was about to leave and did not is named by no row.
        for name in {proof_name(row), row.proof.name} - {"", None}:
            row.proof.storage.delete(name)
    rows.filter(state__in=UNSENT).update(
        state=MessageState.CANCELLED, reason=ERASED, claim_token=None, lease_until=None
    )
    for head in ("refused", "bounced", "delayed"):  # the server's words quote the address
        rows.filter(reason__startswith=head).update(reason=head)
    written = rows.update(to="", subject="", body="", last_error="", proof="", in_reply_to="")
    return int(written + forget_inbound(orders))
