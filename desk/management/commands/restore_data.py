"""`manage.py restore_data`: a backup, brought back into an empty installation, or only checked."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from desk.backups import UnusableBackup, read_backup, restore
from desk.database_dumps import DumpFailed
from disputes.command_line import ContractCommand

OTHER_KEY = (
    "SECRET_KEY is not the one that the backup was made with: what it locked away, such as the keys of tracking "
    "services, cannot be read. Set the former key, or add it to SECRET_KEY_FALLBACKS"
)


class Command(ContractCommand):
    """Nothing is overwritten: the database must have no tables, and MEDIA_ROOT no files."""

    help = "Restore a backup that backup_data made into an empty installation."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which backup."""
        parser.add_argument("source", type=Path)
        parser.add_argument("--check", action="store_true", help="only say whether the backup is whole")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check it, and restore it."""
        source: Path = options["source"]
        try:
            if options["check"]:
                manifest = read_backup(source)
                document = {"backup": str(source), "made_at": manifest["made_at"], "files": len(manifest["files"])}
            else:
                document = restore(source)
        except (UnusableBackup, DumpFailed, OSError) as error:
            self.fail(str(error))
        if document.get("same_key") is False:
            self.tell(OTHER_KEY)
        self.answer(document, as_json=options["as_json"])
