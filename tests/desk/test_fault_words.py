"""What is wrong with a file is said in the reader's words, and nothing that the import says is without them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.fault_words import FAULTS, fault_words
from disputes import rehearsal_runs
from evidence import storing
from evidence.bundling import chats, signing
from evidence.services import bundles, exhibits
from orders.importing import amounts, values
from orders.services import files as order_files

IMPORTING = Path(values.__file__).parent
# What only a mapping file or a program can bring about, never a page.
UNSEEN = ("mapping", "date_format", "[columns]", "unknown setting", "TOML file", "does not name year", "not a date f")
# What another error fills in, or what is said to a command or to a script of the page alone.
SHOWN_NOWHERE = ("X: X", "X: X: choose a smaller file", "that is where the program keeps its own files",
                 "X: by its content it is X: choose a X file")  # fmt: skip


def sentences() -> Iterator[str]:
    """What the import raises, each gap filled with a word."""
    for path in sorted(IMPORTING.glob("*_file.py")) + [IMPORTING / f"{n}.py" for n in ("values", "amounts", "rows")]:
        yield from raised(path)


def raised(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            yield filled(node.exc.args[0])


def refusals() -> Iterator[str]:
    """What is raised on the way of an upload or a press, where the page shows it."""
    for module in (exhibits, chats, bundles, rehearsal_runs, order_files):
        yield from raised(Path(module.__file__))
    yield from (f"photo.gif: {sentence}: choose a smaller file" for sentence in raised(Path(storing.__file__)))
    yield from raised(Path(signing.__file__))
    for kind in exhibits.KNOWN_STARTS.values():
        yield f"photo.gif: by its content it is {kind}: choose a {exhibits.TYPES} file"


def filled(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return "".join(_part(part) for part in parts)


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "'X'" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else "X"


@pytest.mark.parametrize("sentence", sorted(set(sentences()) - {""}))
def test_no_fault_of_a_cell_is_without_words(sentence: str) -> None:
    assert fault_words(sentence) != sentence or any(word in sentence for word in UNSEEN)


@pytest.mark.parametrize("sentence", sorted({*refusals(), chats.TOO_LONG} - {*SHOWN_NOWHERE, ""}))
def test_no_refusal_of_an_upload_or_a_press_is_without_words(sentence: str) -> None:
    assert fault_words(sentence) != sentence


@pytest.mark.parametrize("sentence", [values.AMBIGUOUS_DATE, values.LOST_DIGITS, values.NOT_A_DATE, amounts.AMBIGUOUS,
                                      amounts.NEGATIVE, amounts.NOT_AN_AMOUNT])  # fmt: skip
def test_no_fault_that_has_a_name_is_without_words(sentence: str) -> None:
    assert fault_words(sentence) != sentence


def test_every_gap_of_a_translation_is_filled_by_its_sentence() -> None:
    for sentence, words in FAULTS.items():
        given = set(re.findall(r"\{(\w+)\}", sentence))
        assert set(re.findall(r"%\((\w+)\)s", str(words))) <= given


def test_a_files_name_stays_before_its_fault_and_what_nobody_knows_is_shown_as_it_is() -> None:
    assert fault_words("a: b.csv: the file is empty; export the orders as CSV (UTF-8) or XLSX") == (
        "a: b.csv: The file is empty. Export it again as CSV (UTF-8) or XLSX."
    )
    assert fault_words("the moon: 100%") == "the moon: 100%"
    assert fault_words("could not be stored: 100% {x}") == "It could not be stored: 100% {x}"
