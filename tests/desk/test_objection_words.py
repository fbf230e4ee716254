"""No sentence by which orders refuse a deed is without the reader's words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.reason_words import REASONS, reason_words
from orders.lifecycle import OrderState
from orders.services import objections

WARNINGS = {"S1": "high value", "S2": "postal channel"}  # said of what was done, by desk.import_words


def refusals() -> Iterator[str]:
    for node in ast.walk(ast.parse(Path(objections.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Broken":
            rule, said = (arg.value if isinstance(arg, ast.Constant) else None for arg in node.args)
            if isinstance(rule, str) and isinstance(said, str) and WARNINGS.get(rule, "-") not in said:
                yield said


@pytest.mark.parametrize("sentence", sorted(set(refusals())))
def test_no_refusal_is_without_words(sentence: str) -> None:
    assert sentence in REASONS


@pytest.mark.parametrize("state", OrderState)
def test_a_refusal_names_the_orders_state_by_its_label(state: OrderState) -> None:
    assert reason_words(f"shipped is not possible now: the order is {state}") == (
        f"it is not possible now: the order is “{state.label}”"
    )
