"""What the demo's team and its buyers did meanwhile: messages, promises, items in hand or put aside, lessons, views."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from disputes.models import ActionItem, ActionState
from disputes.receiving import Pasted, paste_message
from disputes.replying import Draft, send_reply
from disputes.services.handing import assign_action, snooze_action
from disputes.services.lessons import keep_lesson
from messaging.models import Channel
from messaging.models.inbound import Place
from messaging.replies import ReplyText
from messaging.services.replies import save_reply
from messaging.vocabulary import Language, ReplyGroup
from orders.models import Order, Store, User
from orders.services.saved_views import save_view


def do_work(store: Store, data: Mapping[str, Any], orders: Sequence[Order], *, now: datetime) -> None:
    """All that the demo's file says of the store's day; `orders` are those of its cases, `now` is in UTC."""
    team = {user.first_name.lower(): user for user in User.objects.filter(memberships__store=store)}
    for case, order in zip(data["cases"], orders, strict=True):
        _work_on(order, case, team, now)
    for said in data["unmatched"]:
        paste_message(store, _pasted(said, now), now=now, user=team["bob"])
    for view in data["views"]:
        save_view(team["alice"], view["name"], view["query"], now=now, store=store)
    for reply in data["replies"]:
        said, group = ReplyText(reply["title"], reply["text"]), ReplyGroup(reply["group"])
        save_reply(store, reply["code"], Language(reply["language"]), said, group=group, now=now)


def _work_on(order: Order, case: Mapping[str, Any], team: Mapping[str, User], now: datetime) -> None:
    if said := case.get("question"):
        paste_message(order.store, _pasted(said, now), now=now, user=team["bob"], order=order)
    if reply := case.get("reply"):
        draft = Draft(reply["text"], Channel.EMAIL, now + timedelta(hours=reply["promised_hours"]))
        send_reply(order.pk, draft, now=now, actor=str(team["bob"].pk))
    for item in ActionItem.objects.filter(order=order, state=ActionState.OPEN, due_at__gt=now):
        if name := case.get("hand"):
            assign_action(item.pk, team[name].pk, now=now, actor=str(team["alice"].pk))
        if aside := case.get("aside"):
            until = now + timedelta(hours=aside["hours"])
            snooze_action(item.pk, until=until, reason=aside["reason"], now=now, actor=str(team["bob"].pk))
    if lesson := case.get("lesson"):
        keep_lesson(order.disputes.get().pk, **lesson, now=now, actor=str(team["alice"].pk))


def _pasted(said: Mapping[str, Any], now: datetime) -> Pasted:
    received_at = now - timedelta(hours=said["hours_ago"])
    return Pasted(said["text"], Place(said["place"]), received_at, sender=said.get("sender", ""))
