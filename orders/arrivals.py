"""How long parcels take: percentiles of whole days, the names that parcels are counted under, and what was learnt.

A day counts from shipping, 24 hours each, a begun one whole: a parcel that took 33.2 days came within 34.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orders.zones import state_code

LONGEST = 200  # characters of a carrier's name
EARLY, MIDDLE, LATE = 0.1, 0.5, 0.9


class ParcelOutcome(StrEnum):
    """What became of a parcel, held against the promised delivery."""

    ON_TIME = "on_time"
    LATE = "late"
    LOST = "lost"  # the carrier says so, or the buyer was refunded and it never came
    OVERDUE = "overdue"  # still open past the promise
    OPEN = "open"
    UNKNOWN = "unknown"  # the order is over, and nobody said what became of the parcel


@dataclass(frozen=True, slots=True)
class Span:
    """What parcels took, in days after shipping: a tenth came before `earliest`, a tenth after `latest`."""

    parcels: int
    earliest: int
    median: int
    latest: int


@dataclass(frozen=True, slots=True, order=True)
class Lane:
    """A carrier into a region: a state where the buyers' state is known, else a country; empty parts mean any."""

    carrier: str
    country: str = ""
    state: str = ""

    def wider(self) -> list["Lane"]:
        """This lane and those that hold it, the narrowest first."""
        lanes = [self, Lane(self.carrier, self.country), Lane(self.carrier)]
        return list(dict.fromkeys(lanes))


def lane_of(carrier: str, country: str, state: str) -> Lane:
    """The lane of a parcel; a name's case and spaces make no other carrier, a state's spelling no other state."""
    code = country.strip().upper()
    return Lane(carrier_key(carrier), code, state_code(code, state) or " ".join(state.split()))


def carrier_key(name: str) -> str:
    """A carrier's name as it is counted under."""
    return " ".join(name.split()).casefold()[:LONGEST]


def percentile(counts: Mapping[int, int], share: float) -> int:
    """The least number of days within which this share of the parcels came (nearest rank, as `percentile_disc`).

    `counts` says how many parcels took how many days. Raises ValueError without any.
    """
    total = sum(counts.values())
    if not total:
        raise ValueError("no parcel to learn from")
    rank = max(1, math.ceil(share * total))
    for days in sorted(counts):
        rank -= counts[days]
        if rank <= 0:
            return days
    raise AssertionError("the ranks add up to the total")


def learn_span(counts: Mapping[int, int]) -> Span:
    """The span of parcels that took so many days. Raises ValueError without any."""
    return Span(sum(counts.values()), *(percentile(counts, share) for share in (EARLY, MIDDLE, LATE)))
