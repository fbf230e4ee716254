"""What Prometheus reads, worked out from rows at each scrape: every question is one look at a small index, capped."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from disputes.models import Heartbeat
from evidence.models import Bundle, BundleState
from messaging.models import Message
from messaging.sending import OUTCOMES
from orders.models import (
    Milestone,
    OrderFile,
    Tally,
    TrackingAccount,
    TrackingPush,
    TrackingSubscription,
    WebhookDelivery,
)
from orders.models.claims import Claimable, ClaimState
from orders.models.files import OrderFileState
from orders.providers.interface import ErrorKind, ProviderName
from orders.services.tallies import BEYOND, LATENESS, LATENESS_BOUNDS, LATENESS_SUM, MAILS

MOST_COUNTED = 10_000  # a longer queue reads as this long: the alarm rings far earlier
QUEUES: dict[str, type[Claimable]] = {
    "milestones": Milestone,
    "messages": Message,
    "pushes": TrackingPush,
    "parcels": TrackingSubscription,
    "webhooks": WebhookDelivery,
}
LONG_WORK: list[tuple[type[Model], str, list[str]]] = [
    (Bundle, "bundles", [BundleState.QUEUED.value, BundleState.RUNNING.value]),
    (OrderFile, "order_files", [OrderFileState.QUEUED.value, OrderFileState.RUNNING.value]),
]
MAIL_OUTCOMES = [*OUTCOMES.values(), "server_away"]


def exposition(now: datetime) -> bytes:
    """All metrics in Prometheus' text format, as they stand at `now` (UTC). Raises DatabaseError."""
    registry = CollectorRegistry()
    registry.register(Rows(now))
    return generate_latest(registry)


class Rows(Collector):
    """The metrics, from the database's rows."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def describe(self) -> list[Metric]:
        """Nothing in advance: registering asks the database nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every metric, once."""
        yield from self._queues()
        yield from self._long_work()
        yield _dead()
        yield _lateness()
        yield _mails()
        yield from self._providers()
        yield from self._heartbeats()

    def _queues(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily(
            "prazo_queue_due", f"Rows that are due and wait for a worker, up to {MOST_COUNTED}.", labels=["kind"]
        )
        oldest = GaugeMetricFamily(
            "prazo_queue_oldest_due_seconds", "For how long the first of them has been due.", labels=["kind"]
        )
        for kind, model in QUEUES.items():
            rows = model._default_manager.filter(state=ClaimState.PENDING, next_attempt_at__lte=self.now)
            first = rows.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()
            depth.add_metric([kind], _capped(rows.order_by("next_attempt_at")))
            oldest.add_metric([kind], (self.now - first).total_seconds() if first else 0)
        yield depth
        yield oldest

    def _long_work(self) -> Iterator[Metric]:
        work = GaugeMetricFamily(
            "prazo_long_work", "Bundles and order files by where they stand.", labels=["kind", "state"]
        )
        for model, kind, states in LONG_WORK:
            for state in states:
                work.add_metric([kind, state], _capped(model._default_manager.filter(state=state).order_by()))
        yield work

    def _providers(self) -> Iterator[Metric]:
        accounts = GaugeMetricFamily(
            "prazo_provider_accounts",
            "Accounts switched on at tracking services: all; resting after failures; with a refused key.",
            labels=["provider", "state"],
        )
        found = self._circuits()
        for name in ProviderName:
            row = found.get(name.value, {})
            for state in ("on", "resting", "wrong_key"):
                accounts.add_metric([name.value, state], row.get(state, 0))
        yield accounts

    def _circuits(self) -> dict[str, dict[str, Any]]:
        rows = TrackingAccount.objects.filter(is_on=True).order_by().values("provider")
        counted = rows.annotate(
            on=Count("id"),
            resting=Count("id", filter=Q(rests_until__gt=self.now)),
            wrong_key=Count("id", filter=Q(error_kind=ErrorKind.WRONG_KEY)),
        )
        return {row["provider"]: row for row in counted}

    def _heartbeats(self) -> Iterator[Metric]:
        age = GaugeMetricFamily(
            "prazo_heartbeat_age_seconds", "Since a part of the program last gave a sign of life.", labels=["part"]
        )
        for name, at in Heartbeat.objects.values_list("name", "at"):
            age.add_metric([name], max((self.now - at).total_seconds(), 0))
        yield age


def _capped(rows: QuerySet[Any]) -> int:
    return rows[:MOST_COUNTED].count()


def _dead() -> Metric:
    dead = GaugeMetricFamily("prazo_dead", "Rows that were given up and wait for a person.", labels=["kind"])
    for kind, model in QUEUES.items():
        dead.add_metric([kind], _capped(model._default_manager.filter(state=ClaimState.DEAD).order_by()))
    return dead


def _lateness() -> Metric:
    """How late milestones fired, since the installation began."""
    counts = dict(Tally.objects.filter(name=LATENESS).values_list("label", "total"))
    total, buckets = 0.0, []
    for bound in [*(str(bound) for bound in LATENESS_BOUNDS), BEYOND]:
        total += counts.get(bound, 0)
        buckets.append((bound if bound == BEYOND else f"{float(bound)}", total))
    seconds = Tally.objects.filter(name=LATENESS_SUM).values_list("total", flat=True).first()
    return HistogramMetricFamily(
        "prazo_milestone_lateness_seconds",
        "From when a milestone was due until it fired.",
        buckets=buckets,
        sum_value=seconds or 0,
    )


def _mails() -> Metric:
    """What became of attempts to send, since the installation began."""
    counts = dict(Tally.objects.filter(name=MAILS).values_list("label", "total"))
    mails = CounterMetricFamily("prazo_mails", "Attempts to hand mail to the server, by outcome.", labels=["outcome"])
    for outcome in MAIL_OUTCOMES:
        mails.add_metric([outcome], counts.get(outcome, 0))
    return mails
