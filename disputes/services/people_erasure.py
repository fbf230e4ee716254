"""Forgetting what people wrote about a buyer: what was agreed on the phone, why something was escalated or left out.

That he was called, asked, or was told stays: it names nobody.
"""

from collections.abc import Sequence

from disputes.models import Chase, Escalation, IncidentOrder, PhoneCall
from orders.models import Order


def forget_people(orders: Sequence[Order]) -> int:
    """Empty the words about the buyers of these orders. Returns how many rows had any."""
    emptied = [
        PhoneCall.objects.filter(order__in=orders).exclude(agreed="").update(agreed=""),
        Chase.objects.filter(order__in=orders).exclude(carrier_answer="").update(carrier_answer=""),
        Escalation.objects.filter(order__in=orders).exclude(reason="").update(reason=""),
        IncidentOrder.objects.filter(order__in=orders).exclude(note="", reason="").update(note="", reason=""),
    ]
    return sum(emptied)
