"""Takes an order file in, one way or the other: `python -m benchmarks.peers.selling VERB [FILE]`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import django
import tablib
from django.core.management import call_command
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.settings")
django.setup()

from benchmarks.peers.selling.models import Item, Milestone, Order  # noqa: E402  after django.setup()
from benchmarks.peers.selling.resources import BulkOrderResource, OrderResource  # noqa: E402

MODELS = (Order, Item, Milestone)


def prepare(_path: str = "") -> None:
    """Empty tables."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in MODELS)} RESTART IDENTITY")


def take(resource: type[OrderResource] | type[BulkOrderResource]) -> Callable[[str], None]:
    """Import a file by django-import-export."""

    def take_file(path: str) -> None:
        with Path(path).open(encoding="utf-8", newline="") as stream:
            dataset = tablib.Dataset().load(stream, format="csv")
        result = resource().import_data(dataset, dry_run=False, raise_errors=True)
        if result.has_errors() or Order.objects.count() != len(dataset):
            raise RuntimeError(f"{Order.objects.count()} of {len(dataset)} orders are stored")

    return take_file


def dump(path: str) -> None:
    """What is stored, as files that COPY reads, beside the order file."""
    with connection.cursor() as cursor:
        for model in MODELS:
            with cursor.copy(f"COPY {model._meta.db_table} TO STDOUT") as copy, _dump_of(path, model).open("wb") as out:
                for block in copy:
                    out.write(block)


def copy(path: str) -> None:
    """The limit: rows that are ready, in one transaction, with nothing but the tables' own constraints."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for model in MODELS:
            with (
                cursor.copy(f"COPY {model._meta.db_table} FROM STDIN") as target,
                _dump_of(path, model).open("rb") as rows,
            ):
                while block := rows.read(1 << 16):
                    target.write(block)
        cursor.execute("COMMIT")


def _dump_of(path: str, model: type) -> Path:
    return Path(f"{path}.{model.__name__}")


VERBS: dict[str, Callable[[str], None]] = {
    "prepare": prepare,
    "import_export": take(OrderResource),
    "import_export_bulk": take(BulkOrderResource),
    "dump": dump,
    "copy": copy,
}

if __name__ == "__main__":
    VERBS[sys.argv[1]](sys.argv[2])
