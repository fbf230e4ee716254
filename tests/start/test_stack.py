"""However deep calls nest, they ask the system for no memory again and again."""

import resource

from config.stack import give_room

DEEPEST, TIMES = 200, 300


def _call_often(depth: int) -> None:
    """Call something many times from so deep, where a piece of the stack may just end."""
    if depth:
        _call_often(depth - 1)
        return
    for n in range(TIMES):
        _add(n, 1)


def _add(some: int, more: int) -> int:
    return some + more


@give_room
def _call_with_room(depth: int) -> None:
    _call_often(depth)


def _most_pages(depths: range) -> int:
    """The pages of memory that the system gave, at the worst of these depths."""

    def pages() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    given = []
    for depth in depths:
        before = pages()
        _call_with_room(depth)
        given.append(pages() - before)
    return max(given)


def test_calls_ask_for_no_memory_again_and_again_however_deep_they_nest() -> None:
    _call_with_room(DEEPEST)
    assert _most_pages(range(DEEPEST)) < TIMES / 3
