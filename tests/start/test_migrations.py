"""Two versions of the program at once during an upgrade: what a migration adds must not refuse the older one's rows."""

from collections.abc import Iterator

import pytest
from django.db import models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddField,
    AlterModelTable,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)

APPS = ("orders", "messaging", "disputes", "evidence")
# Made before there was any release to upgrade from.
BEFORE = {"orders": 8, "messaging": 1, "disputes": 3, "evidence": 3}
BREAKING = (RemoveField, RenameField, RenameModel, DeleteModel, AlterModelTable)


def later_migrations() -> Iterator[Migration]:
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app in APPS and int(name[:4]) > BEFORE[app]:
            yield migration


@pytest.mark.parametrize("migration", list(later_migrations()), ids=str)
def test_a_migration_only_adds_and_lets_the_older_versions_rows_in(migration: Migration) -> None:
    breaking = [operation for operation in migration.operations if isinstance(operation, BREAKING)]
    made = {operation.name_lower for operation in migration.operations if isinstance(operation, CreateModel)}
    fields = [operation for operation in migration.operations if isinstance(operation, AddField)]
    added = [operation for operation in fields if operation.model_name_lower not in made]  # new tables have no old rows
    demanding = [field.name for field in added if not may_be_left_out(field.field)]
    assert (breaking, demanding) == ([], []), "give the column null=True or a db_default"


def may_be_left_out(field: models.Field[object, object]) -> bool:
    return field.null or field.has_db_default()
