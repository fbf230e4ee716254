"""Reading stores' mailboxes: one worker at a mailbox, mail by mail, each recorded once, up to where the last look came.

No transaction is open while a server is asked. The mark moves on after each mail, so that a look can be broken off
anywhere; what is met twice is known by its identity.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, DataError
from django.db.models import Q

from disputes.receiving import Fetched, keep_unreadable, take_mail
from messaging.imap import Mailbox, MailboxProblem, open_mailbox
from messaging.models import MailboxAccount
from messaging.models.mailboxes import MailboxState, MailboxTrouble
from messaging.services.mailboxes import address_of, note_progress, note_read, note_trouble
from orders.services.claiming import claim_due, reap_expired, release_claim

logger = logging.getLogger(__name__)
AGAIN = timedelta(days=7)  # before the last look: what is read again where the server counts anew

Clock = Callable[[], datetime]


def mailboxes_wait(now: datetime) -> bool:
    """Whether a mailbox's turn has come, or its worker died over it."""
    is_due = Q(state=MailboxState.PENDING, next_attempt_at__lte=now)
    is_lost = Q(state=MailboxState.CLAIMED, lease_until__lt=now)
    return MailboxAccount.objects.filter(is_due | is_lost).exists()


def read_mailboxes(clock: Clock, *, until: datetime) -> int:
    """Read every mailbox whose turn has come, until none is left or the time budget ends. Returns how many mails."""
    taken = 0
    reap_expired(MailboxAccount, now=clock())
    while clock() < until:
        claim = claim_due(MailboxAccount, now=clock(), limit=1)
        account = MailboxAccount.objects.filter(pk__in=claim.ids, claim_token=claim.token).first()
        if account is None:
            break
        try:
            taken += read_mailbox(account, clock, until=min(until, claim.work_until))
        finally:
            release_claim(MailboxAccount, claim)  # where something unforeseen was raised
    return taken


def read_mailbox(account: MailboxAccount, clock: Clock, *, until: datetime) -> int:
    """Take in what is new in a claimed mailbox, until `until`. Returns how many mails were new."""
    taken = 0
    try:
        with open_mailbox(address_of(account)) as mailbox:
            uids = _new_uids(account, mailbox)
            for uid in uids:
                if clock() >= until:
                    break
                taken += _take_one(account, mailbox, uid, clock)
                if not note_progress(account, uid_validity=mailbox.uid_validity, uid=uid):
                    return taken  # the lease was lost, or an owner switched it off
            is_done = not uids or account.last_uid >= uids[-1]
            if not uids:
                note_progress(account, uid_validity=mailbox.uid_validity, uid=account.last_uid)
    except MailboxProblem as problem:
        logger.warning("mailbox %s could not be read: %s", account.pk, problem)
        note_trouble(account, problem, now=clock())
        return taken
    note_read(account, now=clock(), is_done=is_done)
    return taken


def _new_uids(account: MailboxAccount, mailbox: Mailbox) -> list[int]:
    """What came since the last look; where the server counts anew, all since the first, which are then recognised."""
    if account.uid_validity == mailbox.uid_validity and account.last_uid:
        return mailbox.uids_after(account.last_uid)
    account.last_uid = 0
    known_until = account.last_ok_at - AGAIN if account.last_ok_at else account.reads_from
    return mailbox.uids_since(max(account.reads_from, known_until))


def _take_one(account: MailboxAccount, mailbox: Mailbox, uid: int, clock: Clock) -> int:
    """Take in one mail; whatever is odd about it, it is kept, and the next one comes."""
    lying = mailbox.fetch(uid, most=settings.MAILBOX_MAIL_BYTES)
    if lying is None or lying.received_at < account.reads_from:
        return 0
    fetched = Fetched(lying.raw, lying.received_at, lying.size, is_cut=lying.is_cut)
    try:
        return int(take_mail(account, fetched, now=clock()) is not None)
    except DataError:  # the database takes no such letter or number: the next mail must not wait behind this one
        return _keep_for_a_person(account, fetched, uid, clock)
    except (OSError, DatabaseError) as error:
        raise MailboxProblem(MailboxTrouble.ODD, f"it could not be kept: {error}") from error
    except Exception:
        # The one broad net: whatever is wrong with a mail, it is no other mail's fault.
        return _keep_for_a_person(account, fetched, uid, clock)


def _keep_for_a_person(account: MailboxAccount, fetched: Fetched, uid: int, clock: Clock) -> int:
    """Keep a mail that upset us as it came, for a person to look at."""
    logger.exception("mail %s of mailbox %s could not be read", uid, account.pk)
    keep_unreadable(account, fetched, now=clock())
    return 1
