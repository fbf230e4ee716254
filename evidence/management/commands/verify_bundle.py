"""`manage.py verify_bundle`: checks a bundle from its file alone."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from disputes.command_line import ContractCommand, readable_file
from evidence.bundling.verifying import NotABundle, verify


class Command(ContractCommand):
    """Exit code 0 when every embedded exhibit matches the manifest, 1 when not, 2 when the file is no bundle."""

    help = "Check that a bundle's exhibits are what its manifest says; needs no database."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=readable_file, metavar="FILE.pdf")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, and say what does not hold."""
        path: Path = options["file"]
        try:
            found = verify(path)
        except NotABundle as error:
            self.fail(str(error))
        document = {
            "file": str(path),
            "holds": not found.problems,
            "pages": found.pages,
            "exhibits": [
                {
                    "mark": check.mark,
                    "holds": check.holds,
                    "sha256": check.original_sha256,
                    "embedded_sha256": check.stated,
                    "found_sha256": check.found,
                }
                for check in found.checks
            ],
            "problems": list(found.problems),
        }
        self.answer(document, as_json=options["as_json"])
        if found.problems:
            raise CommandError(f"{path.name}: {found.problems[0]}", returncode=1)
