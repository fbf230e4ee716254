"""The register of buyers who ask where their parcels are: who looks after it, when again, and what the carrier says.

An order has at most one open chase. It ends by itself when the parcel is there or the money went back.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from disputes.models import ActionKind, Chase, ChaseSource
from disputes.services.actions import hand_items, is_asked, raise_dated, settle_actions
from disputes.services.mending import mend_undated
from orders.models import Milestone, Order
from orders.models.timeline import EventKind
from orders.planning import Planned
from orders.services.buyers import agent_of, present_hands
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import Series, bring_in_line, cancel_milestone, fire_milestone

RULE = "R12"  # what is open has a next date
DELIVERED = "delivered"  # the result of a chase whose parcel came


class ChaseMilestone(StrEnum):
    """The kind of milestone that belongs to a chase."""

    CHECK = "chase_check"


class ChaseEnd(StrEnum):
    """Why a person closes a chase; facts close it by their own names."""

    CONTENT = "content"  # the buyer knows where it is, and waits
    MISTAKE = "mistake"  # he asked for something else


class NothingToChase(ValueError):
    """The order's parcel is awaited no more; `reason` says what happened."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChaseClosed(ValueError):
    """The chase is over: somebody or something closed it meanwhile."""


@dataclass(frozen=True, slots=True)
class CarrierWord:
    """What was done with the carrier: it was asked, or it answered in these words."""

    answer: str = ""


# --- opening and closing ----------------------------------------------------------------------------------------------
def awaited_no_more(order: Order) -> str:
    """Why nobody waits for the order's parcel, or an empty string: what the buyer denies to have he still awaits."""
    over = next((name for name in ("refunded", "cancelled") if getattr(order, f"{name}_at")), "")
    if over or order.receipt_denied_at:
        return over
    return next((name for name in (DELIVERED, "completed") if getattr(order, f"{name}_at")), "")


def open_chase(ledger: OrderLedger) -> Chase | None:
    """The order's open chase; asks the database nothing about an order that nobody chases."""
    if ledger.order.chased_at is None:
        return None
    return next((row for row in ledger.rows_of(Chase) if row.is_open), None)


def chase_in(ledger: OrderLedger, source: ChaseSource, *, at: datetime, found: str = "") -> Chase:
    """Register that the buyer asks, on an open ledger; the same chase counts each time. Raises NothingToChase."""
    if reason := awaited_no_more(ledger.order):
        raise NothingToChase(reason)
    if chase := open_chase(ledger):
        chase.times, chase.asked_at, chase.found = chase.times + 1, max(at, chase.asked_at), found or chase.found
        _store(chase)
        return chase
    chase = Chase(
        order=ledger.order,
        number=len(ledger.rows_of(Chase)) + 1,
        source=source,
        found=found[:100],
        opened_at=ledger.now,
        asked_at=at,
        next_at=ledger.now,
        told=move_of(ledger.order),  # where it is now he is told by a person
        owner_id=_owner(ledger),
    )
    ledger.order.chased_at = ledger.now
    ledger.add(chase)
    _set_date(ledger, chase, _usual_date(ledger))
    ledger.write(EventKind.NOTE, "chase_opened", at=at, rule=RULE, data={"next_at": chase.next_at.isoformat()})
    return chase


def register_chase(order_id: int, *, now: datetime, actor: str) -> Chase:
    """A person registers that the buyer asks where his parcel is. Raises NothingToChase, and Order.DoesNotExist."""
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        chase = chase_in(ledger, ChaseSource.HAND, at=now)
        save_ledgers([ledger])
    return chase


def _owner(ledger: OrderLedger) -> int | None:
    """The buyer's own agent, else whoever registers it."""
    if agent := agent_of(ledger):
        return agent
    return int(ledger.actor) if ledger.actor.isdigit() and int(ledger.actor) in present_hands(ledger) else None


def end_chase_in(ledger: OrderLedger, chase: Chase, result: str) -> None:
    """Close it on an open ledger, with its date and what it asked of the team."""
    chase.closed_at, chase.result = ledger.now, result
    ledger.order.chased_at = None
    settle_actions(ledger, [ActionKind.REVIEW_MANUALLY], reason=result, subject=chase.subject)
    bring_in_line(ledger, _series(chase), [], at=ledger.now)
    ledger.write(EventKind.NOTE, "chase_closed", at=ledger.now, rule=RULE, data={"reason": result})
    _store(chase)


