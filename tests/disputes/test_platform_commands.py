"""What people ask of AliExpress: sent once, recorded when it says yes, and said in words when it says no."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from disputes.lifecycle import DisputeState
from disputes.models import ActionItem, ActionKind, ActionState, Dispute
from disputes.platform_commands import cancel_command, queue_command, send_commands, settle_unsure
from orders.models import Order, PlatformCommand, PlatformIssue, Store
from orders.models.platforms import CommandKind, CommandState
from orders.platform.interface import Capability
from orders.platform.terms import command_terms
from orders.services.claiming import reap_expired
from orders.services.erasure import forget_private_data
from orders.services.ledger import open_ledgers
from tests.cast import alices_store, at
from tests.disputes.aliexpress import Shop, open_shop
from tests.servers.aliexpress import EXTEND, SAVE, Issue, parcel
from tests.servers.aliexpress import Order as ToldOrder
from tests.servers.faulty_http import Fault

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def shop(store: Store) -> Iterator[Shop]:
    with open_shop(store, "03-20 12:00") as opened:
        yield opened


@pytest.fixture
def told(shop: Shop) -> ToldOrder:
    """A parcel on its way, read from the platform."""
    parcels = [parcel("LX123456785CN", at("03-05 10:00"))]
    order = shop.order(status="WAIT_BUYER_ACCEPT_GOODS", parcels=parcels, left=timedelta(days=40))
    shop.sync()
    return order


@pytest.fixture
def issue(shop: Shop, told: ToldOrder) -> Issue:
    """A dispute about it, read from the platform."""
    opened = shop.issue(told)
    shop.sync()
    return opened


def ask(shop: Shop, kind: CommandKind, *, subject: str = "", **params: Any) -> PlatformCommand:
    order = Order.objects.get()
    return queue_command(shop.account, order.pk, kind, params, subject=subject, now=shop.now, actor="7")


def offer(shop: Shop, issue: Issue, amount: str = "5.00") -> PlatformCommand:
    return ask(shop, CommandKind.OFFER, subject=issue.number, amount=amount, currency="USD", text="We wait with you")


def again(command: PlatformCommand) -> PlatformCommand:
    command.refresh_from_db()
    return command


# --- receipt time -----------------------------------------------------------------------------------------------------
def test_an_extension_moves_the_date_once_the_platform_has_said_yes(shop: Shop, told: ToldOrder) -> None:
    before = Order.objects.get().protection_ends_at
    assert before == at("04-29 12:00")
    ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    assert ask(shop, CommandKind.EXTEND_RECEIPT, days=15).pk == PlatformCommand.objects.get().pk  # a second click
    assert Order.objects.get().protection_ends_at == before
    shop.work()
    assert told.extended == [15]
    assert Order.objects.get().protection_ends_at == before + timedelta(days=15)
    event = Order.objects.get().timeline.get(type="receipt_extended")
    assert (event.actor, event.kind) == ("7", "fact")


def test_other_days_are_not_asked_for_while_an_extension_waits_for_its_answer(shop: Shop, told: ToldOrder) -> None:
    shop.wire.faults.append(Fault.CUT_OFF)
    first = ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    assert ask(shop, CommandKind.EXTEND_RECEIPT, days=20).pk == first.pk
    shop.work()
    shop.pass_time(hours=1)
    assert ask(shop, CommandKind.EXTEND_RECEIPT, days=20).pk == first.pk  # a person looks first whether it was done
    assert (again(first).state, told.extended) == (CommandState.UNSURE, [15])


def test_a_refused_extension_is_said_and_asked_of_the_team_again(shop: Shop, told: ToldOrder) -> None:
    shop.platform.refuses_extension = 201
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=90)
    shop.work()
    assert (again(command).state, command.error_code) == (CommandState.REFUSED, "201")
    asked = ActionItem.objects.get(kind=ActionKind.EXTEND_RECEIPT_TIME)
    assert asked.state == ActionState.OPEN
    assert Order.objects.get().timeline.filter(kind="refused", type="receipt_extended").exists()
    assert shop.feed(Capability.EXTEND_RECEIPT).off_since is None


def test_an_extension_without_an_answer_is_never_sent_again_by_itself(shop: Shop, told: ToldOrder) -> None:
    shop.wire.faults.append(Fault.CUT_OFF)  # it was done, and the answer got lost
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    shop.work()
    shop.pass_time(hours=1)
    shop.work()
    assert (again(command).state, told.extended) == (CommandState.UNSURE, [15])
    assert settle_unsure(command.pk, was_carried_out=True, now=shop.now)
    assert Order.objects.get().protection_ends_at == at("04-29 12:00") + timedelta(days=15)
    assert not settle_unsure(command.pk, was_carried_out=False, now=shop.now)


def test_the_days_of_an_unsure_extension_count_once_where_the_new_end_was_read_meanwhile(
    shop: Shop, told: ToldOrder
) -> None:
    end = at("04-29 12:00") + timedelta(days=15)
    shop.wire.faults.append(Fault.CUT_OFF)
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    shop.work()
    shop.pass_time(hours=1)
    told.changed_at, told.left = shop.now, end - shop.now
    shop.sync()
    assert Order.objects.get().protection_ends_at == end
    assert settle_unsure(command.pk, was_carried_out=True, now=shop.now)
    assert Order.objects.get().protection_ends_at == end


def test_an_unsure_one_that_was_not_done_is_sent_again_when_a_person_says_so(shop: Shop, told: ToldOrder) -> None:
    shop.wire.faults.append(Fault.DROP)
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    shop.work()
    assert again(command).state == CommandState.UNSURE
    settle_unsure(command.pk, was_carried_out=False, now=shop.now)
    shop.work()
    assert (again(command).state, told.extended) == (CommandState.DONE, [15])


def test_a_capability_that_is_off_refuses_and_is_shown(shop: Shop, told: ToldOrder) -> None:
    shop.platform.forbidden = {EXTEND}
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    shop.work()
    assert again(command).state == CommandState.REFUSED
    assert shop.feed(Capability.EXTEND_RECEIPT).off_since == shop.now
    shop.platform.forbidden = set()
    ask(shop, CommandKind.EXTEND_RECEIPT, days=16)
    shop.work()
    assert shop.feed(Capability.EXTEND_RECEIPT).off_since is None


def test_a_command_is_called_off_only_before_it_is_sent(shop: Shop, told: ToldOrder) -> None:
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    assert cancel_command(command.pk)
    shop.work()
    assert told.extended == []
    sent = ask(shop, CommandKind.EXTEND_RECEIPT, days=16)
    shop.work()
    assert not cancel_command(sent.pk)


def test_what_could_not_be_sent_for_a_day_is_not_sent_any_more(shop: Shop, told: ToldOrder) -> None:
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    shop.account.__class__.objects.update(trouble="wrong_secret")
    shop.pass_time(hours=1)
    shop.work()
    shop.account.__class__.objects.update(trouble="")
    shop.now += command_terms().too_old
    shop.work()
    assert (again(command).state, told.extended) == (CommandState.REFUSED, [])


def test_what_left_and_was_never_answered_is_not_called_refused_however_old_it_is(shop: Shop, told: ToldOrder) -> None:
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=15)
    PlatformCommand.objects.filter(pk=command.pk).update(sent_at=shop.now)  # its worker died after sending
    shop.account.__class__.objects.update(trouble="wrong_secret")
    shop.pass_time(hours=1)
    shop.now += command_terms().too_old
    shop.work()
    assert again(command).state == CommandState.UNSURE
    assert not Order.objects.get().timeline.filter(kind="refused").exists()


# --- disputes ---------------------------------------------------------------------------------------------------------
def test_an_offer_that_went_through_without_an_answer_is_found_and_not_made_twice(shop: Shop, issue: Issue) -> None:
    command = offer(shop, issue)
    shop.wire.faults.extend([None, Fault.CUT_OFF])  # type: ignore[list-item]  # the dispute is read, then answered
    shop.work()
    assert again(command).state == CommandState.PENDING
    shop.pass_time(minutes=5)
    shop.work()
    assert again(command).state == CommandState.DONE
    assert [plan["refund_money"] for plan in issue.plans["seller"]] == ["5.00"]
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.offers.count()) == (DisputeState.NEGOTIATING, 1)


def test_a_second_offer_changes_the_first_one_and_a_rejection_offers_nothing(shop: Shop, issue: Issue) -> None:
    offer(shop, issue)
    shop.work()
    shop.pass_time(days=1)
    offer(shop, issue, "0.00")
    shop.work()
    assert [plan["refund_money"] for plan in issue.plans["seller"]] == ["0.00"]
    assert list(Dispute.objects.get().offers.values_list("amount", flat=True)) == [Decimal("5.00"), Decimal("0.00")]


def test_agreeing_closes_the_dispute_in_the_name_of_whoever_agreed(shop: Shop, issue: Issue) -> None:
    plan = str(issue.plans["buyer"][0]["id"])
    ask(shop, CommandKind.AGREE, subject=issue.number, plan=plan)
    shop.work()
    dispute = Dispute.objects.get()
    assert dispute.state == DisputeState.ACCEPTED
    assert dispute.order.timeline.get(type="dispute_accepted").actor == "7"


def test_a_plan_that_the_buyer_has_replaced_is_not_agreed_to(shop: Shop, issue: Issue) -> None:
    command = ask(shop, CommandKind.AGREE, subject=issue.number, plan="1")
    shop.work()
    assert (again(command).state, command.error_code) == (CommandState.REFUSED, "plan_gone")
    assert Dispute.objects.get().state == DisputeState.OPENED


def test_a_plan_that_asks_for_more_than_was_agreed_to_is_not_agreed_to(shop: Shop, issue: Issue) -> None:
    plan = str(issue.plans["buyer"][0]["id"])
    command = ask(shop, CommandKind.AGREE, subject=issue.number, plan=plan, amount="0.01", currency="USD", goods="stay")
    shop.work()
    assert (again(command).state, command.error_code) != (CommandState.DONE, "")
    assert again(command).error_code == "plan_gone"
    assert Dispute.objects.get().state == DisputeState.OPENED


def test_an_extension_whose_worker_died_after_sending_waits_for_a_person(shop: Shop, told: ToldOrder) -> None:
    command = ask(shop, CommandKind.EXTEND_RECEIPT, days=5)
    PlatformCommand.objects.filter(pk=command.pk).update(sent_at=shop.now)
    shop.work()
    assert again(command).state == CommandState.UNSURE
    assert ask(shop, CommandKind.EXTEND_RECEIPT, days=5).pk == command.pk


def test_an_offer_called_off_while_its_worker_stood_still_does_not_leave(shop: Shop, issue: Issue) -> None:
    command = offer(shop, issue)

    def stand_still(_seconds: float) -> None:
        """For so long that the command is given back, before anything is told."""
        if again(command).state == CommandState.CLAIMED:
            shop.pass_time(minutes=6)
            reap_expired(PlatformCommand, now=shop.now)
            assert cancel_command(command.pk)

    send_commands(shop.clock, until=shop.now + timedelta(seconds=30), sleep=stand_still)
    assert again(command).state == CommandState.CANCELLED
    assert issue.plans["seller"] == []


def test_an_offer_to_a_dispute_that_ended_meanwhile_is_refused_and_the_end_is_told(shop: Shop, issue: Issue) -> None:
    issue.step("cancel", "buyer", shop.now)
    issue.status = "canceled_issue"
    command = offer(shop, issue)
    shop.work()
    assert (again(command).state, command.error_code) == (CommandState.REFUSED, "issue_over")
    assert Dispute.objects.get().state == DisputeState.WITHDRAWN


def test_an_answer_stands_even_where_the_dispute_cannot_be_read_after_it(shop: Shop, issue: Issue) -> None:
    offer(shop, issue)
    shop.wire.faults.extend([None, None, Fault.PAGE])  # type: ignore[list-item]
    shop.work()
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.offers.count()) == (DisputeState.NEGOTIATING, 1)
    shop.pass_time(minutes=20)
    shop.sync()
    assert Dispute.objects.get().offers.count() == 1


def test_an_offer_waits_for_the_platform_and_leaves_the_deadline_alone(shop: Shop, issue: Issue) -> None:
    shop.platform.off = {SAVE}
    before = Dispute.objects.get().respond_by
    command = offer(shop, issue)
    shop.work()
    assert again(command).state == CommandState.REFUSED
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.respond_by) == (DisputeState.OPENED, before)
    assert ActionItem.objects.filter(kind=ActionKind.ANSWER_DISPUTE, state=ActionState.OPEN).exists()


# --- reviews ----------------------------------------------------------------------------------------------------------
def test_a_reply_to_a_review_is_sent_once(shop: Shop, told: ToldOrder) -> None:
    command = ask(shop, CommandKind.REPLY_REVIEW, subject=told.number, text="Thank you")
    shop.work()
    assert again(command).state == CommandState.DONE
    assert shop.platform.replies == [
        {"child_order_id": told.number, "parent_order_id": told.number, "text": "Thank you"}
    ]


def test_what_was_told_about_a_buyer_goes_with_him(shop: Shop, issue: Issue) -> None:
    command = offer(shop, issue)
    shop.work()
    with transaction.atomic():
        forget_private_data(open_ledgers(Order.objects.all(), now=shop.now, actor="7"))
    assert again(command).params == {}
    assert PlatformIssue.objects.get().buyer_login == ""
