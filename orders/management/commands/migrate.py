"""Django's own `migrate`, one at a time: hosts that start together do not set one database up twice."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangosMigrate
from django.db import connections

from orders.migrating import alone


class Command(DjangosMigrate):
    """Waits until nobody else changes the tables, then does what is left to do."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate."""
        with alone(connections[options["database"]]):
            super().handle(*args, **options)
