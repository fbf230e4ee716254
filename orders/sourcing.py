"""Where a pack's values come from: how sure each is, and who says so. What nobody knows, the store fills in.

A pack's table `[sources]` speaks of a rule (`D6 = {…}`) or of one of its values (`D1.after = {…}`), each time with
`sure`, a `Confidence`, and `from`, the words to find the source again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SOURCES = "sources"


class Confidence(StrEnum):
    """How sure a value is."""

    HIGH = "high"  # the platform's own page or program says so
    MEDIUM = "medium"  # several others agree, or a careful one says so
    LOW = "low"  # one weak or old source
    ASSUMED = "assumed"  # nobody says so: the program's own choice (†)
    UNKNOWN = "unknown"  # nobody knows: there is no value, and nothing is planned before the store gives one


@dataclass(frozen=True, slots=True)
class Source:
    """How sure a value is, and where it was found."""

    confidence: Confidence
    origin: str = ""


# Of a rule and one of its values; of the rule and "" where it was said of all its values.
Sources = Mapping[tuple[str, str], Source]


def read_sources(given: Any, names: Mapping[str, set[str]]) -> dict[tuple[str, str], Source]:
    """A pack's sources; `names` are the values that each of its rules may have. Raises ValueError."""
    if not isinstance(given, dict):
        raise ValueError(f"{SOURCES} = {given!r}: expected a table [{SOURCES}]")
    found = {}
    for rule, said in given.items():
        if rule not in names:
            raise ValueError(f"[{SOURCES}] speaks of {rule}, which is no rule of this pack")
        for key, about in _spread(said):
            if key and key not in names[rule]:
                raise ValueError(f"[{SOURCES}] speaks of {rule}.{key}, which is no value of the rule")
            found[rule, key] = _read_source(f"{rule}.{key}" if key else rule, about)
    return found


def _spread(said: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(said, dict) and "sure" not in said:
        yield from said.items()
    else:
        yield "", said


def _read_source(name: str, about: Any) -> Source:
    if not isinstance(about, dict) or not set(about) <= {"sure", "from"}:
        raise ValueError(f'[{SOURCES}] {name} = {about!r}: expected {{ sure = "…", from = "…" }}')
    try:
        confidence = Confidence(about.get("sure", ""))
    except ValueError as error:
        raise ValueError(f"[{SOURCES}] {name}: sure is one of {', '.join(Confidence)}") from error
    if confidence in {Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW} and not about.get("from"):
        raise ValueError(f"[{SOURCES}] {name} is {confidence}, so it says where it is from")
    return Source(confidence, str(about.get("from", "")))


def source_of(sources: Sources, rule: str, key: str) -> Source | None:
    """What is said of a value, or of its whole rule; None where the pack says nothing."""
    return sources.get((rule, key)) or sources.get((rule, ""))


def unsourced(sources: Sources, rules: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What keeps the sources from being whole: values without one, and values of which they say that nobody knows."""
    spoken_of = {rule for rule, _key in sources}
    for rule, values in rules.items():
        if rule not in spoken_of:
            yield f"[{SOURCES}] says nothing of {rule}"
        for key in values:
            source = source_of(sources, rule, key)
            if source is None:
                yield f"[{SOURCES}] says nothing of {rule}.{key}"
            elif source.confidence is Confidence.UNKNOWN:
                yield f"[{SOURCES}] says that nobody knows {rule}.{key}, but it has a value"


def is_unknown(sources: Sources, rule: str, key: str) -> bool:
    """Whether the pack says that nobody knows the value."""
    source = source_of(sources, rule, key)
    return source is not None and source.confidence is Confidence.UNKNOWN
