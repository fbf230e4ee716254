"""`manage.py import_reviews`: takes a file of reviews in."""

from pathlib import Path
from typing import Any

from disputes.command_line import FileCommand
from disputes.intake import Intake, Report


class Command(FileCommand):
    """Reviews from CSV, XLSX or XLS, sorted by cause and put to their orders."""

    help = "Import a review file into a store. A review whose order is not there waits for it."

    def take(self, intake: Intake, path: Path, timezone: str, options: dict[str, Any]) -> Report:
        """Read the reviews."""
        return intake.import_reviews(path, timezone=timezone)
