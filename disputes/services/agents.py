"""Buyers who keep their agent: what is open about them goes along, and who handled them most is suggested."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import CharField
from django.db.models.functions import Cast

from disputes.models import ActionItem, ActionState, AfterSaleCase, Chase, Review
from disputes.services.handing import Work, hand_over
from messaging.models import Message
from orders.models import Buyer, Order, Store
from orders.services.buyers import hands_of, keep_buyer

MOST_ORDERS = 50  # of one buyer that are looked at
ANYTHING_RECENT = 600  # rows about them
TEXT = CharField()


def keep_with(buyer_id: int, user_id: int | None, *, now: datetime, actor: str) -> int | None:
    """Give the buyer his own agent, or none, and the agent what nobody has of his open work; who it was before.

    `now` is in UTC, `actor` a user's id. Raises NotAtWork, and Buyer.DoesNotExist.
    """
    before, rows = keep_buyer(buyer_id, user_id, now=now, actor=actor)
    if user_id is not None:
        hand_over(_free_work(rows), user_id, now=now, actor=actor)
    return before


def _free_work(buyers: Sequence[int]) -> Work:
    """What nobody has of what is open about these buyers."""
    orders = Order.objects.filter(buyer__in=buyers)
    mine = {"order__in": orders, "closed_at": None}
    return [
        (ActionItem.objects.filter(order__in=orders, state=ActionState.OPEN, assignee=None), "assignee"),
        (AfterSaleCase.objects.filter(**mine, responsible=None), "responsible"),
        (Review.objects.filter(**mine, responsible=None), "responsible"),
        (Chase.objects.filter(**mine, owner=None), "owner"),
    ]


def suggest_agent(buyer: Buyer, orders: Sequence[int], *, now: datetime) -> tuple[int, int] | None:
    """Who handled these orders of the buyer's most, and how often: a user who works in the store now; None of nobody.

    `orders` are the ids of all orders of the person (`Standing.order_ids`).
    """
    handled = _handled(orders[:MOST_ORDERS])
    here = {user for user, _tier in hands_of(buyer.store, now=now)} if handled else ()
    return next(((user, times) for user, times in handled.most_common() if user in here), None)


def _handled(orders: Sequence[int]) -> Counter[int]:
    """How often each person had work of these orders, answered for a case, or wrote to the buyer; one question."""
    items = ActionItem.objects.filter(order__in=orders, assignee__isnull=False).values_list(Cast("assignee", TEXT))
    cases = AfterSaleCase.objects.filter(order__in=orders, responsible__isnull=False)
    written = Message.objects.filter(order__in=orders).exclude(written_by="").values_list("written_by")
    parts = items, cases.values_list(Cast("responsible", TEXT)), written
    first, *others = (rows.order_by() for rows in parts)
    said = first.union(*others, all=True)[:ANYTHING_RECENT]
    return Counter(int(who) for (who,) in said if who.isdigit())


def lightest_hand(store: Store, users: Sequence[int]) -> int | None:
    """Of these people, the one with the fewest open items in the store; the first of equals."""
    held = ActionItem.objects.filter(store=store, state=ActionState.OPEN, assignee__in=users)
    counted = Counter(held.order_by().values_list("assignee", flat=True))
    return min(users, key=lambda user: counted[user], default=None)
