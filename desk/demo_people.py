"""The demo's people: a buyer with his agent, buyers who ask, one who is furious, calls, a campaign gone wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from disputes.models import ActionItem, ActionState, Chase, IncidentCause
from disputes.models.calls import CallDirection, CallResult
from disputes.services.agents import keep_with
from disputes.services.calling import CallNote, log_call
from disputes.services.chasing import CarrierWord, awaited_no_more, note_carrier, register_chase
from disputes.services.escalating import escalate, matter_of_item
from disputes.services.incident_orders import Criteria, add_orders, exclude_order, note_contacted
from disputes.services.incidents import IncidentDraft, approve_wording, open_incident, tell_platform, write_wording
from disputes.services.moods import set_mood
from messaging.vocabulary import Language
from orders.models import Membership, Order, Store, User
from orders.moods import Mood
from orders.roles import Tier

WORDING = {
    Language.PT_BR: (
        "Pedido {order_number}: atraso no envio",
        "{greeting}\n\nVendemos mais luminárias do que tínhamos, e o pedido {order_number} atrasou. A culpa é nossa."
        "\n\nO envio normalmente leva mais alguns dias. Você também pode cancelar: basta responder a esta mensagem."
        "\n\nEquipe {store_name}",
    ),
    Language.EN: (
        "Order {order_number}: your parcel leaves late",
        "{greeting}\n\nWe sold more lamps than we had, so your order {order_number} is late. That is our fault."
        "\n\nIt normally takes some days more. You may cancel as well: just answer this message."
        "\n\nThe {store_name} team",
    ),
}


def do_peoples_work(store: Store, orders: Sequence[Order], *, now: datetime) -> None:
    """What the demo's team knows of its buyers; `now` is in UTC."""
    team = {user.first_name.lower(): user for user in User.objects.filter(memberships__store=store)}
    alice, bob = team["alice"], team["bob"]
    Membership.objects.filter(store=store, user=alice).update(tier=Tier.SPECIALIST)
    fresh = list(Order.objects.filter(pk__in=[order.pk for order in orders]).select_related("buyer").order_by("pk"))
    awaited = [order for order in fresh if order.shipped_at and not awaited_no_more(order)]
    keep_with(fresh[0].buyer_id, bob.pk, now=now, actor=str(alice.pk))
    _chase(awaited[:3], bob, now)
    if len(awaited) > 1:
        set_mood(awaited[1].pk, Mood.FURIOUS, now=now, actor=str(bob.pk))
        _call(awaited[1], bob, now)
    _escalate(store, bob, now)
    _lead_incident(store, fresh, alice, bob, now)


def _chase(orders: Sequence[Order], bob: User, now: datetime) -> None:
    for number, order in enumerate(orders):
        chase = order.chases.filter(closed_at=None).first() or register_chase(order.pk, now=now, actor=str(bob.pk))
        asked = now - timedelta(days=number, hours=3)
        Chase.objects.filter(pk=chase.pk).update(opened_at=asked, asked_at=asked)
        if number == 1:
            word = CarrierWord("It waits for a flight; they look again on Friday.")
            note_carrier(chase.pk, word, now=now, actor=str(bob.pk))


def _call(order: Order, bob: User, now: datetime) -> None:
    agreed = "He waits until the end of next week; then he gets his money back, whatever the tracking says."
    tried = CallNote(CallDirection.OUT, CallResult.NO_ANSWER, now - timedelta(hours=26))
    spoken = CallNote(
        CallDirection.OUT, CallResult.AGREED, now - timedelta(hours=2), agreed, now + timedelta(days=2, hours=1)
    )
    for said in (tried, spoken):
        if said.called_at > order.placed_at:
            log_call(order.pk, said, now=now, actor=str(bob.pk))


def _escalate(store: Store, bob: User, now: datetime) -> None:
    item = ActionItem.objects.filter(store=store, state=ActionState.OPEN, kind="contact_buyer").order_by("pk").first()
    if item is not None:
        reason = "The buyer does not accept what I may offer"
        escalate(matter_of_item(item), reason=reason, to=None, now=now - timedelta(hours=5), actor=str(bob.pk))


def _lead_incident(store: Store, orders: Sequence[Order], alice: User, bob: User, now: datetime) -> None:
    draft = IncidentDraft(
        name="Singles' Day: more lamps sold than there are",
        cause=IncidentCause.OVERSOLD,
        operations_lead=bob.pk,
        customer_lead=bob.pk,
        decision_maker=alice.pk,
        story="The campaign's stock was raised twice. 40 lamps come on Thursday.",
        compensation=Decimal("2.00"),
    )
    incident = open_incident(store, draft, now=now - timedelta(hours=20), actor=str(bob.pk))
    numbers = [order.order_number for order in orders if not order.refunded_at][:6]
    add_orders(incident.pk, Criteria(numbers=numbers), now=now)
    for language, (subject, body) in WORDING.items():
        wording = write_wording(incident.pk, language, subject=subject, body=body, now=now, actor=str(bob.pk))
        if language is Language.PT_BR:
            approve_wording(wording.pk, seen=wording.version, now=now, actor=str(alice.pk))
    tell_platform(incident.pk, "Shop support, ticket opened", at=now - timedelta(hours=18))
    first, second, *_rest = incident.orders.order_by("pk")
    note_contacted(first.pk, "by phone", now=now, actor=str(bob.pk))
    exclude_order(second.pk, "It left before the campaign", now=now, actor=str(bob.pk))
