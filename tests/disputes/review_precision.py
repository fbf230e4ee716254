"""How well reviews are sorted by their cause: real ones, labelled by hand, against what the classifier says.

`python -m tests.disputes.review_precision REVIEWS_FILE ORDERS_FILE` prints the tables of docs/reviews.md. The texts are
not ours to copy: `review_labels.csv` names them by their orders. Those labels were made by reading before the phrases
were written, and nothing was tuned on the half kept aside; those of `review_labels_later.csv` after they were done.
"""

import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from disputes.causes import CauseGroup
from disputes.classifying import OrderFacts, sort_words

LABELS = Path(__file__).with_name("review_labels.csv")
LATER = Path(__file__).with_name("review_labels_later.csv")
NONE = "none"
GROUPS = [*(group for group in CauseGroup if "review" not in group), NONE]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A real review, what a reader says of it ("group/sub-cause", empty for no trouble), and what the program says."""

    order_number: str
    stars: int
    label: str
    said: str
    text: str

    @property
    def group(self) -> str:
        """The group that a reader sees."""
        return self.label.split("/")[0] or NONE

    @property
    def said_group(self) -> str:
        """The group that the program sees."""
        return self.said.split("/")[0] or NONE

    @property
    def is_kept_aside(self) -> bool:
        """Whether it belongs to the half that nothing was tuned on."""
        return int(hashlib.sha256(self.order_number.encode()).hexdigest(), 16) % 2 == 1


def read_sample(reviews: Path, orders: Path, labels: Path = LABELS) -> list[Labelled]:
    """The labelled reviews. Raises KeyError when the file lacks one of them."""
    dates = {row["order_number"]: row for row in _rows(orders)}
    found = {(row["order_number"], row["stars"]): row for row in _rows(reviews)}
    sample = []
    for row in _rows(labels):
        review = found[row["order_number"], row["stars"]]
        facts = facts_of(review, dates.get(row["order_number"]))
        finding = sort_words(review["title"], review["text"], language="pt-br", facts=facts)
        said = f"{finding.group}/{finding.detail}".strip("/")
        text = f"{review['title']} {review['text']}".strip()
        sample.append(Labelled(row["order_number"], int(row["stars"]), row["cause"], said, text))
    return sample


def facts_of(review: Mapping[str, str], order: Mapping[str, str] | None) -> OrderFacts:
    """What had happened when the review was written; the files' times compare as texts."""
    if order is None:
        return OrderFacts(stars=int(review["stars"]))
    written, delivered = review["created_at"], order["delivered_at"]
    return OrderFacts(
        stars=int(review["stars"]),
        is_shipped=bool(order["shipped_at"]),
        is_delivered=bool(delivered) and delivered <= written,
        is_late=(delivered or written) > order["promised_at"],
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def table_of(sample: Iterable[Labelled]) -> Counter[tuple[str, str]]:
    """How often a group was taken for which."""
    return Counter((row.group, row.said_group) for row in sample)


def precision(table: Counter[tuple[str, str]], group: str) -> float:
    """Of the reviews that were put into the group, the share that belongs there."""
    put = sum(count for (_, said), count in table.items() if said == group)
    return table[group, group] / put if put else 1.0


def recall(table: Counter[tuple[str, str]], group: str) -> float:
    """Of the reviews that belong to the group, the share that was put there."""
    there = sum(count for (label, _), count in table.items() if label == group)
    return table[group, group] / there if there else 1.0


def accuracy(table: Counter[tuple[str, str]]) -> float:
    """The share of all that was put where it belongs."""
    return sum(count for (label, said), count in table.items() if label == said) / max(table.total(), 1)


def report(sample: list[Labelled]) -> str:
    """The confusion table with precision and recall, as docs/reviews.md shows it."""
    table = table_of(sample)
    lines = [f"| read as ↓, sorted as → | {' | '.join(GROUPS)} | recall |", "|---|" + "--:|" * (len(GROUPS) + 1)]
    for group in GROUPS:
        counts = " | ".join(str(table[group, said]) for said in GROUPS)
        lines.append(f"| {group} | {counts} | {recall(table, group):.0%} |")
    shares = " | ".join(f"{precision(table, group):.0%}" for group in GROUPS)
    lines.append(f"| precision | {shares} | {accuracy(table):.0%} of {table.total()} |")
    return "\n".join(lines)


def tell(text: str) -> None:
    """Print it."""
    sys.stdout.write(f"{text}\n")


def main(arguments: list[str]) -> None:
    """Print every table, and what is sorted wrong where it may be looked at."""
    reviews, orders = map(Path, arguments)
    sample = read_sample(reviews, orders)
    tuned = [row for row in sample if not row.is_kept_aside]
    tell(f"tuned on\n{report(tuned)}\n\nkept aside\n{report([row for row in sample if row.is_kept_aside])}\n")
    tell(f"read later\n{report(read_sample(reviews, orders, LATER))}\n")
    for row in tuned:
        if row.group != row.said_group:
            tell(f"{row.stars} {row.label or NONE} -> {row.said or NONE}: {row.text[:150]}")


if __name__ == "__main__":
    main(sys.argv[1:])
