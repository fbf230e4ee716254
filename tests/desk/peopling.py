"""What stands in the addresses of buyers, chases, the second line and incidents: rows of Alice's store."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from disputes.models import Dispute, Incident, IncidentCause
from disputes.services.chasing import register_chase
from disputes.services.escalating import escalate, matter_of_item
from disputes.services.incident_orders import Criteria, add_orders
from disputes.services.incidents import IncidentDraft, open_incident, write_wording
from messaging.vocabulary import Language
from orders.models import Order, Store, User
from tests.desk.conftest import address, open_item

TEXT = "{greeting}\n\nO pedido {order_number} atrasou.\n\nEquipe {store_name}"


def user_of(name: str) -> User:
    """One of the cast."""
    found: User = User.objects.get(email=address(name))
    return found


def incident_of(store: Store, *orders: Order, writer: str = "bob") -> Incident:
    """An incident with these orders and a Brazilian wording that nobody approved yet; Alice decides."""
    alice, bob, now = user_of("alice").pk, user_of("bob").pk, timezone.now()
    draft = IncidentDraft("Sold twice", IncidentCause.OVERSOLD, bob, bob, alice)
    incident = open_incident(store, draft, now=now - timedelta(hours=1), actor=str(bob))
    add_orders(incident.pk, Criteria(numbers=[order.order_number for order in orders]), now=now)
    actor = str(user_of(writer).pk)
    write_wording(incident.pk, Language.PT_BR, subject="Pedido {order_number}", body=TEXT, now=now, actor=actor)
    return incident


def buyer_arguments(store: Store, placed: Order, dispute: int) -> dict[str, dict[str, Any]]:
    """The arguments of all these addresses."""
    now, bob = timezone.now(), user_of("bob")
    chase = register_chase(placed.pk, now=now, actor=str(bob.pk))
    row = escalate(matter_of_item(open_item(placed, "reship")), reason="?", to=None, now=now, actor=str(bob.pk))
    incident = incident_of(store, placed)
    order, buyer, mine = {"pk": placed.pk}, {"pk": placed.buyer_id}, {"pk": incident.pk}
    member = {"pk": store.memberships.get(user=bob).pk}
    return {
        "escalate": {"pk": open_item(placed, "refund").pk},
        "escalate_dispute": {"pk": Dispute.objects.get(pk=dispute).pk},
        "escalation_deed": {"pk": row.pk, "deed": "take"},
        "chase_order": order, "mood": order, "add_call": order, "buyer": buyer, "keep_agent": buyer,
        "chase_deed": {"pk": chase.pk, "deed": "asked"},
        "incident": mine, "incident_deed": mine | {"deed": "close"},
        "incident_order_deed": {"pk": incident.orders.get().pk, "deed": "back"},
        "approve_wording": {"pk": incident.wordings.get().pk},
        "set_line": member, "set_absence": member,
    }  # fmt: skip
