"""The house's rules that no tool knows: who imports whom, who reads the clock, and what there is none of."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

BASE = Path(__file__).resolve().parents[1]
# Upstream last: an app imports only itself and those to its right.
APPS = ["desk", "evidence", "disputes", "messaging", "orders"]
FIRST_PARTY = {*APPS, "config", "manage"}
# Inside an app, a module imports nothing of a layer after its own. A module of another name stands in the
# last of the layers that it imports, and in the first, the pure one, when it imports none.
LAYERS = [
    {"lifecycle", "policies", "planning", "events", "records", "calendars", "zones", "tax_ids"},
    {"models", "querysets"},
    {"services"},
    {"reactions", "recording"},
    {"tasks"},
    {"views", "admin", "api", "urls", "management"},
]
# Who may know config: it starts the program. The demo starts the processes that config describes.
STARTERS = {"manage", "desk.management.commands.demo"}
# The doors: they read the clock, everything behind them is told the time.
CLOCK_READERS = re.compile(
    r"""
    /management/commands/ | /tasks(\.py|/) | /views(\.py|/) | _views\.py | /api/ | /admin(\.py|/)
    | /middleware\.py | /context\.py | /accounts\.py | /back_office\.py | /demo\w*(\.py|/) | ^config/
    """,
    re.VERBOSE,
)
CLOCKS = re.compile(
    r"\b(datetime|date|dt)\.(now|utcnow|today)\b|\btimezone\.(now|localtime|localdate)\b"
    r"|\btime\.(time|time_ns|localtime|gmtime|ctime)\b|\bNow\b|\bauto_now(_add)?\b"
)
SIGNALS = {"django.dispatch", "django.db.models.signals", "django.core.signals", "django.db.backends.signals"}


@cache
def modules() -> dict[str, ast.Module]:
    """Every first-party module by its dotted name, migrations left out."""
    found = {"manage": ast.parse((BASE / "manage.py").read_text(encoding="utf-8"))}
    for package in [*APPS, "config"]:
        for path in sorted((BASE / package).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(BASE).with_suffix("").parts).removesuffix(".__init__")
                found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def path_of(name: str) -> str:
    path = name.replace(".", "/")
    return f"{path}.py" if (BASE / f"{path}.py").exists() else f"{path}/__init__.py"


def named_by(node: ast.AST, known: Iterable[str]) -> set[str]:
    """The modules that an import statement names; `from package import module` names the module."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return set()
    return {longer if (longer := f"{node.module}.{alias.name}") in known else node.module for alias in node.names}


def imports_of(tree: ast.AST, known: Iterable[str]) -> set[str]:
    """The first-party modules that are imported anywhere in the tree."""
    names = {name for node in ast.walk(tree) for name in named_by(node, known)}
    return {name for name in names if name.split(".")[0] in FIRST_PARTY}


@cache
def graph() -> dict[str, set[str]]:
    """Module → the first-party modules that it imports."""
    known = modules()
    return {name: imports_of(tree, known) - {name} for name, tree in known.items()}


def app_of(name: str) -> str:
    return name.split(".")[0]


def edges() -> Iterator[tuple[str, str]]:
    return ((importer, imported) for importer, names in sorted(graph().items()) for imported in sorted(names))


def test_the_scan_sees_the_program() -> None:
    assert {"orders.models", "orders.models.orders", "orders.planning", "config.celery"} <= set(graph())
    assert "orders.policies" in graph()["orders.planning"]
    assert "orders.models.accounts" in graph()["orders.models.orders"]


def test_an_app_imports_only_what_stands_upstream_of_it() -> None:
    wrong = [
        f"{importer} imports {imported}"
        for importer, imported in edges()
        if app_of(importer) in APPS
        and app_of(imported) in APPS
        and APPS.index(app_of(imported)) < APPS.index(app_of(importer))
    ]
    assert wrong == []


def test_nobody_imports_config_but_what_starts_the_program() -> None:
    wrong = [
        f"{importer} imports {imported}"
        for importer, imported in edges()
        if app_of(imported) in {"config", "manage"}
        and app_of(importer) != "config"
        and importer not in STARTERS
        and imported != "config.celery"
    ]
    assert wrong == []


def test_every_starter_exists() -> None:
    assert set(graph()) >= STARTERS


def test_nothing_of_the_program_imports_the_tests() -> None:
    known = modules()
    named = {
        name: {found for node in ast.walk(tree) for found in named_by(node, known)} for name, tree in known.items()
    }
    assert [
        name for name, found in named.items() if any(app_of(other) in {"tests", "conftest"} for other in found)
    ] == []


