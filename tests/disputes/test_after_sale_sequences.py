"""Whatever people do to a case and whatever facts come, in any order, what has to hold of it holds."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes.case_facts import CaseFacts
from disputes.case_fields import FIELD_KINDS, CaseField, FieldForm, UnusableAnswer
from disputes.case_refusals import CaseRefused
from disputes.causes import CauseGroup
from disputes.firing import fire_due
from disputes.models import AfterSaleCase, MoneyEntry
from disputes.playbooks import Step, load_playbooks
from disputes.recording import record
from disputes.services.after_sale import open_case, take_step
from disputes.services.after_sale_decisions import (
    agree,
    change_cause,
    change_kind,
    close_case,
    reconsider,
    refuse,
    reopen,
    send_back,
    set_next_date,
    withdraw,
)
from disputes.services.after_sale_rows import read_case
from disputes.services.money import pay, void
from orders.events import read_event
from orders.models import Order
from orders.services.verification import verify_timeline
from tests.cast import paid, shipped
from tests.disputes.cases import AGAIN, BACK, alice, colleague, look_at, order_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KINDS = st.sampled_from(list(load_playbooks()))
STEPS = sorted({step.name for playbook in load_playbooks().values() for step in playbook.steps})
PLAIN: dict[FieldForm, list[Any]] = {
    FieldForm.YES_NO: ["yes", "no"],
    FieldForm.AMOUNT: ["5.00", "24.00", "99.00"],
    FieldForm.COUNT: ["1", "4"],
    FieldForm.INSTANT: ["2026-06-01T10:00:00Z"],
    FieldForm.CODE: [BACK["tracking_number"], AGAIN["tracking_number"]],
    FieldForm.ITEM: ["A1", ""],
    FieldForm.LINE: ["a word", ""],
    FieldForm.WORDS: ["words", ""],
}
FACTS = [
    {"type": "delivered"},
    {"type": "refund_issued", "amount": "5.00"},
    {"type": "refund_issued"},
    {"type": "evidence_added", "kind": "buyer_photo"},
    {"type": "dispute_opened", "reason": "quality"},
    {"type": "dispute_withdrawn"},
    {"type": "receipt_confirmed"},
    {"type": "return_arrived"},
    {"type": "completed"},
    *(
        {"type": "tracking", "status": status, "tracking_number": parcel["tracking_number"]}
        for status in ("in_transit", "arrived", "delivered")
        for parcel in (BACK, AGAIN)
    ),
]
DECISIONS = ["agree", "send_back", "refuse", "reconsider", "withdraw", "close", "reopen", "date", "cause", "kind"]
TURNS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), KINDS, st.integers(0, 3)),
        *[st.tuples(st.just("step"), st.sampled_from(STEPS), st.integers(0, 3))] * 2,
        *[st.tuples(st.just("next"), st.just(""), st.integers(0, 3))] * 8,
        st.tuples(st.just("decide"), st.sampled_from(DECISIONS), st.integers(0, 1)),
        st.tuples(st.just("fact"), st.sampled_from(FACTS), st.just(0)),
        st.tuples(st.just("money"), st.sampled_from(["pay", "void"]), st.just(0)),
    ),
    min_size=8,
    max_size=20,
)


def answers(asked: dict[CaseField, bool], luck: int) -> dict[str, Any]:
    """An answer to everything that is asked, one of those that there are."""
    given: dict[str, Any] = {}
    for number, field in enumerate(asked):
        kind = FIELD_KINDS[field]
        choices = [value for value in kind.choices.values if value] if kind.choices else PLAIN[kind.form]
        given[field.value] = choices[(luck + number) % len(choices)]
    return given


class Life:
    """One order, and everything that is done about it."""

    def __init__(self) -> None:
        rules = {"R1": {"second_approval": 20}}
        self.order = order_of(paid(), shipped(), store={"policy_overrides": rules})
        self.people = [alice(self.order), colleague()]
        self.now = self.order.shipped_at + timedelta(days=10)
        self.luck = 0

    def case(self, luck: int) -> AfterSaleCase | None:
        cases = list(AfterSaleCase.objects.filter(order=self.order).select_related("order__store").order_by("number"))
        return cases[luck % len(cases)] if cases else None

    def take(self, what: str, word: Any, luck: int) -> None:
        """One turn: refused with a rule and words, or done."""
        self.now += timedelta(hours=7)
        actor = self.people[luck % 2]
        try:
            with transaction.atomic():
                self._do(what, word, luck, actor)
        except (CaseRefused, UnusableAnswer) as refused:
            assert str(refused)
            assert isinstance(refused, UnusableAnswer) or refused.rule
        fire_due(lambda: self.now, until=self.now + timedelta(seconds=1))

    def _do(self, what: str, word: Any, luck: int, actor: str) -> None:
        case = self.case(luck)
        if what == "fact":
            self.happens(word)
        elif what == "open":
            asked = dict(load_playbooks()[word].asks)
            open_case(self.order.pk, word, now=self.now, actor=actor, given=answers(asked, luck))
        elif case is None:
            return
        elif what == "money":
            for entry in MoneyEntry.objects.filter(order=self.order, paid_at=None, voided_at=None)[:1]:
                self._money(word, entry.pk, actor)
        elif what == "decide":
            decide(case, word, self.now, actor)
        else:
            self._step(case, word or case.step, luck, actor)

    def happens(self, word: dict[str, Any]) -> None:
        event = read_event(word | {"at": self.now.isoformat()}, "event")
        record(self.order.pk, event, now=self.now, actor="test")

    def _bring_about(self, case: AfterSaleCase, step: Step, actor: str) -> None:
        """What a waiting step waits for: money, a photo, or a parcel that somebody says has come."""
        if any(condition.slot for condition in step.until):
            self.happens({"type": "evidence_added", "kind": "buyer_photo"})
        elif step.name == "refunded" and case.granted:
            self.happens({"type": "refund_issued", "amount": str(case.granted)})
        elif step.name == "paid":
            for entry in case.money_entries.filter(paid_at=None, voided_at=None):
                self._money("pay", entry.pk, actor)
        else:
            take_step(case.pk, step.name, now=self.now, actor=actor)

    def _money(self, word: str, entry: int, actor: str) -> None:
        if word == "pay":
            pay(entry, now=self.now, actor=actor)
        else:
            void(entry, "wrong", now=self.now, actor=actor)

    def _step(self, case: AfterSaleCase, name: str, luck: int, actor: str) -> None:
        step = load_playbooks()[case.kind].step(name)
        if step and step.is_waiting:
            self._bring_about(case, step, actor)
            return
        self.luck += 1
        luck += self.luck
        given = answers(dict(step.asks), luck) if step else {}
        taken = take_step(case.pk, name, now=self.now, actor=actor, given=given)
        if step and step is load_playbooks()[case.kind].approval:
            check_approval(read_case(taken, now=self.now))


def check_approval(facts: CaseFacts) -> None:
    """What a person approved was not locked."""
    case, back = facts.case, [parcel for parcel in facts.parcels if parcel.way == "back"]
    if case.kind == "refund_after_shipping":
        assert case.intercept in {"confirmed", "failed"}
    if case.kind == "return" and case.eligibility == "fast_refund":
        assert back
        assert back[-1].scanned_at or back[-1].arrived_at
    if case.kind == "return" and case.eligibility == "none":
        assert case.reason
    if case.kind == "return" and back and back[-1].arrived_at:
        assert case.inspection
    assert case.state == "approval_asked" or not case.granted or case.granted < 20


def decide(case: AfterSaleCase, word: str, now: datetime, actor: str) -> None:
    who: dict[str, Any] = {"now": now, "actor": actor}
    {
        "agree": lambda: agree(case.pk, **who),
        "send_back": lambda: send_back(case.pk, reason="no", **who),
        "refuse": lambda: refuse(case.pk, reason="no", **who),
        "reconsider": lambda: reconsider(case.pk, reason="yes", **who),
        "withdraw": lambda: withdraw(case.pk, words="I keep it", **who),
        "close": lambda: close_case(case.pk, **who),
        "reopen": lambda: reopen(case.pk, reason="again", **who),
        "date": lambda: set_next_date(case.pk, now + timedelta(days=2), **who),
        "cause": lambda: change_cause(case.pk, CauseGroup.GOODS, **who),
        "kind": lambda: change_kind(case.pk, "return", **who),
    }[word]()


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=12, deadline=None)
@given(TURNS, KINDS, st.integers(0, 3))
def test_any_life_of_a_case_keeps_what_the_rules_promise(turns: list[Any], kind: str, luck: int) -> None:
    with transaction.atomic():
        life = Life()
        if luck:
            life.take("fact", {"type": "delivered"}, 0)
        life.take("open", kind, luck)
        for turn in turns:
            life.take(*turn)
            for case in AfterSaleCase.objects.filter(order=life.order):
                look_at(case)
        order = Order.objects.get(pk=life.order.pk)
        assert verify_timeline(order) == ""
        granted = AfterSaleCase.objects.filter(order=order).exclude(approved_by="")
        assert all(case.approved_by != case.decided_by for case in granted)
        shared = sum((case.refunded for case in AfterSaleCase.objects.filter(order=order)), Decimal(0))
        assert shared <= order.refunded_amount
        transaction.set_rollback(True)
