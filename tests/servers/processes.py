"""Processes that a test looks at from outside."""

from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The processes that this one has started and that live (Linux)."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
