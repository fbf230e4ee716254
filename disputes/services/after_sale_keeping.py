"""Looking after the rows of after-sale cases: cases without a date, words that a buyer wants forgotten."""

from collections.abc import Sequence
from datetime import datetime

from disputes.models import AfterSaleCase, CaseStep, MoneyEntry
from disputes.services.after_sale_dates import AfterSaleMilestone
from disputes.services.after_sale_following import follow_cases
from disputes.services.mending import mend_undated
from orders.models import Order


def mend_after_sale(now: datetime) -> int:
    """Ask for the steps of open cases of which nobody is asked, as when the card was called done; how many orders."""
    rows, date = AfterSaleCase.objects.all(), AfterSaleMilestone.STEP_DUE
    return mend_undated(rows, "case", date=date, mend=follow_cases, now=now)


def has_open_case(orders: Sequence[Order]) -> bool:
    """Whether somebody still works on a case of these orders."""
    return bool(AfterSaleCase.objects.filter(order__in=orders, closed_at=None).exists())


def forget_cases(orders: Sequence[Order]) -> int:
    """Empty what was written freely about these orders' cases and money: it may name the buyer. Returns how many.

    What was done, when and by which rule stays.
    """
    empty = {"words": "", "proposal": "", "reason": ""}
    cases = AfterSaleCase.objects.filter(order__in=orders).exclude(**empty).update(**empty)
    CaseStep.objects.filter(order__in=orders).update(words={})
    MoneyEntry.objects.filter(order__in=orders).exclude(reason="").update(reason="")
    return int(cases)
