"""A rehearsal's result as pictures: dates, messages, states and broken rules, beside those of the present rules."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from desk.charts import Chart, Form, Mark, Series, Tone
from desk.words import MILESTONES, PURPOSES, Words, state_label
from disputes.models import Rehearsal
from orders.policies import Policy

OUTCOMES: dict[str, Tone] = {"fired": Tone.ACCENT, "cancelled": Tone.QUIET, "pending": Tone.WARN}


def charts_of(rehearsal: Rehearsal, policy: Policy) -> list[Chart]:
    """The pictures, one for each kind of number that there is any of."""
    results = rehearsal.report.get("results", [])
    if not results:
        return []
    drawn = [
        *_milestones(results, policy),
        _counted(_("Messages to buyers"), _("What they are about"), "messages", results, lambda c: _word(PURPOSES, c)),
        _counted(
            _("Where the orders stand at the end"), _("State"), "states", results, lambda c: state_label(c, policy)
        ),
        _counted(_("Rules that the facts broke"), _("Rule"), "violations", results, str),
    ]
    return [chart for chart in drawn if chart.labels]


def _word(table: Mapping[str, Words], code: str) -> str:
    return str(table.get(code, code.replace("_", " ")))


def _milestones(results: list[dict[str, Any]], policy: Policy) -> Iterator[Chart]:
    """Each set of rules has its own: outcomes lie one after another in a bar."""
    kinds = list(dict.fromkeys(kind for result in results for kind in result["milestones"]))
    words = {"fired": _("fired"), "cancelled": _("called off"), "pending": _("still to come")}
    for result, name in zip(results, set_names(results), strict=False):
        series = [
            Series(words[outcome], tone, [_mark(result["milestones"].get(kind, {}).get(outcome, 0)) for kind in kinds])
            for outcome, tone in OUTCOMES.items()
        ]
        title = _("Dates by kind and outcome") + (f" · {name}" if name else "")
        labels = [_word(MILESTONES, kind) for kind in kinds]
        yield Chart(title, _("Date"), labels, series, Form.BARS)


def _counted(title: str, head: str, name: str, results: list[dict[str, Any]], label: Callable[[str], str]) -> Chart:
    counts = [result[name]["order"] if name == "states" else result[name] for result in results]
    codes = list(dict.fromkeys(code for count in counts for code in count))
    tones = [Tone.ACCENT, Tone.QUIET]
    series = [
        Series(
            said or _("orders") if name == "states" else said or _("number"),
            tone,
            [_mark(count.get(code, 0)) for code in codes],
        )
        for count, tone, said in zip(counts, tones, set_names(results), strict=False)
    ]
    return Chart(title, head, [label(code) for code in codes], series, Form.BARS)


def set_names(results: list[Any]) -> list[str]:
    """What the sets of rules are called where two are compared."""
    return [_("changed rules"), _("rules of today")] if len(results) > 1 else [""]


def _mark(count: int) -> Mark:
    return Mark(count, number_format(count, force_grouping=True))


def difference(rehearsal: Rehearsal) -> list[tuple[str, int, int]]:
    """What the change makes of the numbers: its name, with the changed rules, with those of today."""
    results = rehearsal.report.get("results", [])
    if len(results) < 2:
        return []
    changed, today = (_totals(result) for result in results)
    names = (_("dates that fire"), _("messages to buyers"), _("rules broken"))
    return list(zip(names, changed, today, strict=True))


def _totals(result: Mapping[str, Any]) -> tuple[int, int, int]:
    fired = sum(row["fired"] for row in result["milestones"].values())
    return fired, sum(result["messages"].values()), sum(result["violations"].values())
