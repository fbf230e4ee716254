"""Room on Python's stack, so that nested calls do not ask the system for memory again and again."""

from collections.abc import Callable
from typing import Any, TypeVar

ROOM = 2**14  # values: 128 KB

F = TypeVar("F", bound=Callable[..., Any])


def give_room(call: F) -> F:
    """Let all that this function calls stand in one piece of memory.

    Python keeps the frames of calls in pieces of 16 KB, and hands a piece back to the system once its first frame is
    left. A page whose templates nest just beyond the end of one would ask for memory a thousand times, a fifth of its
    time. A frame that claims this much gets one large piece, and what it calls finds room behind it.
    """
    function: Any = call
    function.__code__ = function.__code__.replace(co_stacksize=ROOM)
    return call