def close_chase(chase_id: int, end: ChaseEnd, *, now: datetime, actor: str) -> Chase:
    """A person closes it. Raises ChaseClosed, and Chase.DoesNotExist."""
    with transaction.atomic():
        ledger, chase = _locked(chase_id, now=now, actor=actor)
        end_chase_in(ledger, chase, end)
        save_ledgers([ledger])
    return chase


def reopen_chase(chase_id: int, *, now: datetime, actor: str) -> bool:
    """Take back that a person closed it; whether that was still possible. Raises Chase.DoesNotExist."""
    with transaction.atomic():
        order_id = Chase.objects.values_list("order_id", flat=True).get(pk=chase_id)
        ledger = open_ledger(order_id, now=now, actor=actor)
        chase = next(row for row in ledger.rows_of(Chase) if row.pk == chase_id)
        is_by_hand = chase.result in set(ChaseEnd)
        if ledger.order.chased_at or not is_by_hand or awaited_no_more(ledger.order):
            return False
        _open_again(ledger, chase, rule=RULE)
        save_ledgers([ledger])
    return True


def resume_chase(ledger: OrderLedger) -> None:
    """The delivery that closed the chase is taken back (T10): the buyer waits again, and a person tells him today."""
    chase = max(ledger.rows_of(Chase), key=lambda row: row.number, default=None)
    if chase and chase.result == DELIVERED and not ledger.order.chased_at and not awaited_no_more(ledger.order):
        _open_again(ledger, chase, rule="T10")
        look_now(ledger, chase, move_of(ledger.order))


def _open_again(ledger: OrderLedger, chase: Chase, *, rule: str) -> None:
    chase.closed_at, chase.result = None, ""
    ledger.order.chased_at = chase.opened_at
    _set_date(ledger, chase, _usual_date(ledger))
    data = {"next_at": chase.next_at.isoformat()}
    ledger.write(EventKind.NOTE, "chase_opened", at=ledger.now, rule=rule, data=data)


# --- while it is open -------------------------------------------------------------------------------------------------
def move_of(order: Order) -> str:
    """Where the parcel is, as far as the buyer is told: the same status at the same place is no move."""
    place = " ".join(order.tracking_location.casefold().split())
    return f"{order.tracking_status}|{place}"[:600] if order.tracking_status else ""


def note_told(ledger: OrderLedger, chase: Chase, move: str) -> None:
    """The buyer is told of a move: the carrier has done something, so somebody looks again later."""
    chase.told, chase.told_at = move, ledger.now
    _set_date(ledger, chase, _usual_date(ledger))


def look_now(ledger: OrderLedger, chase: Chase, move: str) -> None:
    """News that no text of ours fits (lost, on its way back): a person tells the buyer, and today."""
    chase.told, chase.next_at = move, ledger.now
    _store(chase)
    bring_in_line(ledger, _series(chase), [], at=ledger.now)
    _ask(ledger, chase)


def note_check(chase_id: int, *, next_at: datetime | None, text: str, now: datetime, actor: str) -> Chase:
    """A person looked, and says when somebody looks again (UTC), by default after R12's span.

    `text` is kept beside the timeline. Raises ChaseClosed, ValueError for a date that has passed, Chase.DoesNotExist.
    """
    if next_at is not None and next_at <= now:
        raise ValueError("the next check lies in the past")
    with transaction.atomic():
        ledger, chase = _locked(chase_id, now=now, actor=actor)
        settle_actions(ledger, [ActionKind.REVIEW_MANUALLY], reason="chase_checked", subject=chase.subject)
        _set_date(ledger, chase, next_at or _usual_date(ledger))
        _note(ledger, "chase_checked", text, {"next_at": chase.next_at.isoformat()})
        save_ledgers([ledger])
    return chase


