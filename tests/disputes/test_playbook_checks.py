"""A playbook with a gap is said at the start: which file, which step, and what is wrong."""

from pathlib import Path

import pytest

from desk.figure_words import REFUND_KINDS
from disputes.playbook_checks import check_playbooks
from disputes.playbooks import PLAYBOOKS, measured_by, wrong_shipments

GOOD = (PLAYBOOKS / "carrier_fee.toml").read_text(encoding="utf-8")

MEASURED = 'measured = { rule = "R3", value = "target", since = "opened" }'


def test_the_playbooks_that_ship_are_whole() -> None:
    assert check_playbooks() == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"has_paid_fee", "amount?"', '"has_paid_fees"', "has_paid_fees"),
        ('asks = ["has_paid_fee", ', "asks = [", "nobody asks 'has_paid_fee' before it"),
        ('rule = "R8"', 'rule = "R99"', "rule 'R99' is not one with values"),
        ('tells = "case_received"', 'tells = "case_lost"', "case_lost"),
        (
            'needs = [{ step = "call_carrier" }]',
            'needs = [{ step = "paid" }]',
            "which comes after it",
        ),
        ('needs = [{ step = "call_carrier" }]', 'needs = [{ step = "nobody" }]', "there is no step 'nobody'"),
        ('is = ["yes"]', 'is = ["maybe"]', "never 'maybe'"),
        ('books = "fee"', 'books = "gold"', "gold"),
        ('state = ["approved"]', 'state = ["happy"]', "'happy' is no state of a case"),
        ('name = "paid"', 'name = "approve"', "two steps are called 'approve'"),
        ('decides = "approve"', "optional = true", "no step approves what the buyer gets"),
        ('remedies = ["compensation", "answer"]', 'remedies = ["reship"]', "no step gives the buyer"),
        ("pt-br = ", "fr = ", "title is missing in pt-br"),
        ('money = "paid"', 'money = "paid", slot = "x"', "is no condition"),
        ("position = 110", "position = 110\nwhat = 1", "is no key of a playbook"),
        ("position = 110", f"position = 110\n{MEASURED.replace('target', 'days')}", "[R3] has no span 'days'"),
        ("position = 110", f"position = 110\n{MEASURED.replace('opened', 'turn')}", "runs from when it was opened"),
    ],
)
def test_what_is_wrong_in_a_playbook_is_named(old: str, new: str, problem: str, tmp_path: Path) -> None:
    assert old in GOOD
    (tmp_path / "carrier_fee.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    found = check_playbooks(tmp_path)
    assert [line for line in found if "carrier_fee.toml" in line and problem in line], found


def test_kinds_that_one_rule_measures_run_alike(tmp_path: Path) -> None:
    for kind, since in (("fee", "opened"), ("post", "arrived")):
        written = GOOD.replace("position = 110", f"position = 110\n{MEASURED.replace('opened', since)}")
        (tmp_path / f"{kind}.toml").write_text(written, encoding="utf-8")
    assert check_playbooks(tmp_path) == ["post.toml: measured: another kind's time by R3 runs differently"]


def test_the_figures_read_from_the_files_what_is_measured_and_whose_mistake_it_is() -> None:
    measured = {rule: [playbook.kind for playbook in kinds] for rule, kinds in measured_by().items()}
    assert measured == {"R1": ["refund_before_shipping"], "R3": ["refund_after_shipping"], "R4": ["return"]}
    assert set(REFUND_KINDS) == set(measured)
    assert wrong_shipments() == ["wrong_item", "missing_item"]
