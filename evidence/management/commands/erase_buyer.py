"""`manage.py erase_buyer`: erases a buyer's personal data, or says what that would take."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.timezone import now

from disputes.command_line import ContractCommand
from evidence.services.erasure import ErasurePreview, erase_buyer, preview_erasure
from orders.models import Buyer
from orders.services.auditing import Doer
from orders.services.erasure import ErasureCause, NotErasable


def add_buyer_arguments(parser: CommandParser) -> None:
    """How a command names a buyer: by one of his orders, or his address."""
    parser.add_argument("--store", required=True, metavar="SLUG")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--order", metavar="NUMBER")
    who.add_argument("--email", metavar="ADDRESS")


def find_buyer(options: dict[str, Any]) -> Buyer | None:
    """The buyer that the options name."""
    buyers = Buyer.objects.filter(store__slug=options["store"]).select_related("store")
    if options["order"]:
        found: Buyer | None = buyers.filter(orders__order_number=options["order"]).first()
        return found
    return buyers.filter(email__iexact=options["email"]).first()


class Command(ContractCommand):
    """Exit code 1 when he cannot be erased yet; it says why. The timelines stay whole: `verify_timeline` says so."""

    help = "Erase what names a buyer (LGPD, PIPL); his orders and their timelines stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and which of the exhibits and bundles go too."""
        add_buyer_arguments(parser)
        parser.add_argument("--exhibits", default="none", choices=["none", "all"])
        parser.add_argument("--bundles", default="none", choices=["none", "all"])
        parser.add_argument("--dry-run", action="store_true", help="say what would go and what would stay")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Erase, or look."""
        self.prepare_database()
        buyer = find_buyer(options)
        if buyer is None:
            self.fail(f"there is no such buyer in the store {options['store']!r}")
        preview = preview_erasure(buyer, now=now())
        if options["dry_run"]:
            return self.answer(_seen(preview), as_json=options["as_json"])
        try:
            erased = erase_buyer(
                buyer.pk,
                cause=ErasureCause.REQUEST,
                now=now(),
                doer=Doer(),
                exhibits=[row.pk for row in preview.exhibits] if options["exhibits"] == "all" else [],
                bundles=[row.pk for row in preview.bundles] if options["bundles"] == "all" else [],
            )
        except NotErasable as error:
            raise CommandError(f"the buyer cannot be erased yet: {error}", returncode=1) from error
        return self.answer({"buyer": buyer.pk, "erased": erased.as_json()}, as_json=options["as_json"])


def _seen(preview: ErasurePreview) -> dict[str, Any]:
    return {
        "buyer": preview.buyer.pk,
        "orders": [order.order_number for order in preview.orders],
        "obstacles": list(preview.obstacles),
        "said": preview.said,
        "messages": preview.messages,
        "files": [file.name for file in preview.files],
        "exhibits": [{"kind": row.kind, "name": row.name, "sha256": row.sha256} for row in preview.exhibits],
        "bundles": [{"recipient": row.recipient, "state": row.state, "sha256": row.sha256} for row in preview.bundles],
        "named_in_news": preview.named_in_news,
    }
