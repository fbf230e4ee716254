"""The person behind an order: whether he came back, who keeps him, how he feels, and the calls with him."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from desk.access import Reader
from desk.people_words import MARKS
from desk.selectors.conversation import Conversation
from desk.selectors.team import list_team, short_name
from disputes.models import Chase, Escalation, IncidentOrder, PhoneCall
from disputes.services.agents import suggest_agent
from disputes.services.calling import is_outside_hours
from disputes.services.chasing import awaited_no_more
from messaging.hearing import hear
from orders.belongings import Kinds
from orders.models import Buyer, Order, User
from orders.moods import Mood
from orders.services.buyers import Standing, find_kin, standings

CALLS = 5  # of a long list, the latest


@dataclass(frozen=True)
class Keeping:
    """Who keeps a buyer, or who could: `times` is how often the suggested one handled his orders."""

    standing: Standing
    agent: User | None
    suggested: User | None = None
    times: int = 0

    @property
    def known_by(self) -> str | Promise:
        """By what his other orders are known."""
        return MARKS[self.standing.by] if self.standing.by else ""


@dataclass(frozen=True)
class OrderPeople:
    """The panel of an order's buyer."""

    keeping: Keeping
    team: Sequence[User]
    chase: Chase | None
    asks_with: str  # the words of his latest message that ask where it is, where no chase is open
    mood: Mood
    sounds: Mood  # how his latest waiting message sounds, where nobody has said so
    sounds_with: str
    calls: Sequence[PhoneCall]
    may_be_chased: bool
    is_open_hour: bool
    escalations: Sequence[Escalation]
    incidents: Sequence[IncidentOrder]


def order_people(reader: Reader, order: Order, talk: Conversation, kinds: Kinds, *, now: datetime) -> OrderPeople:
    """Everything about the people of an order that has these kinds of rows; asks little where nothing is known."""
    heard = hear(talk.waits.text) if talk.waits else None
    works = reader.works_in(order.store_id)
    chases = list(order.chases.filter(closed_at=None).select_related("owner")) if order.chased_at else []
    mood = Mood(order.mood)
    sounds = heard.mood if heard and heard.mood != mood and mood != Mood.FURIOUS else Mood.CALM
    return OrderPeople(
        keeping=load_keeping(order.buyer, now=now),
        team=list_team(reader, [order.store_id]) if works else [],
        chase=chases[0] if chases else None,
        asks_with=heard.where if heard and not chases else "",
        mood=mood,
        sounds=sounds,
        sounds_with=heard.mood_words if heard else "",
        calls=_latest_calls(order) if PhoneCall in kinds else [],
        may_be_chased=not awaited_no_more(order),
        is_open_hour=not is_outside_hours(order, now),
        escalations=_waiting_escalations(order) if Escalation in kinds else [],
        incidents=list(order.incidents.select_related("incident", "message")) if IncidentOrder in kinds else [],
    )


def _latest_calls(order: Order) -> list[PhoneCall]:
    return list(order.phone_calls.select_related("caller").order_by("-called_at", "-id")[:CALLS])


def _waiting_escalations(order: Order) -> list[Escalation]:
    return list(order.escalations.waiting().select_related("specialist", "escalated_by"))


def load_keeping(buyer: Buyer, *, now: datetime) -> Keeping:
    """Whether the buyer came back, and whose he is; somebody is suggested only for one who did."""
    standing = standings([buyer])[buyer.pk]
    if standing.agent_id:
        return Keeping(standing, User.objects.filter(pk=standing.agent_id).first())
    found = suggest_agent(buyer, standing.order_ids, now=now) if standing.is_returning else None
    user = User.objects.filter(pk=found[0]).first() if found else None
    return Keeping(standing, None, user, found[1] if found else 0)


@dataclass(frozen=True)
class Returning:
    """What a list says of a buyer: how many orders, and whose he is."""

    orders: int
    agent: str

    @property
    def is_worth_saying(self) -> bool:
        """Whether there is anything to say."""
        return self.orders > 1 or bool(self.agent)


def returning(buyers: Sequence[Buyer]) -> dict[int, Returning]:
    """The same for a list, in three questions."""
    found = standings(buyers) if buyers else {}
    users = User.objects.in_bulk({row.agent_id for row in found.values() if row.agent_id}) if found else {}
    return {
        pk: Returning(row.orders, short_name(users[row.agent_id]) if row.agent_id in users else "")
        for pk, row in found.items()
    }


@dataclass(frozen=True)
class BuyerOrder:
    """One of the buyer's orders, and by what it is known for his; empty for those of the same row."""

    order: Order
    known_by: str | Promise = ""


def orders_of(buyer: Buyer) -> list[BuyerOrder]:
    """All orders of the person, the latest first."""
    kin = {row.buyer.pk: MARKS[row.by] for row in find_kin([buyer]).get(buyer.pk, [])}
    rows = Order.objects.filter(buyer__in=[buyer.pk, *kin]).select_related("store").order_by("-placed_at", "-id")
    return [BuyerOrder(order, kin.get(order.buyer_id, "")) for order in rows[:100]]


def calls_of(orders: Sequence[BuyerOrder]) -> list[PhoneCall]:
    """The latest calls with the person, about whatever order."""
    rows = PhoneCall.objects.filter(order__in=[row.order.pk for row in orders])
    return list(rows.select_related("order", "caller").order_by("-called_at", "-id")[:20])
