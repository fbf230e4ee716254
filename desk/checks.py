"""System checks: nothing of the demo is left where strangers knock."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from desk.demo_accounts import PASSWORD, PEOPLE
from orders.models import User


@register(Tags.database)
def check_demo_people(databases: Sequence[str] | None = None, **_kwargs: Any) -> Sequence[CheckMessage]:
    """desk.E001: an account of the demo, with the password that its documentation tells, behind a public address."""
    # Before the first migration there is nobody; while later ones wait, only columns of old are asked for.
    if not (databases and settings.SECURE and User._meta.db_table in connection.introspection.table_names()):
        return []
    people = User.objects.filter(email__in=PEOPLE, is_active=True).values_list("email", "password")
    return [
        Error(
            f"{email} has the demo's password.",
            hint="Start with a database of its own: DATABASE_URL, or PRAZO_DATA.",
            id="desk.E001",
        )
        for email, password in people
        if check_password(PASSWORD, password)  # not the user's own method: it would write a new hash
    ]
