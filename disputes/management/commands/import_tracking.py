"""`manage.py import_tracking`: takes a file of tracking news in."""

from pathlib import Path
from typing import Any

from disputes.command_line import FileCommand
from disputes.intake import Intake, Report


class Command(FileCommand):
    """Tracking events from CSV, XLSX or XLS, put to the parcels that they tell of."""

    help = "Import a tracking file into a store."

    def take(self, intake: Intake, path: Path, timezone: str, options: dict[str, Any]) -> Report:
        """Read the events."""
        return intake.import_tracking(path, timezone=timezone)
