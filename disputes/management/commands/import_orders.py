"""`manage.py import_orders`: takes an order file in."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from disputes.command_line import FileCommand, readable_file
from disputes.intake import Intake, Report
from orders.importing.columns import load_mapping


class Command(FileCommand):
    """Orders from CSV, XLSX or XLS, with their facts and their milestones."""

    help = "Import an order file into a store."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, the store, and how to read the file."""
        super().add_arguments(parser)
        parser.add_argument("--mapping", type=readable_file, help="a TOML file that says which column is which")

    def take(self, intake: Intake, path: Path, timezone: str, options: dict[str, Any]) -> Report:
        """Read the orders."""
        mapping = load_mapping(options["mapping"]) if options["mapping"] else None
        return intake.import_orders(path, timezone=timezone, mapping=mapping)
