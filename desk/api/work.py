"""What there is to do, and what is said to buyers."""

from typing import Annotated, Any

from django.utils import timezone
from ninja import Field, Query, Router

from desk.api.cursors import PageQuery, cut_page
from desk.api.finding import row_of, rows_of
from desk.api.guarding import ApiRequest, Bearer
from desk.api.orders import Given
from desk.api.problems import REFUSED, Problem
from desk.api.shapes import ActionOut, ActionPage, MessagePage
from desk.api.values import RowId, Text
from desk.doing import is_done_elsewhere
from disputes.models import ActionItem, ActionKind, ActionState
from disputes.services.actions import complete_action
from messaging.models import Message, MessageState
from orders.models import ApiScope

router = Router()


class ActionQuery(PageQuery):
    """Which items."""

    state: ActionState = ActionState.OPEN
    kind: ActionKind | None = None
    order_id: RowId | None = None


class DoneIn(Given):
    """What the timeline keeps of how it was done."""

    note: Annotated[Text, Field(max_length=2000)] = ""


@router.get(
    "/actions", auth=Bearer(ApiScope.ACTIONS_READ), response=ActionPage, summary="List what to do", tags=["actions"]
)
def list_actions(request: ApiRequest, asked: Query[ActionQuery]) -> Any:
    """What there is to do, soonest first; without `state` what is open."""
    wanted = {"state": asked.state, "kind": asked.kind, "order_id": asked.order_id}
    rows = ActionItem.objects.select_related("order").filter(store=request.token.store_id)
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return cut_page(rows, ("due_at", "id"), asked)


@router.post(
    "/actions/{action_id}/complete",
    auth=Bearer(ApiScope.ACTIONS_WRITE),
    response=ActionOut,
    summary="Say that it is done",
    tags=["actions"],
)
def complete(request: ApiRequest, action_id: RowId, given: DoneIn) -> Any:
    """Close an item; one that is closed already stays as it is.

    What is done by a step of its own (a case, a review, a chase, a call, a promised reply, a look at a parcel) is
    refused with 409: the step closes it.
    """
    rows = ActionItem.objects.select_related("order")
    item = row_of(request, rows, action_id)
    if item.state == ActionState.OPEN and is_done_elsewhere(item):
        raise Problem(REFUSED, "this is done by a step of its own, which closes it: see the page of its order")
    complete_action(item.pk, now=timezone.now(), actor=request.token.actor, note=given.note)
    return rows.get(pk=item.pk)


class MessageQuery(PageQuery):
    """Which messages."""

    state: MessageState | None = None
    order_id: RowId | None = None


@router.get(
    "/messages", auth=Bearer(ApiScope.MESSAGES_READ), response=MessagePage, summary="List messages", tags=["messages"]
)
def list_messages(request: ApiRequest, asked: Query[MessageQuery]) -> Any:
    """What was said to buyers, or is to be, newest first."""
    wanted = {"state": asked.state, "order_id": asked.order_id}
    rows = rows_of(request, Message.objects.select_related("order"))
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return cut_page(rows, ("-id",), asked)
