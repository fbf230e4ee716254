"""Deeds for many orders as pages show them: the orders that were selected, what would happen, what happened."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from desk.access import Reader
from desk.row_ids import read_id
from desk.selectors.order_filters import filtered_orders, read_filters
from desk.selectors.orders import LATEST_FIRST
from desk.selectors.platform import CommandLine
from disputes.bulk import MOST_ORDERS, count_items
from disputes.bulk_deeds import COMMAND, DEEDS, foresee
from disputes.deeds import Verdict
from disputes.models import BulkItem, BulkItemState, BulkKind, BulkRun, BulkState
from orders.models import Order, PlatformCommand
from orders.models.platforms import CommandState
from orders.policies import Policy

SHOWN = 200  # orders of a preview or a run, one by one
LISTED = 50  # runs
UNDER_WAY = {BulkState.QUEUED, BulkState.RUNNING, BulkState.UNDO_QUEUED, BulkState.UNDOING}


@dataclass(frozen=True)
class Why:
    """How many orders are left out for one reason, by one rule."""

    rule: str
    reason: str
    count: int


@dataclass(frozen=True)
class Preview:
    """What would happen: to how many orders, why not to the others, and to the first of them one by one."""

    orders: list[Order]
    will: int
    whys: list[Why]
    rows: list[tuple[Order, Verdict]]
    asked: int  # of those for which it will be done, for how many the platform is asked to
    asked_in: set[int]  # the stores whose platform it is

    @property
    def policy(self) -> Policy:
        """The pack in whose words rules are explained that forbid the deed to several orders."""
        return self.orders[0].policy

    @property
    def ids(self) -> str:
        """All orders, for the form that starts it."""
        return ",".join(str(order.pk) for order in self.orders)


@dataclass(frozen=True)
class ResultRow:
    """One order of a run, and what the platform says to what was asked of it there, if anything was."""

    item: BulkItem
    asked: CommandLine | None


@dataclass(frozen=True)
class Result:
    """A run as its page shows it."""

    run: BulkRun
    counts: dict[str, int]
    rows: list[ResultRow]
    asked: Counter[str]  # what was asked of the platform, by how it stands there, in words
    is_under_way: bool
    is_undoable: bool

    @property
    def total(self) -> int:
        """Its orders."""
        return sum(self.counts.values())

    @property
    def through(self) -> int:
        """Those that are through with what is being done now."""
        is_back = self.run.state in {BulkState.UNDO_QUEUED, BulkState.UNDOING}
        return self.total - self.counts.get(BulkItemState.DONE if is_back else BulkItemState.WAITING, 0)

    @property
    def told(self) -> list[tuple[str, int]]:
        """How many stand where, in words: what was asked of the platform is done once that says so."""
        here = Counter(self.counts) - Counter({str(BulkItemState.DONE): self.asked.total()})
        return [*((str(state.label), here[state]) for state in BulkItemState if here[state]), *self.asked.most_common()]


def selected_orders(reader: Reader, given: QueryDict, *, now: datetime) -> list[Order]:
    """The orders that were ticked, or all that the list's filters match; of stores in which the reader works.

    At most `MOST_ORDERS`, the newest first.
    """
    works = [store.pk for store in reader.work_stores]
    if given.get("all"):
        orders = filtered_orders(reader, read_filters(QueryDict(given.get("query", "")).dict()), now=now)
    else:
        ids = [found for pk in given.getlist("order") if (found := read_id(pk)) is not None]
        orders = Order.objects.filter(pk__in=ids)
    return list(orders.filter(store__in=works).select_related("buyer", "store").order_by(*LATEST_FIRST)[:MOST_ORDERS])


def preview_deed(kind: str, params: Mapping[str, Any], orders: list[Order], *, now: datetime) -> Preview:
    """Look at what would happen, and change nothing."""
    verdicts = foresee(kind, params, orders, now=now)
    left_out = Counter((verdict.rule, verdict.reason) for verdict in verdicts if not verdict.is_done)
    whys = [Why(rule, reason, count) for (rule, reason), count in left_out.most_common()]
    rows = list(zip(orders, verdicts, strict=True))
    will = Counter(order.store_id for order, verdict in rows if verdict.is_done)
    asked_in = DEEDS[kind](params).asks_platform(will)
    return Preview(orders, will.total(), whys, rows[:SHOWN], sum(will[store] for store in asked_in), asked_in)


def show_result(run: BulkRun) -> Result:
    """How far a run is, and what became of its orders, the troubles first: what the platform refused among them."""
    asked = _asked_of_platform(run)
    refused = {pk for pk, line in asked.items() if line.look in {"bad", "warn"}}
    items = BulkItem.objects.filter(run=run).select_related("order", "order__store")
    troubles = Q(state__in=[BulkItemState.FAILED, BulkItemState.KEPT, BulkItemState.SKIPPED]) | Q(pk__in=refused)
    first = list(items.filter(troubles)[:SHOWN])
    rest = list(items.exclude(troubles)[: SHOWN - len(first)])
    counts = count_items(run)
    is_over = run.state in {BulkState.DONE, BulkState.CANCELLED}
    return Result(
        run,
        counts,
        [ResultRow(item, asked.get(item.pk)) for item in (*first, *rest)],
        Counter(str(CommandState(line.command.state).label) for line in asked.values()),
        is_under_way=run.state in UNDER_WAY,
        is_undoable=is_over and DEEDS[run.kind].is_undoable and bool(counts.get(BulkItemState.DONE)),
    )


def _asked_of_platform(run: BulkRun) -> dict[int, CommandLine]:
    """What was asked of the platform for the run's orders, by its items; other deeds ask nothing."""
    if run.kind != BulkKind.EXTEND:
        return {}
    kept = BulkItem.objects.filter(run=run, state=BulkItemState.DONE).values_list("pk", "data")
    asked = {pk: data[COMMAND] for pk, data in kept if COMMAND in data}
    commands = PlatformCommand.objects.in_bulk(asked.values())
    return {pk: CommandLine(commands[command]) for pk, command in asked.items() if command in commands}


def list_runs(reader: Reader) -> list[BulkRun]:
    """The latest runs of the reader's stores."""
    return list(BulkRun.objects.for_member(reader.user).select_related("store", "user")[:LISTED])
