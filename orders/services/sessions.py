"""Sessions that are over leave nothing behind: neither the session nor from where it was used."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session


def clear_sessions(now: datetime) -> int:
    """Forget sessions past their time, and the entries of those that ended; returns how many entries went."""
    Session.objects.filter(expire_date__lt=now).delete()
    count: int
    count, _by_model = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return count
