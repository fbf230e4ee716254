"""What a team learnt from a dispute: its own words, and what disputes of one reason came to, with what was shown."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from disputes.checklists import is_proof
from disputes.lifecycle import GOOD_ENDS, RULED, DisputeState
from disputes.models import AdviceEntry, Dispute, Lesson
from orders.events import EventType
from orders.models import Order, Store, TimelineEvent
from orders.models.timeline import EventKind
from orders.services.ledger import open_ledger, save_ledgers

LATEST = 5  # disputes that are told one by one
COUNTED = 200  # of a reason, the latest, among which exhibits are counted
FEWEST = 2  # lost disputes that lacked the same, before it is told
LEARNT = "lesson"  # on the timeline: that there is one; its words stand in its row


class NotOver(ValueError):
    """The dispute is still open: what it teaches is not known yet."""


def keep_lesson(dispute_id: int, *, cause: str, text: str, now: datetime, actor: str) -> Lesson:
    """Keep the team's lesson of a closed dispute, in the place of an earlier one. Raises NotOver."""
    with transaction.atomic():
        order_id = Dispute.objects.values_list("order_id", flat=True).get(pk=dispute_id)
        ledger = open_ledger(order_id, now=now, actor=actor)
        dispute = Dispute.objects.get(pk=dispute_id)
        if dispute.is_open:
            raise NotOver(f"dispute {dispute.pk} is still open")
        said = {"cause": cause, "text": text, "written_at": now, "written_by": actor}
        lesson: Lesson = Lesson.objects.update_or_create(dispute=dispute, defaults=said)[0]
        ledger.write(EventKind.NOTE, LEARNT, at=now, data={"dispute": dispute.number})
        save_ledgers([ledger])
    return lesson


def forget_lessons(orders: Iterable[Order]) -> int:
    """Empty the words about these orders' disputes: they may name the buyer. Causes stay. Returns how many."""
    return Lesson.objects.filter(dispute__order__in=list(orders)).exclude(text="").update(text="")


@dataclass(frozen=True, slots=True)
class Precedent:
    """A dispute of the same reason that is over, and the kinds of exhibits that its order had."""

    dispute: Dispute
    kinds: tuple[str, ...]
    lesson: Lesson | None

    @property
    def ended_well(self) -> bool:
        """Whether it was won or withdrawn."""
        return self.dispute.state in GOOD_ENDS


@dataclass(frozen=True, slots=True)
class ExhibitRecord:
    """In how many of the ruled cases a kind of exhibit was shown, and how many of those ended well."""

    kind: str
    cases: int
    won: int


@dataclass(frozen=True)
class Record:
    """What the store's disputes of one reason came to: the latest ones, and what was shown in those that were ruled."""

    latest: list[Precedent]
    exhibits: list[ExhibitRecord]
    ruled: int
    won: int


def record_of_reason(dispute: Dispute) -> Record:
    """The store's record of this dispute's reason, the dispute itself left out."""
    alike = Dispute.objects.filter(order__store=dispute.order.store, reason=dispute.reason, closed_at__isnull=False)
    found = alike.exclude(pk=dispute.pk).select_related("order", "lesson").order_by("-closed_at", "-pk")
    precedents = _precedents(list(found[:COUNTED]))
    ruled = [precedent for precedent in precedents if precedent.dispute.state in RULED]
    won = [precedent for precedent in ruled if precedent.ended_well]
    return Record(precedents[:LATEST], _exhibits(ruled), len(ruled), len(won))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What lost disputes of a reason teach: a slot that was empty when it counted, in how many, by which rule."""

    reason: str
    slot: str
    missing: int
    lost: int
    rule: str


def store_suggestions(store: Store, *, until: datetime, reason: str | None = None) -> list[Suggestion]:
    """The slots that were empty in the latest lost disputes of each reason, what was missing most first.

    The last advice that a dispute got says what was missing then. One case teaches nothing: two are the least.
    """
    lost = Dispute.objects.filter(order__store=store, state=DisputeState.LOST, closed_at__lt=until)
    if reason is not None:
        lost = lost.filter(reason=reason)
    last = AdviceEntry.objects.filter(dispute=OuterRef("pk")).order_by("-at", "-pk")
    told = lost.annotate(lacked=Subquery(last.values("missing")[:1]), rule=Subquery(last.values("rule")[:1]))
    found = list(told.order_by("-closed_at", "-pk").values_list("reason", "lacked", "rule")[:COUNTED])
    cases = Counter(reason for reason, _lacked, _rule in found)
    missing = Counter((reason, slot) for reason, lacked, _rule in found for slot in lacked or ())
    rules = {(reason, slot): rule for reason, lacked, rule in found for slot in lacked or ()}
    rows = [Suggestion(*key, number, cases[key[0]], rules[key]) for key, number in missing.items() if number >= FEWEST]
    return sorted(rows, key=lambda row: (-row.missing, row.reason, row.slot))


def _precedents(disputes: list[Dispute]) -> list[Precedent]:
    given: dict[int, set[str]] = defaultdict(set)
    events = TimelineEvent.objects.filter(
        order__in=[dispute.order_id for dispute in disputes],
        type=EventType.EVIDENCE_ADDED,
        kind__in=[EventKind.FACT, EventKind.COMMAND],
    )
    for order_id, data in events.values_list("order_id", "data"):
        given[order_id].add(str(data.get("kind", "")) if is_proof(data) else "")
    return [
        Precedent(dispute, tuple(sorted(given[dispute.order_id] - {""})), getattr(dispute, "lesson", None))
        for dispute in disputes
    ]


def _exhibits(ruled: list[Precedent]) -> list[ExhibitRecord]:
    cases, won = Counter[str](), Counter[str]()
    for precedent in ruled:
        cases.update(precedent.kinds)
        won.update(precedent.kinds if precedent.ended_well else ())
    rows = [ExhibitRecord(kind, number, won[kind]) for kind, number in cases.items()]
    return sorted(rows, key=lambda row: (-row.won, -row.cases, row.kind))
