"""What a change of the rules moves, summed up over many orders: plain JSON that a row keeps between chunks."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from disputes.adopting import DateMove, Fate

LISTED = 50  # lines of each list that a person reads
BIGGEST = 10
SOON = timedelta(hours=24)

Report = dict[str, Any]


def empty_report() -> Report:
    """Nothing looked at yet."""
    return {
        "orders": 0,
        "touched": 0,
        "dates": 0,
        "soon": 0,
        "kinds": {},
        "lines": [],
        "biggest": [],
        "missed": [],
        "failed": [],
    }


def add_order(report: Report, order: int, number: str, moves: Iterable[DateMove], *, now: datetime) -> None:
    """Count one order and what moves on it. `soon` are the dates that come within `SOON` of `now` (UTC) by it."""
    report["orders"] += 1
    lines = [{"order": order, "number": number, **move.as_json()} for move in moves]
    report["touched"] += bool(lines)
    report["dates"] += len(lines)
    for line in lines:
        counts = report["kinds"].setdefault(line["kind"], dict.fromkeys(map(str, Fate), 0))
        counts[line["fate"]] += 1
        if line["fate"] == Fate.MISSED:
            _list(report["missed"], line)
        elif line["becomes"] and datetime.fromisoformat(line["becomes"]) <= now + SOON:
            report["soon"] += 1
        _list(report["lines"], line)
    moved = [line for line in lines if line["was"] and line["becomes"]]
    report["biggest"] = sorted([*report["biggest"], *moved], key=_span, reverse=True)[:BIGGEST]


def missed_dates(report: Report) -> int:
    """How many dates never fire by the change."""
    return sum(counts[Fate.MISSED] for counts in report.get("kinds", {}).values())


def _list(lines: list[Any], line: dict[str, Any]) -> None:
    if len(lines) < LISTED:
        lines.append(line)


def _span(line: dict[str, Any]) -> timedelta:
    return abs(datetime.fromisoformat(line["becomes"]) - datetime.fromisoformat(line["was"]))
