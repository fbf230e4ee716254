"""The queue of the second line: what the first line could not solve, and how much of that there is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk.access import Reader
from desk.row_ids import read_id
from desk.selectors.today import MINE, NOBODYS
from disputes.models import ActionKind, Escalation
from disputes.services.escalating import figures, specialists_of
from orders.models import Membership, User
from orders.roles import Tier

PAGE = 50
LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """One thing in the queue."""

    escalation: Escalation
    is_workable: bool

    @property
    def what(self) -> str:
        """What it is about."""
        row = self.escalation
        return str(ActionKind(row.kind).label) if row.kind in ActionKind.values else ""


@dataclass(frozen=True)
class Queue:
    """What waits, what of the last days is told in numbers, and who stands in the second line."""

    rows: list[Row]
    more: str
    figures: dict[str, int]
    specialists: list[Membership] = field(default_factory=list)

    @property
    def share(self) -> int | None:
        """How much of all work went to the specialists, in per cent."""
        whole = self.figures["done"] + self.figures["escalated"]
        return round(100 * self.figures["escalated"] / whole) if whole else None


def load_queue(reader: Reader, *, store: str, who: str, after: str, now: datetime) -> Queue:
    """What waits for a specialist, the oldest first."""
    stores = [row for row in reader.stores if store in ("", row.slug)]
    rows = Escalation.objects.filter(store__in=stores).waiting()
    if who == NOBODYS:
        rows = rows.filter(specialist=None)
    elif user := reader.user.pk if who == MINE else read_id(who):
        rows = rows.filter(specialist=user)
    if after and (last := Escalation.objects.for_member(reader.user).filter(pk=read_id(after)).first()):
        rows = rows.filter(escalated_at__gte=last.escalated_at).exclude(pk__lte=last.pk)
    related = rows.select_related("order__buyer", "order__store", "dispute", "case", "specialist", "escalated_by")
    found = list(related.order_by("escalated_at", "pk")[: PAGE + 1])
    second = Membership.objects.filter(store__in=stores, tier=Tier.SPECIALIST, user__is_active=True)
    return Queue(
        [Row(row, reader.works_in(row.store_id)) for row in found[:PAGE]],
        str(found[PAGE - 1].pk) if len(found) > PAGE else "",
        figures(stores, start=now - LOOKED_BACK),
        list(second.select_related("user", "store").order_by("user__first_name", "pk")),
    )


def list_specialists(store_id: int, *, now: datetime) -> list[User]:
    """The specialists of a store who are at work."""
    membership = Membership.objects.select_related("store").filter(store=store_id).first()
    ids = specialists_of(membership.store, now=now) if membership else []
    return list(User.objects.filter(pk__in=ids).order_by("first_name", "pk"))
