"""Packs on the pages: what is not known is said and filled in, and the platform's own date of a dispute is entered."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from disputes.models import ActionItem, ActionKind, Dispute
from orders.models import Order, Store
from tests.desk.conftest import Enter
from tests.desk.disputing import disputed, order_underway


@pytest.fixture
def stripe(store: Store) -> Store:
    """Alice's store sells by a pack that knows no span of a dispute."""
    Store.objects.filter(pk=store.pk).update(policy_name="stripe", policy_version=1)
    store.refresh_from_db()
    return store


@pytest.fixture
def dispute(stripe: Store) -> Dispute:
    return disputed(order_underway(stripe), reason="lost", amount="20.00")


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_rules_say_what_the_pack_does_not_know_and_where_the_rest_is_from(enter: Enter, stripe: Store) -> None:
    page = text_of(enter("alice"), f"/rules/?store={stripe.slug}")
    assert "5 rules wait for values that nobody knows." in page
    assert "not known: after" in page
    assert "one weak source: consumoteca" in page
    assert "5 rules lack a value" in text_of(enter("alice"), f"/setup/?store={stripe.slug}")


def test_an_owner_fills_in_what_the_pack_does_not_know_and_may_leave_the_rest(enter: Enter, stripe: Store) -> None:
    alice = enter("alice")
    page = text_of(alice, f"/rules/change/?store={stripe.slug}")
    assert "evidence_details.due_by" in page
    form = alice.get(f"/rules/change/?store={stripe.slug}").context["form"]
    assert not form.fields["D1-after"].required
    assert form.fields["D7-margin"].required


def test_a_form_that_is_sent_as_it_stands_changes_nothing(enter: Enter, store: Store) -> None:
    alice, address = enter("alice"), f"/rules/change/?store={store.slug}"
    form = alice.get(address).context["form"]
    given = {field.html_name: field.value() for field in form if not isinstance(field.value(), timedelta | list | None)}
    for field in form:
        value = field.value()
        if isinstance(value, timedelta):
            given |= {f"{field.html_name}_0": value / timedelta(hours=1), f"{field.html_name}_1": "hours"}
        elif isinstance(value, list):
            given[field.html_name] = ", ".join(f"{span / timedelta(hours=1):g}" for span in value)
    assert "Nothing was changed" in alice.post(address, given).content.decode()


def test_a_dispute_without_a_date_says_so_everywhere(enter: Enter, dispute: Dispute) -> None:
    alice = enter("alice")
    for path in (f"/disputes/{dispute.pk}/", "/disputes/", f"/orders/{dispute.order_id}/"):
        assert "date not known" in text_of(alice, path)
    for path in ("/", "/shift/", "/figures/"):
        text_of(alice, path)


def test_the_platforms_date_is_entered_and_the_work_follows_it(enter: Enter, dispute: Dispute) -> None:
    due_at = timezone.localtime() + timedelta(days=9)
    given = {"due_at": f"{due_at:%Y-%m-%dT%H:%M}"}
    assert enter("alice").post(f"/disputes/{dispute.pk}/dates/", given).status_code == 302
    dispute.refresh_from_db()
    assert dispute.respond_by == dispute.platform_respond_by is not None
    item = ActionItem.objects.get(kind=ActionKind.ANSWER_DISPUTE, state="open")
    assert item.due_at == dispute.respond_by - timedelta(hours=12)  # D7
    assert dispute.order.milestones.filter(kind="dispute_response_reminder", state="pending").count() == 3


def test_a_date_that_waits_for_the_return_is_quiet_until_it_has_arrived(enter: Enter, dispute: Dispute) -> None:
    alice = enter("alice")
    alice.post(f"/disputes/{dispute.pk}/dates/", {"waits": "on"})
    assert "once the return has arrived" in text_of(alice, f"/disputes/{dispute.pk}/")
    assert not ActionItem.objects.filter(kind=ActionKind.ANSWER_DISPUTE, state="open").exists()
    alice.post(f"/orders/{dispute.order_id}/fact/return_arrived/", {"at": ""})
    assert ActionItem.objects.filter(kind=ActionKind.ANSWER_DISPUTE, state="open").exists()


def test_nothing_is_entered_without_a_date(enter: Enter, dispute: Dispute) -> None:
    answer = enter("alice").post(f"/disputes/{dispute.pk}/dates/", {"due_at": ""})
    assert answer.status_code == 422
    assert "Enter the date." in answer.content.decode()


def test_every_pack_shows_its_orders(enter: Enter, store: Store) -> None:
    for pack in ("ebay", "amazon", "paypal", "shopify", "dhgate", "shopee-br"):
        Store.objects.filter(pk=store.pk).update(policy_name=pack, policy_version=1)
        order: Order = order_underway(Store.objects.get(pk=store.pk), number=f"80-{pack}")
        text_of(enter("alice"), f"/orders/{order.pk}/")
