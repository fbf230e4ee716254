"""Telling the team what is due: claim, look again, say it in one message for each channel, and mark it.

No transaction is open while we talk to anybody. A repeat is possible only when this process dies between the answer
and the mark, or the database takes no mark for as long as the lease.
"""

import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from messaging.bulletins import POSTS, Bulletin, Verdict, channel_limits, judge, write_plain
from messaging.channels import ChannelKind
from messaging.marking import Unmarked, mark_firmly
from messaging.models import NoticeState, TeamChannel, TeamNotice
from messaging.services.team import note_failure, note_success, take_turn
from orders.encryption import UnreadableSecret
from orders.models import User
from orders.models.claims import ClaimState
from orders.outward import ForbiddenAddress, NoAnswer, post
from orders.services.claiming import Claim, claim_due, fail_claimed, release_claim

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
Recipient = TeamChannel | User
MERGED = 200  # notices in one message, at most


class Desk(Protocol):
    """Who knows what notices are about: whether each still holds, and how to say them to somebody."""

    def obstacles(self, notices: Sequence[TeamNotice], *, now: datetime) -> dict[int, str]:
        """The notices that are not needed any more, by id, each with the reason."""

    def compose(self, recipient: Recipient, notices: Sequence[TeamNotice], *, now: datetime) -> Bulletin | None:
        """One message with all of them, or None where there is nothing to say."""


def tell_due(clock: Clock, desk: Desk, *, until: datetime) -> int:
    """Tell everything that is due and whose turn has come; returns how many notices were told."""
    now = clock()
    due = TeamNotice.objects.filter(state=ClaimState.PENDING, next_attempt_at__lte=now).order_by()
    told = 0
    for channel_id, person_id, kind in due.values_list("channel_id", "person_id", "kind").distinct():
        if clock() >= until:
            break
        recipient = _channel_in_turn(channel_id, now) if channel_id else _person(person_id or 0)
        if recipient is not None:
            told += _tell(recipient, kind, clock, desk)
    return told


def _channel_in_turn(channel_id: int, now: datetime) -> TeamChannel | None:
    """The channel, if its turn has come; the next one comes with the next wake-up."""
    channel = TeamChannel.objects.filter(pk=channel_id).first()
    return take_turn(channel_id, channel_limits(channel.kind).pause, now=now) if channel else None


def _person(person_id: int) -> User | None:
    """The person, unless he may not log in any more: then nothing is for him."""
    person = User.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        waiting = TeamNotice.objects.filter(person=person_id, state=ClaimState.PENDING)
        waiting.update(state=NoticeState.CANCELLED, reason="left")
    return person


def _tell(recipient: Recipient, kind: str, clock: Clock, desk: Desk) -> int:
    """Claim what is due for him of one kind, and say it at once."""
    whose = "channel" if isinstance(recipient, TeamChannel) else "person"
    mine = TeamNotice.objects.filter(**{whose: recipient}, kind=kind)
    claim = claim_due(TeamNotice, now=clock(), limit=MERGED, among=mine)
    try:
        notices = _still_needed(claim, desk, now=clock())
        bulletin = desk.compose(recipient, notices, now=clock()) if notices else None
        if bulletin is None:
            _end(claim, notices, NoticeState.CANCELLED, reason="nothing to say")
            return 0
        verdict = deliver(recipient, bulletin, now=clock())
        said_at = clock()
        if not verdict.is_taken:
            _note_refusal(claim, notices, recipient, verdict, now=said_at)
            return 0
        return mark_firmly(lambda: _mark(claim, notices, recipient, now=said_at), clock, until=claim.lease_until)
    except Unmarked:
        logger.exception("notices to %s were told and are not marked: they are told again later", recipient.pk)
        claim.ids.clear()
        return 0
    except Exception as error:
        # The one broad net: what cannot be said waits, and the others are told.
        logger.exception("notices to %s could not be told", recipient.pk)
        for pk in claim.ids:
            fail_claimed(TeamNotice, pk, claim.token, error=f"{type(error).__name__}: {error}", now=clock())
        return 0
    finally:
        release_claim(TeamNotice, claim)


def _still_needed(claim: Claim, desk: Desk, *, now: datetime) -> list[TeamNotice]:
    """The claimed notices that still hold; the others end here, with the reason."""
    held = list(TeamNotice.objects.filter(pk__in=claim.ids, claim_token=claim.token).order_by("raised_at", "pk"))
    obstacles = desk.obstacles(held, now=now)
    for notice in held:
        if reason := obstacles.get(notice.pk):
            _end(claim, [notice], NoticeState.CANCELLED, reason=reason)
    return [notice for notice in held if notice.pk not in obstacles]


def _end(claim: Claim, notices: Sequence[TeamNotice], state: NoticeState, *, reason: str) -> None:
    rows = TeamNotice.objects.filter(pk__in=[notice.pk for notice in notices], claim_token=claim.token)
    rows.update(state=state, reason=reason[:200], claim_token=None, lease_until=None)


def _mark(claim: Claim, notices: Sequence[TeamNotice], recipient: Recipient, *, now: datetime) -> int:
    """Mark the notices as told; returns how many. It can be repeated."""
    with transaction.atomic():
        if isinstance(recipient, TeamChannel):
            note_success(recipient.pk, now=now)
        rows = TeamNotice.objects.filter(pk__in=[notice.pk for notice in notices], claim_token=claim.token)
        return rows.update(state=NoticeState.SENT, sent_at=now, claim_token=None, lease_until=None, last_error="")


def _note_refusal(
    claim: Claim, notices: Sequence[TeamNotice], recipient: Recipient, verdict: Verdict, *, now: datetime
) -> None:
    """Write down that it was not taken, and when it is tried again."""
    if isinstance(recipient, TeamChannel):
        note_failure(recipient.pk, verdict.said, now=now, wait=verdict.wait)
    logger.warning("notices to %s %s were not taken: %s", type(recipient).__name__, recipient.pk, verdict.said)
    if verdict.wait is None:  # "too many" is no notice's fault, and costs none an attempt
        for notice in notices:
            fail_claimed(TeamNotice, notice.pk, claim.token, error=verdict.said, now=now)


# --- out of the house -------------------------------------------------------------------------------------------------
def deliver(recipient: Recipient, bulletin: Bulletin, *, now: datetime) -> Verdict:
    """Say it, and give what came back; whatever goes wrong outside is an answer, too."""
    if isinstance(recipient, User):
        return _mail(recipient.email, bulletin)
    try:
        if recipient.kind == ChannelKind.EMAIL:
            return _mail(recipient.address, bulletin)
        out = POSTS[recipient.kind](bulletin, recipient.address, recipient.secret, now)
        answer = post(out.url, out.body, out.headers)
    except (UnreadableSecret, ForbiddenAddress, NoAnswer) as error:
        return Verdict(is_taken=False, said=str(error))
    return judge(recipient.kind, answer.status, answer.body, answer.retry_after)


def _mail(address: str, bulletin: Bulletin) -> Verdict:
    """The same Message-ID whenever the same is told: mail systems that de-duplicate can."""
    mail = EmailMultiAlternatives(
        subject=" ".join(bulletin.title.split())[:200],
        body=write_plain(bulletin),
        to=[address],
        headers={
            "Message-ID": f"<team.{bulletin.key}@{settings.MESSAGE_ID_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(),
    )
    if bulletin.html:
        mail.attach_alternative(bulletin.html, "text/html")
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        return Verdict(is_taken=False, said=f"{type(error).__name__}: {error}"[:500])
    return Verdict(is_taken=True, said="250")
