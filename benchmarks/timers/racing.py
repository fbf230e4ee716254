"""The order of the races, and what is over what."""

from dataclasses import dataclass, field

from django.core.management import call_command
from django.utils import timezone

from benchmarks.reporting import Results, Target
from benchmarks.timers import ours, peers
from benchmarks.timers.claims import measure_claims
from benchmarks.timers.idle import measure_idle
from benchmarks.timers.measuring import PATIENCE, Pace
from benchmarks.timers.peers import LIMIT, PEERS, Ground, Peer
from benchmarks.timers.seeding import copy_dates, copy_orders, seed_store
from orders.models import Milestone, Order
from orders.models.milestones import MilestoneState

OURS = "ours"
MOST_IDLE_MS = 1
TARGETS = {
    "idle_ms.10M": Target(MOST_IDLE_MS, is_ceiling=True),
    "fire.ours_over_best_peer": Target(5),
    "fire_smtp.ours_over_best_peer": Target(2),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything: rows ahead, rows due, and seconds for a peer that does not come to its end."""

    idle: dict[str, int]
    orders: int
    due: int
    mails: int
    future: int
    limit: float
    claims: int
    rounds: int
    runs: int


FULL = Sizes({"10k": 10_000, "1M": 1_000_000, "10M": 10_000_000}, 150_000, 50_000, 5_000, 1_000_000, 30, 20_000, 300, 2)
QUICK = Sizes({"1k": 1_000, "3k": 3_000}, 400, 200, 40, 1_000, 3, 200, 5, 1)


@dataclass
class Races:
    """Everybody's best pace so far, by what was done and by whom."""

    best: dict[str, dict[str, Pace]] = field(default_factory=lambda: {"fire": {}, "fire_smtp": {}})

    def note(self, what: str, who: str, pace: Pace) -> None:
        """Keep the best of several runs."""
        known = self.best[what].get(who)
        if known is None or pace.rate > known.rate:
            self.best[what][who] = pace


def measure(ground: Ground, *, quick: bool) -> Results:
    """All of it; the database of the product is the one that Django is set up on."""
    sizes = QUICK if quick else FULL
    results = Results("timers", runs=sizes.runs, targets=TARGETS)
    results.sizes = {"future": sizes.future, "due": sizes.due, "mails": sizes.mails}
    call_command("migrate", verbosity=0)
    order = seed_store(timezone.now())
    *smaller, largest = sizes.idle.items()
    for name, rows in smaller:
        _note_idle(order, name, rows, sizes, results)
    copy_orders(order, sizes.orders)
    _note_claims(sizes, results)
    races = Races()
    for run in range(sizes.runs):
        _race(races, sizes, ground, results, is_first=run == 0)
    _compare(races, results)
    try:
        _note_idle(order, *largest, sizes, results)  # the last, for it leaves a table of gigabytes
    except AssertionError as error:  # the races are run already: what they gave is kept
        results.not_run[f"idle.{largest[0]}"] = str(error)
    return results


def _note_idle(order: Order, name: str, rows: int, sizes: Sizes, results: Results) -> None:
    copy_dates(order, max(rows - Milestone.objects.filter(state=MilestoneState.PENDING).count(), 1))
    idle = measure_idle(rounds=sizes.rounds)
    results.ratios[f"idle_ms.{name}"] = idle.looks_ms
    results.figures[f"idle_server_ms.{name}"] = idle.server_ms
    results.figures[f"idle_buffers.{name}"] = idle.buffers
    results.figures[f"idle_whole_sweep_ms.{name}"] = idle.sweep_ms


def _note_claims(sizes: Sizes, results: Results) -> None:
    claims = measure_claims(rows=sizes.claims)
    results.ratios["claims.ours_over_pgbench"] = claims.ours / claims.theirs
    results.figures["claims_per_s.ours"] = claims.ours
    results.figures[f"claims_per_s.{claims.program}"] = claims.theirs


def _race(races: Races, sizes: Sizes, ground: Ground, results: Results, *, is_first: bool) -> None:
    """Everybody in turn, so that a minute in which the machine is busy hits one of several runs and not one of us."""
    races.note("fire", OURS, ours.fire_rows(ground, due=sizes.due, limit=sizes.limit * 4))
    for peer in PEERS:
        _race_peer(peer, "fire", sizes.due, races, sizes, ground, results)
    races.note("fire_smtp", OURS, ours.fire_and_mail(ground, due=sizes.mails, limit=sizes.limit * 4))
    for peer in (*PEERS, LIMIT):
        _race_peer(peer, "fire_smtp", sizes.mails, races, sizes, ground, results)
    if is_first:
        pace = ours.send_rows(ground, due=sizes.mails, limit=sizes.limit * 2)
        results.figures["mails_per_s.ours_queued_before"] = pace.rate
        results.figures["mails_per_cpu_s.ours_queued_before"] = pace.cpu_rate


def _race_peer(peer: Peer, what: str, due: int, races: Races, sizes: Sizes, ground: Ground, results: Results) -> None:
    if reason := peers.missing_python() or results.not_run.get(f"{what}.{peer.name}", ""):
        results.not_run[f"{what}.{peer.name}"] = reason
        return
    mails = what == "fire_smtp"
    try:
        pace = peers.measure(peer, ground, due=due, future=sizes.future, limit=sizes.limit, sends_mail=mails)
    except (RuntimeError, OSError) as error:
        results.not_run[f"{what}.{peer.name}"] = str(error)[-500:]
        return
    if pace.done <= 0:
        results.not_run[f"{what}.{peer.name}"] = (
            f"did nothing in {PATIENCE + sizes.limit:.0f} s, or all between two looks"
        )
        return
    races.note(what, peer.name, pace)


def _compare(races: Races, results: Results) -> None:
    for what, paces in races.best.items():
        for name, pace in paces.items():
            results.figures[f"{what}_per_s.{name}"] = pace.rate
            results.figures[f"{what}_per_cpu_s.{name}"] = pace.cpu_rate
            if name != OURS:
                results.ratios[f"{what}.ours_over_{name}"] = paces[OURS].rate / pace.rate
                results.not_run.pop(f"{what}.{name}", None)
        _compare_with_best(what, paces, results)


def _compare_with_best(what: str, paces: dict[str, Pace], results: Results) -> None:
    """Us, and the limit, over the best peer; the limit is no peer."""
    rivals = [pace for name, pace in paces.items() if name not in {OURS, LIMIT.name}]
    if not rivals:
        return
    best, best_cpu = max(pace.rate for pace in rivals), max(pace.cpu_rate for pace in rivals)
    results.ratios[f"{what}.ours_over_best_peer"] = paces[OURS].rate / best
    results.ratios[f"{what}_cpu.ours_over_best_peer"] = paces[OURS].cpu_rate / best_cpu
    if limit := paces.get(LIMIT.name):
        results.ratios[f"{what}.{LIMIT.name}_over_best_peer"] = limit.rate / best
