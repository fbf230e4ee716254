"""What the contract's commands share: one JSON document on standard output, one line on standard error, exit codes."""

import argparse
import json
import sys
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, DatabaseError, DataError, IntegrityError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now

from disputes.intake import Intake, Report
from disputes.plain_answers import plain_lines
from orders.events import read_instant
from orders.importing.files import UnusableFile
from orders.migrating import alone
from orders.models import Store
from orders.policies import UnusablePolicy
from orders.zones import known_zone

LONGEST_NUMBER = 18  # digits of a row's number
UNUSABLE = 2  # the exit code for input that could not be used at all


class ContractCommand(BaseCommand):
    """A command of the contract: it takes `--json`, and answers errors with one line and exit code 2."""

    requires_system_checks: list[str] = []  # the packs are read anyway, with a better line

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Argparse's own exit code for a wrong call is 2 as well; its usage would be lines too many."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.print_usage = lambda file=None: None  # type: ignore[method-assign]
        parser.add_argument("--json", action="store_true", dest="as_json", help="answer with one JSON document")
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """A database that cannot be used is the caller's to mend; with --traceback he sees where it failed."""
        try:
            return super().execute(*args, **options)
        except (DataError, IntegrityError) as error:
            self.fail(f"the database refuses a value: {error}")
        except (DatabaseError, ImproperlyConfigured) as error:
            self.fail(f"the database cannot be used ({error}): check DATABASE_URL, and that its server runs")

    def answer(self, document: dict[str, Any], *, as_json: bool) -> None:
        """Print the answer: as JSON, or for a person."""
        if as_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=1))
            return
        for line in plain_lines(document):
            self.stdout.write(line)

    def fail(self, message: str) -> NoReturn:
        """Give up: the input could not be used. One line says what, where and what to do."""
        raise CommandError(" ".join(message.split()), returncode=UNUSABLE)

    def tell(self, message: str) -> None:
        """Progress and warnings go where they disturb no script."""
        print(message, file=sys.stderr)  # noqa: T201

    def prepare_database(self) -> None:
        """Set up an empty database at its first use; refuse one that an older version of the program left."""
        connection = connections[DEFAULT_DB_ALIAS]
        with alone(connection):
            executor = MigrationExecutor(connection)
            if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return
            if connection.introspection.table_names():
                self.fail("the database was made by an older version: run `manage.py migrate` first")
            executor.migrate(executor.loader.graph.leaf_nodes())


def readable_file(text: str) -> Path:
    """An argument that names a file. Raises argparse's error when there is none."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return path


def dispute_number(text: str) -> int:
    """An argument that is a dispute's number, as the desk's address of it shows."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise argparse.ArgumentTypeError(f"{text!r} is no dispute's number: expected one such as 12")
    return int(text)


def zone_name(text: str) -> str:
    """An argument that names an IANA time zone."""
    if not known_zone(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no time zone: expected one such as America/Sao_Paulo")
    return text


def given_instant(text: str) -> datetime:
    """An argument that is an instant; without an offset it is in UTC."""
    try:
        return read_instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is {error}") from error


class FileCommand(ContractCommand):
    """A command that takes a file into a store."""

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, the store, the zone of the file's times, and whether it is only a trial."""
        parser.add_argument("file", type=readable_file)
        parser.add_argument("--store", required=True, metavar="SLUG")
        parser.add_argument("--timezone", type=zone_name)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and store nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Take the file in and answer with the report."""
        self.prepare_database()
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            self.fail(f"there is no store {options['store']!r}: make it with `manage.py create_store` first")
        timezone = options["timezone"] or store.current_policy.platform_zone
        intake = Intake(store, now(), "command", lambda rows: self.tell(f"{rows} rows read"), now)
        try:
            with transaction.atomic() if options["dry_run"] else nullcontext():
                report = self.take(intake, options["file"], timezone, options)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except (UnusableFile, UnusablePolicy) as error:
            self.fail(str(error))
        self.answer(report.as_json(), as_json=options["as_json"])

    def take(self, intake: Intake, path: Path, timezone: str, options: dict[str, Any]) -> Report:
        """What the command does with its file. Raises UnusableFile."""
        raise NotImplementedError