def note_carrier(chase_id: int, word: CarrierWord, *, now: datetime, actor: str) -> Chase:
    """The carrier was asked, or answered. Raises ChaseClosed, and Chase.DoesNotExist."""
    with transaction.atomic():
        ledger, chase = _locked(chase_id, now=now, actor=actor)
        if word.answer:
            chase.carrier_answered_at, chase.carrier_answer = now, word.answer[:500]
            chase.carrier_asked_at = chase.carrier_asked_at or now
        else:
            chase.carrier_asked_at, chase.carrier_answered_at, chase.carrier_answer = now, None, ""
        _store(chase)
        _note(ledger, "carrier_answered" if word.answer else "carrier_asked", word.answer, {})
        save_ledgers([ledger])
    return chase


def give_chase(chase_id: int, user_id: int | None, *, now: datetime, actor: str) -> Chase:
    """Another owner, or none. Raises ChaseClosed, LookupError for somebody who is not at work, Chase.DoesNotExist."""
    with transaction.atomic():
        ledger, chase = _locked(chase_id, now=now, actor=actor)
        if user_id is not None and user_id not in present_hands(ledger):
            raise LookupError(f"user {user_id} is not at work in this store")
        chase.owner_id = user_id
        _store(chase)
        hand_items(ledger, chase.subject, user_id)
        ledger.write(EventKind.NOTE, "chase_given", at=now, data={"member": user_id} if user_id else {})
        save_ledgers([ledger])
    return chase


def fire_check(ledger: OrderLedger, milestone: Milestone) -> None:
    """The date has come: whoever asks the carrier and tells the buyer is late, and asked if nobody was."""
    chase = next((row for row in ledger.rows_of(Chase) if row.subject == milestone.subject), None)
    if chase is None or not chase.is_open:
        cancel_milestone(ledger, milestone, reason=chase.result if chase else "replaced")
        return
    fire_milestone(ledger, milestone)
    if not is_asked(ledger, chase.subject):
        _ask(ledger, chase)


def follow_chase(ledger: OrderLedger) -> None:
    """Close the open chase of a parcel that is awaited no more."""
    chase = open_chase(ledger)
    if chase and (reason := awaited_no_more(ledger.order)):
        end_chase_in(ledger, chase, reason)


def mend_chases(now: datetime) -> int:
    """Ask for open chases of which nobody is asked, as when the card was called done. Returns how many orders."""
    return mend_undated(Chase.objects.all(), "chase", date=ChaseMilestone.CHECK, mend=_mend, now=now)


def _mend(ledger: OrderLedger) -> None:
    follow_chase(ledger)
    if chase := open_chase(ledger):
        _set_date(ledger, chase, chase.next_at if chase.next_at > ledger.now else _usual_date(ledger))


def _ask(ledger: OrderLedger, chase: Chase) -> None:
    """The owner looks by the chase's next date."""
    kind, due_at, data = ActionKind.REVIEW_MANUALLY, chase.next_at, {"chase": chase.number}
    item = raise_dated(ledger, kind, rule=RULE, due_at=due_at, subject=chase.subject, data=data)
    if chase.owner_id in present_hands(ledger):
        item.assignee_id = chase.owner_id


def _locked(chase_id: int, *, now: datetime, actor: str) -> tuple[OrderLedger, Chase]:
    """The open chase as it stands once its order is locked."""
    order_id = Chase.objects.values_list("order_id", flat=True).get(pk=chase_id)
    ledger = open_ledger(order_id, now=now, actor=actor)
    chase = next(row for row in ledger.rows_of(Chase) if row.pk == chase_id)
    if not chase.is_open:
        raise ChaseClosed(f"chase {chase_id} is closed: {chase.result}")
    return ledger, chase


def _note(ledger: OrderLedger, what: str, text: str, data: dict[str, str]) -> None:
    private = {"text": text} if text else None
    ledger.write(EventKind.NOTE, what, at=ledger.now, rule=RULE, data=data, private=private)


def _usual_date(ledger: OrderLedger) -> datetime:
    return ledger.now + ledger.policy.duration(RULE, "next_date")


def _series(chase: Chase) -> Series:
    return Series(ChaseMilestone.CHECK, chase.result or "replaced", repeats=True, subject=chase.subject)


def _set_date(ledger: OrderLedger, chase: Chase, next_at: datetime) -> None:
    chase.next_at = next_at
    _store(chase)
    bring_in_line(ledger, _series(chase), [Planned(ChaseMilestone.CHECK, RULE, next_at)], at=ledger.now)
    _ask(ledger, chase)


def _store(chase: Chase) -> None:
    if chase.pk:
        chase.save()
