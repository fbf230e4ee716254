"""`manage.py import_contacts`: takes in how buyers are reached."""

from pathlib import Path
from typing import Any

from disputes.command_line import FileCommand
from disputes.intake import Intake, Report


class Command(FileCommand):
    """E-mail addresses, phones, languages and time zones from CSV, XLSX or XLS, put to the orders' buyers."""

    help = "Add contact data from a file to the buyers of a store's orders. Nothing is sent by it."

    def take(self, intake: Intake, path: Path, timezone: str, options: dict[str, Any]) -> Report:
        """Read the contacts; the zone is of no use, for the file has no times."""
        return intake.import_contacts(path)
