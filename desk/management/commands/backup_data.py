"""`manage.py backup_data`: the database and every file, in one folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.timezone import now

from desk.backups import UnusableBackup, back_up
from desk.database_dumps import DumpFailed
from disputes.command_line import ContractCommand


class Command(ContractCommand):
    """The program may run meanwhile: the backup shows it as it stood when the command began."""

    help = "Back up the database and all files into a new folder of TARGET. SECRET_KEY is no part of it: keep it apart."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the backups lie."""
        parser.add_argument("target", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it, and say what is in it."""
        try:
            document = back_up(options["target"], now=now())
        except (UnusableBackup, DumpFailed, OSError) as error:
            self.fail(str(error))
        self.answer(document, as_json=options["as_json"])