def test_no_function_imports_a_module_of_the_program() -> None:
    known = modules()
    functions = (
        (name, node)
        for name, tree in known.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    late = [f"{path_of(name)}:{node.lineno} {node.name}" for name, node in functions if imports_of(node, known)]
    assert late == []


def test_no_import_is_relative() -> None:
    relative = [
        f"{path_of(name)}:{node.lineno}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def cycles(links: dict[str, set[str]]) -> list[list[str]]:
    """What is left after taking away, again and again, the modules that import nothing that is left."""
    left = {name: {other for other in others if other in links} for name, others in links.items()}
    while leaves := {name for name, others in left.items() if not others}:
        left = {name: others - leaves for name, others in left.items() if name not in leaves}
    # What only leads into a cycle goes too, from the other end.
    while roots := set(left) - {other for others in left.values() for other in others}:
        left = {name: others for name, others in left.items() if name not in roots}
    return [[name, *sorted(others)] for name, others in sorted(left.items())]


def test_cycles_are_found() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [["b", "c"], ["c", "b"]]


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert cycles(graph()) == []


def in_services(name: str) -> bool:
    return "services" in name.split(".")[1:]


def test_services_never_import_tasks() -> None:
    wrong = [(importer, imported) for importer, imported in edges() if in_services(importer) and ".tasks" in imported]
    assert wrong == []


def declared_layer(name: str) -> int | None:
    """The layer that a module's place in its app declares, if any."""
    parts = name.split(".")[1:2]
    return next((depth for depth, names in enumerate(LAYERS) if names.intersection(parts)), None)


@cache
def layer(name: str) -> int:
    """The declared layer, else the last of those that the module imports from its own app."""
    declared = declared_layer(name)
    return declared if declared is not None else max((layer(other) for other in same_app(name)), default=0)


def same_app(name: str) -> list[str]:
    return [other for other in sorted(graph()[name]) if app_of(other) == app_of(name) and other in graph()]


def test_inside_an_app_a_layer_imports_none_after_it() -> None:
    wrong = [
        f"{name} imports {other}"
        for name in sorted(graph())
        if app_of(name) in APPS
        for other in same_app(name)
        if layer(other) > layer(name)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "name", ["planning", "policies", "events", "calendars", "zones", "tax_ids", "tracking_phrases"]
)
def test_a_pure_module_imports_no_django(name: str) -> None:
    tree = modules()[f"orders.{name}"]
    imported = {found for node in ast.walk(tree) for found in named_by(node, ())}
    assert [found for found in imported if app_of(found) == "django"] == []


def test_nobody_reads_the_clock_but_the_doors() -> None:
    read = [
        f"{path_of(name)}:{node.lineno}: {ast.unparse(node)}"
        for name, tree in modules().items()
        if not CLOCK_READERS.search(path_of(name))
        for node in ast.walk(tree)
        if reads_clock(node)
    ]
    assert read == []


def reads_clock(node: ast.AST) -> bool:
    """Whether the expression names a clock; `timezone.now` handed on as a function counts too."""
    if isinstance(node, ast.Attribute):
        return CLOCKS.fullmatch(ast.unparse(node)) is not None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "Now"
    return isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}


@pytest.mark.parametrize(
    "text",
    [
        "timezone.now()",
        "datetime.now(tz=UTC)",
        "date.today()",
        "DateTimeField(default=timezone.now)",
        "DateTimeField(auto_now_add=True)",
        "Now()",
        "time.time()",
    ],
)
def test_a_look_at_the_clock_is_found(text: str) -> None:
    assert any(reads_clock(node) for node in ast.walk(ast.parse(text)))


@pytest.mark.parametrize(
    "text", ["time.monotonic()", "plan(now)", "self.now", "datetime(2026, 1, 1)", "timezone.activate(zone)"]
)
def test_other_uses_of_time_are_left_in_peace(text: str) -> None:
    assert not any(reads_clock(node) for node in ast.walk(ast.parse(text)))


def test_no_migration_leans_on_a_squashed_one() -> None:
    """A database that an older version made at one step does not know the name of the step that came later."""
    known = MigrationLoader(None).disk_migrations.items()
    leaning = [name for name, step in known for _app, other in step.dependencies if "_squashed_" in other]
    assert leaning == []
    assert any(step.replaces for _name, step in known)


def test_there_are_no_signals() -> None:
    known = modules()
    named = {
        name: {found for node in ast.walk(tree) for found in named_by(node, known)} for name, tree in known.items()
    }
    assert [name for name in known if name.split(".")[-1] in {"signals", "receivers"}] == []
    assert [name for name, found in named.items() if found & SIGNALS] == []


@pytest.mark.parametrize("banned", ["utils", "helpers", "common", "misc", "core"])
def test_no_module_is_a_drawer_for_everything(banned: str) -> None:
    assert [name for name in modules() if banned in name.split(".")] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [path_of(name) for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {path_of(name) for name in modules() if len((BASE / path_of(name)).read_text("utf-8").splitlines()) > 400}
    assert long == set()
