"""Stores' mailboxes: set up, tested, switched, and how it went."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from messaging.imap import TRY_SECONDS, Address, MailboxProblem, open_mailbox
from messaging.models import MailboxAccount
from messaging.models.mailboxes import MailboxState, MailboxTrouble, Security
from orders.encryption import UnreadableSecret
from orders.models import Store
from orders.querysets import StoreScoped
from orders.services.claiming import backoff

# What a person has to mend: asking again soon would only lock the account at its server.
FOR_A_PERSON = {
    MailboxTrouble.REFUSED,
    MailboxTrouble.FOLDER,
    MailboxTrouble.LOCKED,
    MailboxTrouble.CERTIFICATE,
    MailboxTrouble.PRIVATE,
}
REST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """What an owner says of a mailbox; an empty password keeps the one that is there. `days` back are taken in."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str = "INBOX"
    days: int = 0


def save_mailbox(store: Store, given: MailboxSettings, *, now: datetime) -> MailboxAccount:
    """The store's mailbox, new or changed; another folder, user or server is read from its own beginning."""
    with transaction.atomic():
        known = MailboxAccount.objects.select_for_update().filter(store=store).first()
        account = known or MailboxAccount(store=store, reads_from=now - timedelta(days=given.days))
        before = (account.host, account.user, account.folder)
        account.host, account.port, account.security = given.host, given.port, given.security
        account.user, account.folder = given.user, given.folder
        if given.password:
            account.set_password(given.password)
        if before != (account.host, account.user, account.folder):
            account.uid_validity, account.last_uid, account.last_ok_at = None, 0, None
            account.reads_from = now - timedelta(days=given.days)
        _wake(account, now)
        account.save()
    return account


def switch_mailbox(account_id: int, *, now: datetime) -> MailboxAccount:
    """Switch it off when it is on, and on when it is off."""
    with transaction.atomic():
        account: MailboxAccount = MailboxAccount.objects.select_for_update().get(pk=account_id)
        if account.is_on:
            account.state, account.claim_token, account.lease_until = MailboxState.OFF, None, None
        else:
            _wake(account, now)
        account.save()
    return account


def _wake(account: MailboxAccount, now: datetime) -> None:
    account.state, account.next_attempt_at, account.trouble, account.last_error = MailboxState.PENDING, now, "", ""
    account.claim_token, account.lease_until, account.attempts, account.failures = None, None, 0, 0


def remove_mailbox(account_id: int) -> None:
    """Forget a mailbox with its password; what came through it stays."""
    MailboxAccount.objects.filter(pk=account_id).delete()


def address_of(account: MailboxAccount) -> Address:
    """Where it is, with the password in clear. Raises MailboxProblem where that cannot be unlocked."""
    try:
        password = account.password
    except UnreadableSecret as error:
        raise MailboxProblem(MailboxTrouble.LOCKED, str(error)) from error
    security = Security(account.security)
    return Address(account.host, account.port, security, account.user, password, account.folder)


def check_mailbox(account_id: int, clock: Callable[[], datetime]) -> MailboxTrouble | None:
    """Log in and open the folder now; gives what is wrong, and notes how it went. A mailbox that is off stays off."""
    account: MailboxAccount = MailboxAccount.objects.get(pk=account_id)
    rows = MailboxAccount.objects.filter(pk=account_id)
    try:
        with open_mailbox(address_of(account), seconds=TRY_SECONDS):
            pass
    except MailboxProblem as error:
        rows.update(trouble=error.trouble, last_error=str(error), last_error_at=clock())
        return error.trouble
    now = clock()
    rows.update(trouble="", last_error="", failures=0)
    asleep = rows.filter(state__in=[MailboxState.PENDING, MailboxState.DEAD])
    asleep.update(state=MailboxState.PENDING, next_attempt_at=now, attempts=0)
    return None


def note_read(account: MailboxAccount, *, now: datetime, is_done: bool) -> None:
    """The mailbox was read, to its end or until the time ran out; only while the claim holds."""
    pause = timedelta(seconds=settings.MAILBOX_POLL_SECONDS) if is_done else timedelta(0)
    said = {"last_ok_at": now} if is_done else {}
    _held(account).update(
        state=MailboxState.PENDING,
        next_attempt_at=now + pause,
        claim_token=None,
        lease_until=None,
        attempts=0,
        failures=0,
        trouble="",
        last_error="",
        **said,
    )


def note_trouble(account: MailboxAccount, problem: MailboxProblem, *, now: datetime) -> None:
    """The mailbox could not be read: it is tried again later, at growing distances."""
    rest = REST if problem.trouble in FOR_A_PERSON else backoff(account.failures + 1)
    _held(account).update(
        state=MailboxState.PENDING,
        next_attempt_at=now + rest,
        claim_token=None,
        lease_until=None,
        attempts=0,
        failures=account.failures + 1,
        trouble=problem.trouble,
        last_error=str(problem),
        last_error_at=now,
    )


def note_progress(account: MailboxAccount, *, uid_validity: int, uid: int) -> bool:
    """Keep up to where the mailbox was read; say whether the claim still held."""
    account.uid_validity, account.last_uid = uid_validity, max(uid, 0)
    return _held(account).update(uid_validity=uid_validity, last_uid=account.last_uid) == 1


def _held(account: MailboxAccount) -> StoreScoped:
    return MailboxAccount.objects.filter(pk=account.pk, claim_token=account.claim_token).exclude(claim_token=None)
