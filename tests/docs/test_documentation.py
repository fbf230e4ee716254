"""What the documentation names is there, and what it says of the code is current."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core import management
from django.core.management import find_commands, get_commands, load_command_class

from desk.documenting import UnknownPart, fill_page, machine_moves
from desk.rules import RULES
from disputes.advising import TABLE
from orders.lifecycle import OrderLifecycle
from orders.policies import HEADINGS, SCHEMA, load_policy, policy_names

BASE: Path = settings.BASE_DIR
PAGES = sorted([*BASE.glob("*.md"), *(BASE / "docs").rglob("*.md"), *(BASE / "docker").glob("*.md")])
APPS = ("desk", "evidence", "disputes", "messaging", "orders")
LINK = re.compile(r"\]\(([^)\s]+)\)")
MAKE = re.compile(r"(?:`|^ {4}|PORT=\d+ )make ([a-z][a-z-]*)", re.MULTILINE)
COMMAND = re.compile(r"manage\.py ([a-z][a-z_]+)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
SETTING = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)`|export ([A-Z_]+)=")
READ_BY_SETTINGS = re.compile(r"""env\.\w+\(\s*"([A-Z_]+)\"""")
READ_BY_CODE = re.compile(r"""environ(?:\.get\(|\[)\s*"([A-Z_]+)\"""")
CODE_FILE = re.compile(r"`((?:config|orders|messaging|disputes|evidence|desk|tests)/[a-z0-9_./-]+\.(?:py|toml))`")
RULE_ID = re.compile(r"[A-Z]\d*")


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(BASE))


each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


DJANGOS = str(Path(management.__file__).parent)


def own_commands() -> dict[str, str]:
    """The commands that are ours alone: one of Django's that we bring under a lock is still Django's."""
    return {name: app for name, app in get_commands().items() if app in APPS and name not in find_commands(DJANGOS)}


@each_page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(text_of(page)) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@each_page
def test_every_verb_of_make_is_there(page: Path) -> None:
    verbs = set(re.findall(r"^([a-z-]+):.*##", text_of(BASE / "Makefile"), re.MULTILINE))
    assert [verb for verb in MAKE.findall(text_of(page)) if verb not in verbs] == []


@each_page
def test_every_command_is_there(page: Path) -> None:
    assert [name for name in COMMAND.findall(text_of(page)) if name not in get_commands()] == []


@each_page
def test_every_file_of_the_code_is_there(page: Path) -> None:
    assert [name for name in CODE_FILE.findall(text_of(page)) if not (BASE / name).is_file()] == []


@each_page
def test_no_page_names_a_machine(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:work|root|home|Users)/", text_of(page)) == []


def test_every_command_of_the_program_is_on_its_page() -> None:
    page = text_of(BASE / "docs" / "commands.md")
    assert [name for name in own_commands() if not re.search(rf"^\| `{name}\b", page, re.MULTILINE)] == []


@pytest.mark.parametrize(
    "line", re.findall(r"^\| `([a-z_]+ .*?)` \|", text_of(BASE / "docs" / "commands.md"), re.MULTILINE)
)
def test_a_command_takes_the_options_that_its_page_names(line: str) -> None:
    name = line.split()[0]
    parser = load_command_class(own_commands()[name], name).create_parser("manage.py", name)
    taken = {option for action in parser._actions for option in action.option_strings}
    assert [option for option in OPTION.findall(line) if option not in taken] == []
    assert "--json" in taken


def test_every_variable_that_the_settings_read_is_documented() -> None:
    read = READ_BY_SETTINGS.findall(text_of(BASE / "config" / "settings.py"))
    page = text_of(BASE / "docs" / "configuration.md")
    assert len(read) > 10
    assert [name for name in read if f"`{name}`" not in page] == []


def variables_read() -> set[str]:
    files = [path for folder in ("config", "tests", *APPS) for path in (BASE / folder).rglob("*.py")]
    texts = [text_of(path) for path in files]
    return {name for text in texts for pattern in (READ_BY_SETTINGS, READ_BY_CODE) for name in pattern.findall(text)}


@pytest.mark.parametrize("name", ["README.md", "docs/configuration.md"])
def test_every_variable_that_is_documented_is_read(name: str) -> None:
    known = variables_read() | {"DEBUG", "INFO", "WARNING", "ERROR", "C"}  # levels of LOG_LEVEL, and a ctype
    named = {first or second for first, second in SETTING.findall(text_of(BASE / name))}
    assert named - known == set()


@each_page
def test_what_follows_from_the_code_is_current(page: Path) -> None:
    assert fill_page(text_of(page)) == text_of(page), "run: manage.py write_docs"


def test_a_page_that_marks_an_unknown_part_is_refused() -> None:
    with pytest.raises(UnknownPart, match="no part is called 'weather'"):
        fill_page("<!-- written: weather -->\n<!-- end -->")


def test_every_transition_says_what_happened() -> None:
    moves = machine_moves(OrderLifecycle)
    assert {"ship", "deliver", "open_dispute"} <= {move.name for move in moves}
    assert [move.name for move in moves if len(move.meaning) < 10] == []


def rows_of_rules() -> list[tuple[list[str], list[str], list[str]]]:
    """The last table of docs/rules.md: rules, files of the code, files of the tests."""
    table = text_of(BASE / "docs" / "rules.md").partition("## Where each rule lives")[2]
    rows = [line.split("|")[1:4] for line in table.splitlines() if re.match(r"\| [A-Z]\d*(,| )", line)]
    return [(RULE_ID.findall(rules), CODE_FILE.findall(code), CODE_FILE.findall(tests)) for rules, code, tests in rows]


@pytest.mark.parametrize(("rules", "code", "tests"), rows_of_rules(), ids=lambda cell: ",".join(cell)[:40])
def test_a_rule_lives_where_its_page_says(rules: list[str], code: list[str], tests: list[str]) -> None:
    assert code
    for place in (code, tests):
        texts = [text_of(BASE / name) for name in place]
        missing = [rule for rule in rules if texts and not any(re.search(rf"\b{rule}\b", text) for text in texts)]
        assert missing == []


def test_every_rule_is_known_to_its_page() -> None:
    page = text_of(BASE / "docs" / "rules.md")
    of_packs = {rule for name in policy_names() for rule in load_policy(name).rules}
    rules = {*RULES, *SCHEMA, *of_packs, *(row.rule for row in TABLE)}
    assert [rule for rule in sorted(rules) if f"| {rule} |" not in page] == []
    assert not rules & HEADINGS
