"""`manage.py verify_bundle`: checks a bundle from its file alone."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from disputes.command_line import ContractCommand, readable_file
from evidence.bundling.signatures import UnusableCertificate
from evidence.bundling.verifying import NotABundle, Verification, verify


class Command(ContractCommand):
    """Exit code 0 when every embedded exhibit matches the manifest, 1 when not, 2 when the file is no bundle."""

    help = "Check that a bundle is what was exported, and who signed it; needs nothing but the file."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and whom to trust."""
        parser.add_argument("file", type=readable_file, metavar="FILE.pdf")
        parser.add_argument(
            "--trust", type=readable_file, action="append", default=[], metavar="CERTIFICATE.pem",
            help="an authority that the signature has to go back to; may be given several times",
        )  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, and say what does not hold."""
        path: Path = options["file"]
        try:
            found = verify(path, options["trust"])
        except (NotABundle, UnusableCertificate) as error:
            self.fail(str(error))
        self.answer({"file": str(path)} | _document(found), as_json=options["as_json"])
        if found.problems:
            raise CommandError(f"{path.name}: {found.problems[0]}", returncode=1)


def _document(found: Verification) -> dict[str, Any]:
    return {
        "holds": not found.problems,
        "verify_line": found.line,
        "pages": found.pages,
        "part": found.part,
        "parts": found.parts,
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
        "attached": [
            {"name": file.name, "holds": file.stated == file.found, "sha256": file.stated, "found_sha256": file.found}
            for file in found.attached
        ],
        "signatures": [{key: _plain(value) for key, value in asdict(one).items()} for one in found.signatures],
        "problems": list(found.problems),
    }


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
