"""`manage.py export_buyer`: what is kept about a buyer, for his request for access."""

import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils.timezone import now

from disputes.command_line import ContractCommand
from evidence.management.commands.erase_buyer import add_buyer_arguments, find_buyer
from evidence.services.disclosure import disclose_buyer
from orders.services.auditing import Doer


class Command(ContractCommand):
    """The document on standard output; that it was asked for stands in the audit list."""

    help = "Print everything that is kept about a buyer, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who."""
        add_buyer_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the document; it is JSON with or without --json."""
        self.prepare_database()
        buyer = find_buyer(options)
        if buyer is None:
            self.fail(f"there is no such buyer in the store {options['store']!r}")
        document = disclose_buyer(buyer.pk, doer=Doer(), now=now())
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=1))
