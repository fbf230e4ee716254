"""`manage.py export_bundle`: writes a dispute's evidence as one PDF."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from disputes.command_line import ContractCommand, dispute_number
from disputes.models import Dispute
from evidence.bundling.fitting import UnfitBundle
from evidence.bundling.rendering import UnusableRenderer
from evidence.recipients import DEFAULT, UnknownRecipient
from evidence.services.bundles import copy_bundle, make_bundle_now


class Command(ContractCommand):
    """Two exports of the same case are the same bytes."""

    help = "Export a dispute's evidence as one PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which dispute, where to, and for whom."""
        parser.add_argument("dispute", type=dispute_number, metavar="DISPUTE")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
        parser.add_argument("--recipient", default=DEFAULT, metavar="PROFILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the bundle here, and write it where it is wanted."""
        self.prepare_database()
        target: Path = options["out"]
        if not target.parent.is_dir():
            self.fail(f"there is no folder {str(target.parent)!r}: make it first, or choose another --out")
        try:
            bundle = make_bundle_now(
                options["dispute"], recipient=options["recipient"], clock=timezone.now, actor="command"
            )
            places = copy_bundle(bundle, target)
        except Dispute.DoesNotExist:
            self.fail(f"there is no dispute {options['dispute']}: load_scenario and the desk tell a dispute's number")
        except (UnknownRecipient, UnusableRenderer, UnfitBundle) as error:
            self.fail(str(error))
        except OSError as error:
            self.fail(f"{target} cannot be written: {error.strerror or error}: choose another --out")
        for code in bundle.report["replaced"]:
            self.tell(f"{code} is in no font: written as [{code}]")
        document = {
            "file": str(target),
            "pages": bundle.pages,
            "bytes": bundle.size,
            "sha256": bundle.sha256,
            "exhibits": bundle.report["exhibits"],
            "recipient": bundle.recipient,
            "parts": bundle.parts,
            "files": [str(place) for place in places],
        }
        self.answer(document, as_json=options["as_json"])
