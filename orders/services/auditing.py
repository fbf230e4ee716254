"""The audit list: the one door through which a deed is written into it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orders.models import AuditEntry, AuditKind, AuditOrigin, Store, User

KEPT = timedelta(days=180)  # how long it is known from where somebody came: long enough to look into a break-in


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something, and from where; without a user it is the program's own machine, at its command line."""

    user: User | None = None
    ip: str = ""
    user_agent: str = ""


def note_deed(kind: AuditKind, doer: Doer, *, now: datetime, store: Store | None = None, **data: Any) -> AuditEntry:
    """Write one deed down, in the transaction of what was done. `data` takes ids and codes, no names or addresses."""
    with transaction.atomic():
        entry = AuditEntry.objects.create(at=now, kind=kind, user=doer.user, store=store, data=data)
        if doer.ip or doer.user_agent:
            AuditOrigin.objects.create(entry=entry, at=now, ip=doer.ip or None, user_agent=doer.user_agent[:200])
    return entry


def forget_origins(now: datetime) -> int:
    """Forget from where people came once it is older than `KEPT`; returns how many origins."""
    count, _by_model = AuditOrigin.objects.filter(at__lt=now - KEPT).delete()
    return count
