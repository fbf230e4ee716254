"""`manage.py verify_timeline`: checks the chains of hashes."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from disputes.command_line import ContractCommand
from orders.models import Order
from orders.services.verification import verify_timeline


class Command(ContractCommand):
    """Exit code 0 when every chain is whole, 1 when one is broken (it says where), 2 when there is no such order."""

    help = "Check that no order's timeline was tampered with."

    def add_arguments(self, parser: CommandParser) -> None:
        """One order, or all."""
        parser.add_argument("--order", metavar="NUMBER")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, and say where a chain breaks."""
        self.prepare_database()
        orders = Order.objects.select_related("store").order_by("pk")
        if options["order"]:
            orders = orders.filter(order_number=options["order"])
            if not orders:
                self.fail(f"there is no order {options['order']!r}")
        checked, broken = 0, []
        for order in orders.iterator():
            checked += 1
            if problem := verify_timeline(order):
                broken.append({"store": order.store.slug, "order": order.order_number, "problem": problem})
        self.answer({"checked": checked, "broken": broken}, as_json=options["as_json"])
        if broken:
            first = broken[0]
            raise CommandError(f"order {first['order']} of {first['store']}: {first['problem']}", returncode=1)
