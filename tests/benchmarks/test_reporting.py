"""What a benchmark hands back: the contract's form, what was missed, and who could not be run."""

import json
from pathlib import Path

import pytest

from benchmarks.reporting import Results, Target, describe_machine, shorten


@pytest.fixture
def results() -> Results:
    targets = {"fire.ours_over_peer": Target(5), "idle_ms.10M": Target(1, is_ceiling=True), "never.measured": Target(2)}
    return Results(
        "timers",
        runs=2,
        targets=targets,
        figures={"fire_per_s.ours": 1234.5678},
        ratios={"fire.ours_over_peer": 4.9, "idle_ms.10M": 0.4},
        not_run={"fire.other": "it is not installed"},
    )


def test_only_what_was_measured_can_be_missed(results: Results) -> None:
    assert results.missed() == ["fire.ours_over_peer"]


def test_the_table_names_targets_and_who_did_not_run(results: Results) -> None:
    lines = [" ".join(line.split()) for line in results.table().splitlines()]
    assert "fire.ours_over_peer 4.9 ≥ 5: MISSED" in lines
    assert "idle_ms.10M 0.4 ≤ 1: holds" in lines
    assert "fire.other not run: it is not installed" in lines


def test_the_json_is_the_contracts(results: Results, tmp_path: Path) -> None:
    document = json.loads(results.keep(tmp_path).read_text(encoding="utf-8"))
    assert (document["runs"], document["figures"]["fire_per_s.ours"]) == (2, 1235)
    assert document["ratios"] == {"fire.ours_over_peer": 4.9, "idle_ms.10M": 0.4}
    assert document["missed"] == ["fire.ours_over_peer"]
    assert set(describe_machine()) <= set(document["machine"])


@pytest.mark.parametrize(("value", "shown"), [(0.0312345, 0.03123), (12.0, 12), (1234.56, 1235), (123_456.7, 123_500)])
def test_a_figure_has_the_digits_that_count(value: float, shown: float) -> None:
    assert shorten(value) == shown
