"""Asking tracking services for the parcels whose turn has come: in batches, by any number of workers.

Claiming, calling and recording are three steps; no transaction is open while a service is called. What a call brings
is recorded parcel by parcel, each under its order's lock and only while the claim holds.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models, transaction

from disputes.tracking_answers import journey_of, note_answer, take_news
from orders.models import TrackingAccount, TrackingSubscription
from orders.models.claims import ClaimState
from orders.models.providers import SubscriptionState
from orders.providers.interface import (
    Answer,
    ErrorKind,
    Parcel,
    Provider,
    ProviderError,
    ProviderName,
    QuotaUsedUp,
    Standing,
)
from orders.providers.limits import ServiceLimits, circuit, service_limits
from orders.services.claiming import BATCH, Claim, claim_due, fail_claimed, release_claim
from orders.services.ledger import open_ledger, save_ledgers
from orders.services.subscriptions import (
    Need,
    ask_again,
    end_subscription,
    fail_subscription,
    need_of,
    parcel_of,
    put_back,
    put_off,
)
from orders.services.tracking_accounts import (
    Clock,
    Resting,
    Sleep,
    awake_accounts,
    note_failure,
    note_success,
    open_provider,
)

logger = logging.getLogger(__name__)
MOST_WORKERS = 2  # a slow service keeps no more of them from the deadlines
PATIENCE = timedelta(minutes=30)  # before a number is registered again that the service has forgotten

Rows = list[TrackingSubscription]
Settle = Callable[[TrackingSubscription, Answer, datetime], None]


def workers_wanted(now: datetime) -> int:
    """How many workers the parcels are worth that are due at accounts that may be called."""
    due: models.QuerySet[TrackingSubscription] = TrackingSubscription.objects.filter(
        state=ClaimState.PENDING, next_attempt_at__lte=now, account__in=awake_accounts(now)
    )
    return -(-due[: BATCH * MOST_WORKERS].count() // BATCH)


def poll_due(clock: Clock, *, until: datetime, sleep: Sleep = time.sleep) -> int:
    """Ask for every parcel that is due, until nothing is left or the time budget ends at `until`.

    Returns how many parcels were answered for. A service that does not answer costs the others nothing.
    """
    return sum(_poll_account(account, clock, until, sleep) for account in awake_accounts(clock()))


def _poll_account(account: TrackingAccount, clock: Clock, until: datetime, sleep: Sleep) -> int:
    answered = 0
    terms = service_limits(ProviderName(account.provider))
    try:
        provider = open_provider(account, clock, sleep=sleep)
    except ProviderError as error:
        note_failure(account.pk, error, now=clock())
        return 0
    while clock() < until and awake_accounts(clock()).filter(pk=account.pk).exists():
        due = TrackingSubscription.objects.filter(account=account)
        claim = claim_due(TrackingSubscription, now=clock(), limit=terms.per_call, among=due)
        if not claim.ids:
            break
        turn = Turn(account.pk, provider, terms, claim, clock)
        try:
            turn.work()
        except (Resting, LostClaim):
            break
        finally:
            answered += turn.answered
            release_claim(TrackingSubscription, claim)
    return answered


class LostClaim(Exception):
    """The lease has passed, and another worker has the row: it decides."""


@dataclass
class Turn:
    """One claim of one account: what each of its parcels needs, in at most three calls."""

    account_id: int
    provider: Provider
    terms: ServiceLimits
    claim: Claim
    clock: Clock
    answered: int = 0
    followed: Rows = field(default_factory=list)  # the service follows them after all: they are asked for as well

    def work(self) -> None:
        """Bring every parcel of the claim forward. Raises Resting when the account may not be called any more."""
        rows = self._by_need()
        self._settle_without_call(rows)
        self._call(self.provider.register, rows[Need.REGISTER], self._note_registered)
        self._call(self.provider.resume, rows[Need.RESUME], self._note_resumed)
        self._call(self.provider.ask, [*rows[Need.ASK], *self.followed], self._note_told)

    def _by_need(self) -> dict[Need, Rows]:
        """The claim's parcels, looked at again now that it is their turn."""
        held = TrackingSubscription.objects.filter(pk__in=self.claim.ids, claim_token=self.claim.token)
        rows: dict[Need, Rows] = defaultdict(list)
        for row in held.select_related("account", "shipment__order__buyer").order_by("pk"):
            rows[need_of(row, self.clock())].append(row)
        return rows

    def _settle_without_call(self, rows: dict[Need, Rows]) -> None:
        """Raises LostClaim."""
        for need, state in ENDS.items():
            for row in rows[need]:
                with self._held(row) as held:
                    end_subscription(held, state, error="" if need is Need.NOTHING_MORE else need.value)
        for row in rows[Need.QUOTA]:
            with self._held(row) as held:
                put_off(held, row.account.no_quota_until or self.clock(), error=Need.QUOTA.value)

    def _call(self, call: Callable[[Sequence[Parcel]], list[Answer]], rows: Rows, settle: Settle) -> None:
        """Call the service for these rows, and settle each with its answer; two orders may share a parcel."""
        by_number: dict[str, Rows] = defaultdict(list)
        for row in rows:
            by_number[row.shipment.tracking_number].append(row)
        if not by_number:
            return
        try:
            answers = call([parcel_of(found[0]) for found in by_number.values()])
        except ProviderError as error:
            note_failure(self.account_id, error, now=self.clock())
            put_back(self.claim, [row.pk for row in rows], now=self.clock(), error=str(error))
            return
        self._note_success(answers)
        for answer in answers:
            for row in by_number[answer.number]:
                self._settle_one(row, answer, settle)

    def _note_success(self, answers: list[Answer]) -> None:
        note_success(self.account_id, now=self.clock())
        if used_up := next((answer for answer in answers if answer.error is ErrorKind.QUOTA_USED_UP), None):
            note_failure(self.account_id, QuotaUsedUp("; ".join(used_up.problems)), now=self.clock())

    def _settle_one(self, row: TrackingSubscription, answer: Answer, settle: Settle) -> None:
        try:
            settle(row, answer, self.clock())
            self.answered += 1
        except LostClaim:
            logger.warning("subscription %s was answered for after its lease was lost", row.pk)
        except Exception as error:
            # The one broad net: an answer that cannot be recorded waits, and the others go on.
            logger.exception("the answer about subscription %s could not be recorded", row.pk)
            text = f"{type(error).__name__}: {error}"
            fail_claimed(TrackingSubscription, row.pk, self.claim.token, error=text, now=self.clock())

    @contextmanager
    def _held(self, row: TrackingSubscription) -> Iterator[TrackingSubscription]:
        """The row under its lock, to be changed. Raises LostClaim where another worker has it by now."""
        with transaction.atomic():
            mine = TrackingSubscription.objects.select_for_update(of=("self",))
            held = mine.filter(pk=row.pk, claim_token=self.claim.token).first()
            if held is None:
                raise LostClaim
            yield held

    # --- what the answers mean ----------------------------------------------------------------------------------------
    def _note_registered(self, row: TrackingSubscription, answer: Answer, now: datetime) -> None:
        with self._held(row) as held:
            if answer.standing in {Standing.TRACKED, Standing.ALREADY}:
                held.registered_at, held.carrier = now, answer.carrier or held.carrier
                put_off(held, now + self.terms.first_look if answer.standing is Standing.TRACKED else now)
            else:
                _note_refusal(held, answer, now)

    def _note_resumed(self, row: TrackingSubscription, answer: Answer, now: datetime) -> None:
        if answer.standing is Standing.ALREADY:
            self.followed.append(row)
            return
        with self._held(row) as held:
            if answer.standing is Standing.TRACKED:
                held.resumed_at, held.stopped_at = now, None
                put_off(held, now + self.terms.first_look)
            elif answer.standing is Standing.STOPPED:
                end_subscription(held, SubscriptionState.STOPPED, error="; ".join(answer.problems))
            else:
                _note_refusal(held, answer, now)

    def _note_told(self, row: TrackingSubscription, answer: Answer, now: datetime) -> None:
        if answer.standing not in {Standing.TRACKED, Standing.WAITING, Standing.NOT_FOUND}:
            with self._held(row) as held:
                _note_refusal(held, answer, now)
            return
        source = row.account.provider
        with transaction.atomic():
            ledger = open_ledger(row.shipment.order_id, now=now, actor=source)  # the order's lock comes first, always
            with self._held(row) as held:
                shipment = next(parcel for parcel in ledger.shipments if parcel.pk == held.shipment_id)
                telling, found = take_news(ledger, shipment, answer, source=source, found_before=held.found)
                save_ledgers([ledger])
                held.last_asked_at, held.stopped_at = now, None
                problems = note_answer(held, answer, telling, found)
                ask_again(held, journey_of(ledger, shipment), now=now, problems=problems)


ENDS = {
    Need.NOTHING_MORE: SubscriptionState.FINISHED,
    Need.OTHER_NUMBER: SubscriptionState.REJECTED,
    Need.NO_RESUME: SubscriptionState.STOPPED,
}


def _note_refusal(held: TrackingSubscription, answer: Answer, now: datetime) -> None:
    """An answer that is none: refused for good, forgotten by the service, or only for now."""
    said = "; ".join(answer.problems)
    if answer.standing is Standing.REJECTED:
        end_subscription(held, SubscriptionState.REJECTED, error=said)
    elif answer.standing is Standing.NOT_REGISTERED:
        held.registered_at = held.stopped_at = None
        put_off(held, now + PATIENCE, error=said)
    elif answer.standing is Standing.STOPPED:
        held.stopped_at = now
        put_off(held, now)
    elif answer.error is ErrorKind.QUOTA_USED_UP:
        put_off(held, now + circuit().quota_rest, error=said)
    else:
        fail_subscription(held, now=now, error=said)
