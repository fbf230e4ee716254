"""Django's own `migrate`, one at a time: hosts that start together do not set one database up twice."""

from typing import Any

from django.core.checks import Tags
from django.core.management.commands.migrate import Command as DjangosMigrate
from django.db import connections

from orders.migrating import alone
from orders.search_index import ensure_search_index


class Command(DjangosMigrate):
    """Waits until nobody else changes the tables, then does what is left to do."""

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        """What is checked before: everything but the database, whose tables may be those of another host just now."""
        return super().get_check_kwargs(options) | {"databases": []}

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then make the index for searches, which PostgreSQL makes outside a transaction only, then check."""
        connection = connections[options["database"]]
        with alone(connection):
            super().handle(*args, **options)
        if ensure_search_index(connection) and not options["skip_checks"]:
            self.check(tags=[Tags.database], databases=[connection.alias])
