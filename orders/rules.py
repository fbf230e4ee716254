"""The order in which the rules are printed: at one instant, timers fire in it."""

from functools import cache

LETTERS = "PSCTGDAEMRK"
# Within their letter these stand elsewhere than their number says.
MOVED = {"P7": 4.5, "S7": 5.5, "T12": 3.5}


@cache
def printed_position(rule: str) -> tuple[int, float]:
    """Where a rule stands in the printed list."""
    return LETTERS.index(rule[0]), MOVED.get(rule, float(rule[1:] or 0))
