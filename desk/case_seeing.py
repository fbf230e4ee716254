"""What a person saw of a case when he pressed a button: where it has moved on, nothing is done before he looks."""

import hashlib

from desk.access import DeskRequest
from desk.seeing import SEEN
from disputes.models import AfterSaleCase
from orders.models import Order

DECISIVE = ("state", "step", "granted", "refunded", "remedy", "decided_by", "approved_by", "responsible_id", "next_at")


def case_stamp(case: AfterSaleCase, *, steps: int) -> str:
    """What of the case decides what a button does to it; `steps` is how many were taken."""
    said = [getattr(case, name) for name in DECISIVE]
    return hashlib.sha256(repr([*said, steps]).encode()).hexdigest()[:16]


def lock_case(request: DeskRequest, case: AfterSaleCase) -> tuple[AfterSaleCase, bool]:
    """The case as it is now, held until the transaction ends, and whether it is another one than the form showed.

    A form without a stamp asks nothing.
    """
    Order.objects.select_for_update(of=("self",)).get(pk=case.order_id)
    rows = AfterSaleCase.objects.select_related("order__buyer", "order__store", "responsible")
    current: AfterSaleCase = rows.get(pk=case.pk)
    seen = request.POST.get(SEEN, "")
    return current, bool(seen) and seen != case_stamp(current, steps=current.steps.count())
