"""What a page of an order or a dispute says to AliExpress: the forms, what was asked already, and the asking."""

from datetime import datetime
from typing import Any

from desk.access import DeskRequest, actor_of
from desk.forms.events import EventForm
from desk.forms.platform import AgreeForm, OfferForm
from desk.selectors.platform import IssuePanel, commands_of, issue_panel
from disputes.bulk_deeds import ONLY_NOTE
from disputes.models import Dispute, Review, ReviewSource
from disputes.platform_commands import queue_command
from disputes.services.review_steps import is_read
from orders.events import EventType
from orders.models import Order, PlatformCommand
from orders.models.platforms import CommandKind
from orders.platform.interface import Capability
from orders.services.platform_capabilities import capability_of, may_use, usable

LONGEST_CHILD = 64  # digits of the number of an order's line


def order_at_platform(order: Order, *, works: bool) -> dict[str, Any]:
    """For the order's page: whether it extends at the platform, and what was asked there."""
    extending = capability_of(order.store_id, Capability.EXTEND_RECEIPT)
    if extending is None:
        return {}
    is_ready = extending.account.is_connected and extending.off_since is None
    return {"extends_at_platform": works and is_ready, "asked": commands_of(order)}


def dispute_at_platform(dispute: Dispute, *, works: bool) -> dict[str, Any]:
    """For the workbench: the dispute at the platform, with the forms of its answers."""
    panel = issue_panel(dispute)
    if panel is None:
        return {}
    forms = {kind: answer_form(kind, panel, dispute) for kind in (CommandKind.AGREE, CommandKind.OFFER)}
    is_open = works and panel.may_answer and not panel.waits
    return {"at_platform": panel, "asked": panel.commands, "answers": forms if is_open else {}}


def answer_form(kind: str, panel: IssuePanel, dispute: Dispute, data: Any = None) -> AgreeForm | OfferForm:
    """The form of an answer: agreeing with the plan that the page shows, or another plan."""
    buyers, order = panel.buyers, dispute.order
    if kind == CommandKind.AGREE:
        initial: dict[str, Any] = {"plan": buyers.number if buyers else ""}
        if buyers:
            goods = "back" if buyers.is_return else "stay"
            initial |= {"amount": buyers.amount, "currency": buyers.currency, "goods": goods}
        return AgreeForm(data, is_return=bool(buyers and buyers.is_return), initial=initial)
    is_its_money = buyers is None or buyers.currency == order.currency
    left = order.total - order.refunded_amount if order.total is not None and is_its_money else None
    return OfferForm(data, most=left)


def send_answer(
    request: DeskRequest, dispute: Dispute, panel: IssuePanel, form: AgreeForm | OfferForm, *, now: datetime
) -> PlatformCommand:
    """Keep the answer for a worker to send."""
    currency = panel.buyers.currency if panel.buyers else dispute.order.currency
    return queue_command(
        panel.issue.account,
        dispute.order_id,
        CommandKind.OFFER if isinstance(form, OfferForm) else CommandKind.AGREE,
        form.params(currency) if isinstance(form, OfferForm) else form.params(),
        subject=panel.issue.issue_number,
        now=now,
        actor=actor_of(request),
    )


class CannotAsk(Exception):
    """The page said that the platform would be asked, and by now it cannot be."""


def asks_platform(order: Order, kind: str) -> bool:
    """Whether a command of this kind is asked of the platform, unless it is only to be noted."""
    return kind == EventType.RECEIPT_EXTENDED and may_use(order.store_id, Capability.EXTEND_RECEIPT)


def send_extension(request: DeskRequest, order: Order, form: EventForm) -> bool:
    """Ask the platform for more days, where the store can; False where they are only to be noted here.

    Raises CannotAsk where the page promised more than can be kept by now.
    """
    if request.POST.get(ONLY_NOTE):
        return False
    account = usable(order.store_id, Capability.EXTEND_RECEIPT)
    if account is None:
        if request.POST.get("asks"):
            raise CannotAsk
        return False
    days = {"days": form.cleaned_data["days"]}
    queue_command(account, order.pk, CommandKind.EXTEND_RECEIPT, days, now=form.now, actor=actor_of(request))
    return True


# --- a review ---------------------------------------------------------------------------------------------------------
def review_at_platform(review: Review, *, works: bool) -> dict[str, Any]:
    """For a review's page: whether its reply can be posted there from here, and what was asked."""
    child = _child_of(review)
    if not child or review.order is None:
        return {}
    asked = commands_of(review.order, child)
    is_free = not any(line.command.is_on_its_way for line in asked)
    is_ready = works and is_free and is_read(review) and review.is_open
    return {"asked": asked, "posts_at_platform": is_ready and may_use(review.store_id, Capability.REPLY_REVIEWS)}


def send_reply_to_review(request: DeskRequest, review: Review, *, now: datetime) -> PlatformCommand | None:
    """Keep the reply for a worker to send; None where it cannot be posted from here now."""
    account = usable(review.store_id, Capability.REPLY_REVIEWS)
    child = _child_of(review)
    if account is None or not child or review.order_id is None or not is_read(review) or not review.is_open:
        return None
    text = {"text": review.reply_text}
    kind = CommandKind.REPLY_REVIEW
    return queue_command(account, review.order_id, kind, text, subject=child, now=now, actor=actor_of(request))


def _child_of(review: Review) -> str:
    """The number of the order's line that the platform means; empty for a review that came another way."""
    child = review.key.removeprefix("id:")
    is_theirs = review.source == ReviewSource.PLATFORM and child != review.key
    return child if is_theirs and child.isascii() and child.isdigit() and len(child) <= LONGEST_CHILD else ""
