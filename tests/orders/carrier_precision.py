"""How well carriers' words are read: texts labelled by hand in `carrier_texts/`, against what the classifier says.

`python -m tests.orders.carrier_precision` prints the table of docs/carriers.md, each text that is read wrong or not,
and how many texts are read in a second.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orders.tracking_phrases import Reading, read_words

TEXTS = Path(__file__).parent / "carrier_texts"
EVENTS = TEXTS / "correios_events.txt"
UNKNOWN = "unknown"  # the label of a text that nobody could place


@dataclass(frozen=True, slots=True)
class Labelled:
    """A carrier's words, the codes that stand for them, and what they say: a status, "nothing" or "correction"."""

    says: str
    text: str
    codes: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """How one carrier's texts were read. A text labelled "unknown" is right when it is not read."""

    texts: int = 0
    read: int = 0
    wrong: list[tuple[Labelled, str]] = field(default_factory=list)
    unread: list[Labelled] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of the texts that were read, the share that was read right."""
        return 1 - len(self.wrong) / self.read if self.read else 1.0

    @property
    def coverage(self) -> float:
        """Of the texts that say something, the share that was read."""
        return 1 - len(self.unread) / self.texts if self.texts else 1.0


def correios_events() -> list[Labelled]:
    """Every event of the Correios' table, with its codes, and its older wordings, without."""
    return [Labelled(says, text, tuple(_codes(head))) for head, says, text in _lines(EVENTS, columns=3)]


def corpus(name: str) -> list[Labelled]:
    """The texts of one carrier's family."""
    return [Labelled(says, text) for says, text in _lines(TEXTS / f"{name}.txt", columns=2)]


def families() -> list[str]:
    """The names of the corpora."""
    return sorted(path.stem for path in TEXTS.glob("*.txt") if path != EVENTS)


def score(texts: list[Labelled]) -> Score:
    """Read the texts. The status counts; the detail only where the label names one."""
    result = Score()
    for labelled in texts:
        said = spell(read_words(labelled.text))
        result.texts += labelled.says != UNKNOWN
        result.read += said != UNKNOWN
        if said == UNKNOWN != labelled.says:
            result.unread.append(labelled)
        elif labelled.says not in (said, said.partition("/")[0]):
            result.wrong.append((labelled, said))
    return result


def spell(reading: Reading) -> str:
    """A reading as the labels write it."""
    if not reading.is_known:
        return UNKNOWN
    status = "correction" if reading.corrects else str(reading.status or "nothing")
    return f"{status}/{reading.detail}".removesuffix("/")


def _lines(path: Path, *, columns: int) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|", columns - 1)]


def _codes(head: str) -> Iterator[str]:
    types, _, numbers = head.partition(":")
    for kind in types.split():
        for number in numbers.split():
            yield f"{kind} {number}"


def report() -> Iterator[str]:
    """The table, and below it what is wrong or not read."""
    scores = {name: score(corpus(name)) for name in families()}
    yield "| texts of | that say something | read | right of those read |\n|---|---|---|---|"
    for name, result in scores.items():
        yield f"| {name} | {result.texts} | {result.coverage:.1%} | {result.precision:.1%} |"
    for name, result in scores.items():
        for labelled, said in result.wrong:
            yield f"{name}: WRONG {labelled.text!r} is {labelled.says}, was read as {said}"
        for labelled in result.unread:
            yield f"{name}: not read: {labelled.text!r} ({labelled.says})"


def speed() -> str:
    """How many different texts are read in a second: each of ours, a hundred times with another place before it."""
    texts = [f"[{number}] {labelled.text}" for name in families() for labelled in corpus(name) for number in range(100)]
    started = time.perf_counter()
    for text in texts:
        read_words(text)
    return f"{len(texts) / (time.perf_counter() - started):,.0f} different texts a second"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in (*report(), speed()))
