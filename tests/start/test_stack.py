"""However deep calls nest, they ask the system for no memory again and again."""

import resource
import sys

from config.stack import give_room

DEEPEST, TIMES = 200, 300
# Of this thread alone, where the system tells it: others may touch new memory meanwhile.
WHO = resource.RUSAGE_THREAD if sys.platform == "linux" else resource.RUSAGE_SELF


def _call_often(depth: int) -> None:
    """Call something many times from so deep, where a piece of the stack may just end."""
    if depth:
        _call_often(depth - 1)
        return
    for n in range(TIMES):
        _choose(n, 1)


def _choose(some: int, more: int) -> int:
    """It needs more room than its caller: wherever the caller's is the last in a piece, this does not fit in."""
    return max(some, more, some, more, some, more, some, more, some, more, some, more)


@give_room
def _call_with_room(depth: int) -> None:
    _call_often(depth)


def _most_pages(depths: range) -> int:
    """The pages of memory that the system gave, at the worst of these depths."""

    def pages() -> int:
        return resource.getrusage(WHO).ru_minflt

    given = []
    for depth in depths:
        before = pages()
        _call_with_room(depth)
        given.append(pages() - before)
    return max(given)


def test_calls_ask_for_no_memory_again_and_again_however_deep_they_nest() -> None:
    _call_with_room(DEEPEST)
    tries = _most_pages(range(DEEPEST)), _most_pages(range(DEEPEST)), _most_pages(range(DEEPEST))
    assert min(tries) < TIMES / 3  # what is not our doing is not there each time
