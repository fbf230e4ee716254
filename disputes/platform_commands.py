"""What a person asks of the platform: kept first, sent by a worker, and on the timeline once the platform has said yes.

Nothing is sent twice that could count twice. Before a plan is put forward the dispute is read, so that one that went
through without an answer is found there; an extension without an answer waits for a person to look.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from disputes.models import Dispute, Review
from disputes.platform_issues import fetch_issue, take_issue
from disputes.platform_orders import DOOR
from disputes.platform_refusals import refuse_command
from disputes.recording import record
from disputes.services.review_steps import post_reply
from disputes.services.reviews import ReviewRefused
from orders.events import Event, EventType
from orders.models import Order, PlatformAccount, PlatformCommand, PlatformIssue
from orders.models.claims import ClaimState
from orders.models.platforms import CommandKind, CommandState
from orders.planning import protection_end
from orders.platform.gateway import Gateway
from orders.platform.interface import OF_CAPABILITY, Capability, PlatformError, Trouble
from orders.platform.issue_forms import (
    AGREE,
    BUYER,
    REFUND,
    RETURN,
    SAVE_SOLUTION,
    SELLER,
    Issue,
    Solution,
    agree_order,
    offer_order,
    was_done,
)
from orders.platform.review_forms import REPLY_REVIEW, reply_order
from orders.platform.terms import command_terms, issue_terms, method
from orders.providers.reading import text
from orders.services.claiming import claim_due, fail_claimed, release_claim
from orders.services.ledger import open_ledger
from orders.services.platform_calls import (
    Clock,
    PlatformResting,
    Sleep,
    awake_accounts,
    note_failure,
    note_success,
    open_gateway,
)
from orders.services.platform_capabilities import note_used

logger = logging.getLogger(__name__)

NEEDS: dict[str, Capability] = {
    CommandKind.EXTEND_RECEIPT: Capability.EXTEND_RECEIPT,
    CommandKind.AGREE: Capability.ANSWER_ISSUES,
    CommandKind.OFFER: Capability.ANSWER_ISSUES,
    CommandKind.REPLY_REVIEW: Capability.REPLY_REVIEWS,
}
ENDS: dict[str, Any] = {"claim_token": None, "lease_until": None}
# For these no answer may mean that it was done, and doing it again would count twice.
ONCE = {CommandKind.EXTEND_RECEIPT, CommandKind.REPLY_REVIEW}


class _Lost(Exception):
    """This process stood still for so long that another one may have the command by now, or a person called it off."""


def queue_command(
    account: PlatformAccount,
    order_id: int,
    kind: CommandKind,
    params: dict[str, Any],
    *,
    subject: str = "",
    now: datetime,
    actor: str,
) -> PlatformCommand:
    """Keep what a person asks for, to be sent as soon as may be; a second click is the first one's command.

    An extension that waits for its answer is known whatever its days: two would add up.

    `params` are what the form said, amounts as text; `actor` is the user's id. Raises Order.DoesNotExist.
    """
    with transaction.atomic():
        open_ledger(order_id, now=now, actor=actor)  # the order's lock: two clicks come one after the other
        known = _find_known(order_id, kind, params, subject=subject, since=now - command_terms().same_within)
        if known is not None:
            return known
        command = PlatformCommand(account=account, order_id=order_id, kind=kind, subject=subject, params=params)
        command.actor, command.asked_at, command.next_attempt_at = actor, now, now
        command.save()
    return command


def _find_known(
    order_id: int, kind: CommandKind, params: dict[str, Any], *, subject: str, since: datetime
) -> PlatformCommand | None:
    """What is on its way already and would count twice, or was asked since then by another click."""
    unsure = [CommandState.UNSURE] if kind in ONCE else []  # a person looks first whether it was done
    waiting = [CommandState.PENDING, CommandState.CLAIMED, *unsure]
    same = PlatformCommand.objects.filter(order=order_id, kind=kind, subject=subject, state__in=waiting)
    if kind is CommandKind.EXTEND_RECEIPT:
        return same.first()
    return next((one for one in same.filter(asked_at__gte=since) if one.params == params), None)


def cancel_command(command_id: int) -> bool:
    """Call a command off before it is sent; whether there was still time."""
    waiting = PlatformCommand.objects.filter(pk=command_id, state=CommandState.PENDING, sent_at=None)
    return bool(waiting.update(state=CommandState.CANCELLED))


def settle_unsure(command_id: int, *, was_carried_out: bool, now: datetime) -> bool:
    """A person has looked at the platform: it was done, or it is to be sent again. Whether that was still open."""
    unsure = PlatformCommand.objects.filter(pk=command_id, state=CommandState.UNSURE).select_related("order")
    command = unsure.first()
    if command is None:
        return False
    if was_carried_out:
        with transaction.atomic():
            open_ledger(command.order_id, now=now, actor=command.actor)  # the order first, as everywhere
            if unsure.update(state=CommandState.DONE, answered_at=now, last_error="") and command.params:
                _record_done(command, now=now)
        return True
    fresh = {"asked_at": now, "next_attempt_at": now, "attempts": 0, "sent_at": None, "last_error": ""}
    return bool(unsure.update(state=CommandState.PENDING, **fresh))


def send_commands(clock: Clock, *, until: datetime, sleep: Sleep = time.sleep) -> int:
    """Send what is due, until nothing is left or the budget ends at `until`. Returns how many were carried out."""
    done = 0
    _refuse_old(clock())
    while clock() < until:
        due = PlatformCommand.objects.filter(account__in=awake_accounts(clock()))
        claim = claim_due(PlatformCommand, now=clock(), limit=10, among=due)
        if not claim.ids:
            break
        for pk in claim.ids:
            if clock() > min(until, claim.work_until):
                break
            command = PlatformCommand.objects.filter(pk=pk, claim_token=claim.token)
            found = command.select_related("account__store", "order__store", "order__buyer").first()
            done += found is not None and _send(found, clock, sleep)
        release_claim(PlatformCommand, claim)
    return done


def _refuse_old(now: datetime) -> None:
    """What could not be sent for so long is not sent any more: the person who asked for it has to look again."""
    waiting = PlatformCommand.objects.filter(state=ClaimState.PENDING, asked_at__lt=now - command_terms().too_old)
    for command in waiting.select_related("account", "order"):
        if not _leave_to_person(command, now=now):
            error = PlatformError(Trouble.UNREACHABLE, "it could not be sent for a day")
            _end(command, CommandState.REFUSED, error, now=now)


def _leave_to_person(command: PlatformCommand, *, now: datetime) -> bool:
    """Whether it may have been carried out, for its worker died before the answer was noted: then a person looks."""
    if command.kind not in ONCE or command.sent_at is None:
        return False
    error = PlatformError(Trouble.UNREACHABLE, "it left, and no answer was noted")
    _end(command, CommandState.UNSURE, error, now=now)
    return True


def _send(command: PlatformCommand, clock: Clock, sleep: Sleep) -> bool:
    """Whether the platform carried it out; whatever else came of it is noted on the command."""
    name = NEEDS[command.kind]
    if _leave_to_person(command, now=clock()):
        return False
    try:
        _Sending(command, open_gateway(command.account, clock, sleep=sleep), clock).send()
    except _Lost:
        logger.warning("command %s was lost before it left", command.pk)
    except PlatformResting as error:
        _note_not_done(command)
        _put_back(command, str(error), clock())
    except PlatformError as error:
        note_failure(command.account_id, error, now=clock())
        if error.trouble in {*OF_CAPABILITY, Trouble.REFUSED}:
            note_used(command.account_id, name, error, now=clock())
        _note_error(command, error, now=clock())
    except Exception as error:
        logger.exception("command %s could not be sent", command.pk)
        _put_back(command, f"{type(error).__name__}: {error}", clock())
    else:
        note_success(command.account_id, now=clock())
        note_used(command.account_id, name, None, now=clock())
        return True
    return False


def _note_error(command: PlatformCommand, error: PlatformError, *, now: datetime) -> None:
    if error.is_unsure and command.kind in ONCE:
        _end(command, CommandState.UNSURE, error, now=now)
    elif error.trouble in {*OF_CAPABILITY, Trouble.REFUSED}:
        _end(command, CommandState.REFUSED, error, now=now)
    else:
        _note_not_done(command)
        _put_back(command, str(error), now)


def _note_not_done(command: PlatformCommand) -> None:
    """It is certain that nothing was carried out: a repeat counts once. A plan is looked up by when it left."""
    if command.kind in ONCE:
        held = PlatformCommand.objects.filter(pk=command.pk, claim_token=command.claim_token)
        held.update(sent_at=None)


def _put_back(command: PlatformCommand, error: str, now: datetime) -> None:
    if command.claim_token:
        fail_claimed(PlatformCommand, command.pk, command.claim_token, error=error, now=now)


def _end(command: PlatformCommand, state: CommandState, error: PlatformError | None, *, now: datetime) -> bool:
    """Whether it was this worker that ended it; a refusal is told on the timeline, and asked for again."""
    held = PlatformCommand.objects.filter(pk=command.pk, claim_token=command.claim_token, state=command.state)
    said = {"error_code": error.code[:100], "last_error": str(error)[:2000]} if error else {"last_error": ""}
    is_mine = bool(held.update(state=state, answered_at=now, **said, **ENDS))
    if is_mine and state == CommandState.REFUSED and error is not None:
        refuse_command(command, error, now=now)
    return is_mine


def _record_done(command: PlatformCommand, *, now: datetime) -> None:
    """What a command that went through means for the order, in the name of the person who asked for it."""
    if command.kind == CommandKind.EXTEND_RECEIPT:
        end, before = _end_of(command), command.params.get("end_before")
        # The new end may have been read already, before it was known that the extension had brought it.
        extended = datetime.fromisoformat(before) if before else end
        data = {"protection_ends_at": max(end, extended + timedelta(days=int(command.params["days"])))}
        record(command.order_id, Event(EventType.RECEIPT_EXTENDED, now, data=data), now=now, actor=command.actor)
    elif command.kind == CommandKind.REPLY_REVIEW:
        _note_reply(command, now)


def _end_of(command: PlatformCommand) -> datetime:
    """From when the days of an extension count."""
    order = Order.objects.select_related("store", "buyer").get(pk=command.order_id)
    return max(protection_end(order, order.policy) or command.asked_at, command.asked_at)


def _note_reply(command: PlatformCommand, now: datetime) -> None:
    """The reply stands under the review; a review that is over by now stays as it is."""
    review = Review.objects.filter(store=command.account.store_id, key=f"id:{command.subject}").first()
    try:
        if review is not None:
            post_reply(review.pk, now=now, actor=command.actor)
    except ReviewRefused as refusal:
        logger.warning("review %s was replied to, and is not noted as such: %s", command.subject, refusal)


# --- one command ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Sending:
    command: PlatformCommand
    gateway: Gateway
    clock: Clock

    def send(self) -> None:
        """Raises PlatformError, PlatformResting, and _Lost."""
        ways: dict[str, Callable[[], None]] = {
            CommandKind.EXTEND_RECEIPT: self._extend,
            CommandKind.AGREE: self._agree,
            CommandKind.OFFER: self._offer,
            CommandKind.REPLY_REVIEW: self._reply,
        }
        ways[self.command.kind]()

    def _tell(self, name: str, asked: dict[str, str], **kept: Any) -> dict[str, Any]:
        """Remember that it leaves before it does: from here on it can no longer be called off. Raises _Lost."""
        held = PlatformCommand.objects.filter(pk=self.command.pk, claim_token=self.command.claim_token)
        if not held.update(sent_at=self.command.sent_at or self.clock(), **kept):
            raise _Lost
        return self.gateway.tell(name, asked)

    def _done(self) -> None:
        now = self.clock()
        with transaction.atomic():
            open_ledger(self.command.order_id, now=now, actor=self.command.actor)
            if _end(self.command, CommandState.DONE, None, now=now):
                _record_done(self.command, now=now)

    # --- an order -----------------------------------------------------------------------------------------------------
    def _extend(self) -> None:
        # Without an answer a person looks, and by then the end that is known may be the new one.
        self.command.params["end_before"] = _end_of(self.command).isoformat()
        asked = {"param0": self.command.order.order_number, "param1": str(self.command.params["days"])}
        answer = self._tell(method("extend"), asked, params=self.command.params)
        if not was_done(answer):
            code = text(answer.get("sub_error_code"))
            said = text(answer.get("memo")) or text(answer.get("error_message")) or "no words"
            raise PlatformError(Trouble.REFUSED, f"{code}: {said}", code=code)
        self._done()

    def _reply(self) -> None:
        parent = self.command.order.order_number
        answer = self._tell(REPLY_REVIEW, reply_order((self.command.subject, parent), self.command.params["text"]))
        if not was_done(answer):
            raise PlatformError(Trouble.REFUSED, "it did not take the reply")
        self._done()

    # --- a dispute ----------------------------------------------------------------------------------------------------
    def _agree(self) -> None:
        issue = self._look()
        plan = next((plan for plan in issue.plans_of(BUYER) if plan.number == self.command.params["plan"]), None)
        if plan is None or not self._is_as_seen(plan):
            raise PlatformError(Trouble.REFUSED, "the buyer's plan is not there any more", code="plan_gone")
        if not plan.is_reached:
            address = str(self.command.params.get("return_address", ""))
            self._expect_yes(self._tell(AGREE, agree_order(issue, plan, return_address=address)))
        self._settle(EventType.DISPUTE_ACCEPTED, {})

    def _is_as_seen(self, plan: Solution) -> bool:
        """Whether it still says what the person agreed with: a changed plan keeps its number."""
        seen = self.command.params
        if "goods" in seen and (plan.kind == RETURN) != (seen["goods"] == "back"):
            return False
        return "amount" not in seen or plan.amount_in(str(seen.get("currency", ""))) == Decimal(seen["amount"])

    def _offer(self) -> None:
        issue, params = self._look(), self.command.params
        amount = Decimal(params["amount"])
        if not self._is_there(issue, amount):
            order = offer_order(
                issue,
                amount=amount,
                currency=str(params["currency"]),
                kind=RETURN if params.get("remedy") == "return" else REFUND,
                words=str(params.get("text", "")),
                return_address=str(params.get("return_address", "")),
            )
            self._expect_yes(self._tell(SAVE_SOLUTION, order))
        remedy = {"remedy": params["remedy"]} if params.get("remedy") else {}
        self._settle(EventType.COUNTER_OFFER, {"amount": amount, "text": params.get("text", ""), **remedy})

    def _look(self) -> Issue:
        """The dispute as it is now; what it tells is recorded. Raises PlatformError where it is over."""
        row = self._row()
        issue = fetch_issue(self.gateway, row.issue_number, row.buyer_login)
        take_issue(self.command.account, self.gateway, issue, now=self.clock())
        if issue.is_over:
            raise PlatformError(Trouble.REFUSED, "the dispute is over", code="issue_over")
        return issue

    def _row(self) -> PlatformIssue:
        rows = PlatformIssue.objects.filter(account=self.command.account_id, issue_number=self.command.subject)
        found: PlatformIssue = rows.get()
        return found

    def _is_there(self, issue: Issue, amount: Decimal) -> bool:
        """Whether our plan went through when no answer came."""
        since = self.command.sent_at
        return since is not None and any(
            plan.amount_in(str(self.command.params["currency"])) == amount and _made_since(plan, since)
            for plan in issue.plans_of(SELLER)
        )

    def _expect_yes(self, answer: dict[str, Any]) -> None:
        if not was_done(answer):
            code = text(answer.get("result_code")) or text(answer.get("code"))
            said = text(answer.get("result_memo")) or text(answer.get("message")) or "no words"
            raise PlatformError(Trouble.REFUSED, f"{code}: {said}".strip(": "), code=code)

    def _settle(self, kind: EventType, data: dict[str, Any]) -> None:
        """Ours is told by the dispute itself where it can be read, else by the platform's yes."""
        if not _end(self.command, CommandState.DONE, None, now=self.clock()):
            return
        row = self._row()
        try:
            issue = fetch_issue(self.gateway, row.issue_number, row.buyer_login)
            take_issue(self.command.account, self.gateway, issue, now=self.clock(), ours=self.command.actor)
        except (PlatformError, PlatformResting) as error:
            logger.warning("dispute %s could not be read after an answer: %s", row.issue_number, error)
        self._record_ours(kind, {name: value for name, value in data.items() if value not in (None, "")})

    def _record_ours(self, kind: EventType, data: dict[str, Any]) -> None:
        dispute = Dispute.objects.filter(order=self.command.order_id, number=self._row().dispute_number).first()
        if dispute is None or not dispute.is_open:
            return
        near = self.command.asked_at - issue_terms().same_moment
        if kind is EventType.COUNTER_OFFER and dispute.offers.filter(amount=data["amount"], at__gte=near).exists():
            return
        item = {"item": dispute.item} if dispute.item else {}
        now, actor = self.clock(), self.command.actor or DOOR
        record(self.command.order_id, Event(kind, now, data={**data, **item}), now=now, actor=actor)


def _made_since(plan: Solution, since: datetime) -> bool:
    return plan.made_at is not None and plan.made_at >= since - issue_terms().same_moment
