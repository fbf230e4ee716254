"""The database that a command meets: none yet, an older version's, somebody else's, or one that cannot be reached."""

import re
from pathlib import Path

import environ
import psycopg
import pytest

from tests.commands.conftest import ALICE, CommandLine, Ended

pytestmark = pytest.mark.slow


def test_an_older_versions_database_asks_for_migrate_and_is_left_alone(line: CommandLine) -> None:
    line.query("DELETE FROM django_migrations WHERE app = 'evidence' AND (name LIKE '0006%' OR name LIKE '%squashed%')")
    before = line.rows()
    assert "`manage.py migrate`" in line.refusal("create_store", "bob", *ALICE, "--json")
    assert line.rows() == before


def test_a_server_that_cannot_be_reached_is_one_line(empty: CommandLine) -> None:
    empty.variables["DATABASE_URL"] = "postgres://prazo:secret@127.0.0.1:1/prazo"
    refusal = empty.refusal("verify_timeline", "--json")
    assert "DATABASE_URL" in refusal
    assert "secret" not in refusal


def test_a_file_that_is_no_database_is_one_line_and_left_alone(empty: CommandLine) -> None:
    empty.write(empty.database.name, "order_number,placed_at\n" * 100)
    assert "not a database" in empty.refusal("import_orders", empty.database, "--store", "alice", "--json")
    assert empty.database.read_text() == "order_number,placed_at\n" * 100


def test_two_commands_at_once_set_one_empty_database_up(empty: CommandLine) -> None:
    slugs = ["one", "two", "three"]
    started = [empty.start("create_store", slug, *ALICE, "--json") for slug in slugs]
    documents = [Ended(*process.communicate(), process.returncode).document for process in started]
    assert [(row["store"], row["created"]) for row in documents] == [(slug, True) for slug in slugs]
    assert [bool(row["log_in_link"]) for row in documents].count(True) == 1
    assert empty.query("SELECT count(*) FROM orders_user") == [(1,)]


def test_the_first_migration_of_a_public_installation_asks_for_no_table(empty: CommandLine) -> None:
    empty.variables["SITE_URL"] = "https://prazo.example.com"
    ended = empty.run("migrate", "--noinput", "--verbosity", "0")
    assert (ended.code, ended.errors) == (0, "")
    assert empty.run("migrate", "--check").code == 0


def empty_postgresql(server: str, name: str) -> str:
    """The address of a new database there."""
    host = environ.Env.db_url_config(server)["HOST"]
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.removesuffix("/postgres") + f"/{name}"


def test_four_hosts_at_once_set_one_empty_postgresql_up(tmp_path: Path, postgresql_url: str) -> None:
    url = empty_postgresql(postgresql_url, "four_hosts")
    hosts = [CommandLine(tmp_path / str(number), {"DATABASE_URL": url}) for number in range(4)]
    for host in hosts:
        host.folder.mkdir()
    words = [("migrate", "--verbosity", "0"), ("create_store", "alice", *ALICE, "--json")] * 2
    started = [host.start(*command) for host, command in zip(hosts, words, strict=True)]
    ended = [Ended(*process.communicate(), process.returncode) for process in started]
    assert [(row.code, row.errors) for row in ended] == [(0, "")] * 4
    assert [ended[1].document["created"], ended[3].document["created"]].count(True) == 1


def test_an_empty_postgresql_is_set_up_by_the_first_command(empty: CommandLine, postgresql_url: str) -> None:
    host = environ.Env.db_url_config(postgresql_url)["HOST"]
    empty.variables["DATABASE_URL"] = empty_postgresql(postgresql_url, "commands")
    assert empty.answer("create_store", "alice", *ALICE)["created"] is True
    file = empty.write("orders.csv", "order_number,placed_at,paid_at\n801,2026-03-02,2026-03-03\n")
    assert empty.answer("import_orders", file, "--store", "alice")["created"] == 1
    with psycopg.connect(host=host, user="postgres", dbname="commands") as connection:
        connection.execute("SET session_replication_role = replica")  # past the trigger
        connection.execute("UPDATE orders_timelineevent SET rule = 'P9' WHERE type = 'payment_confirmed'")
    ended = empty.run("verify_timeline", "--json")
    assert "(payment_confirmed) was changed" in ended.errors
    assert not empty.database.exists()


STEP_BY_STEP = """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.loader.replace_migrations = False
executor.loader.build_graph()
executor.migrate([name for name in executor.loader.graph.leaf_nodes() if "_squashed_" not in name[1]])
"""


def tables_of(line: CommandLine) -> dict[str, list[str]]:
    """The tables with their columns, the indexes and the triggers, whatever the order in which they were made."""
    made = line.query("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    columns = {name: sorted(map(str, line.query(f"SELECT * FROM pragma_table_info('{name}')"))) for _, name, *_ in made}
    return {
        f"{kind} {name}": sorted(re.sub(r"^\(\d+, ", "(", column) for column in columns[name])
        if kind == "table"
        else [sql.replace('"', "")]
        for kind, name, _table, sql in made
    }


def test_a_new_database_has_the_tables_of_one_that_grew_step_by_step(line: CommandLine, tmp_path: Path) -> None:
    grown = CommandLine(tmp_path / "grown")
    grown.folder.mkdir()
    assert grown.run("shell", "-v", "0", "-c", STEP_BY_STEP).code == 0
    assert line.run("migrate", "-v", "0").code == 0
    assert tables_of(line) == tables_of(grown)
