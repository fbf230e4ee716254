"""Today is the one queue: what other pages date for a person stands there once, with the same date and person."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from desk.case_words import step_name
from desk.demo_data import load_demo
from desk.review_words import next_step
from desk.selectors.today import SECTIONS
from disputes.case_lifecycle import AfterSaleState
from disputes.models import ActionItem, ActionKind, AfterSaleCase, Chase, PhoneCall, Review
from disputes.services.reviews import due_by
from messaging.models import Promise
from orders.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Work = tuple[int, str, datetime, int | None]  # order, subject, date, person


@pytest.fixture
def alice(client: Client) -> Client:
    """The owner of the demo's first store."""
    load_demo(timezone.now())
    client.force_login(User.objects.get(email="alice@example.com"))
    return client


def dated_elsewhere() -> list[Work]:
    """What the pages of cases, reviews, chases, calls and promises say that a person does next."""
    found: list[Work] = []
    for case in AfterSaleCase.objects.filter(closed_at=None, order__disputed_at=None):
        is_anybodys = case.state == AfterSaleState.APPROVAL_ASKED
        found.append((case.order_id, case.subject, case.next_at, None if is_anybodys else case.responsible_id))
    for review in Review.objects.filter(closed_at=None, order__isnull=False).select_related("order"):
        due_at = due_by(review, review.order.policy) or review.received_at
        found.append((review.order_id, review.subject, due_at, review.responsible_id))
    chases, owed = Chase.objects.filter(closed_at=None), PhoneCall.objects.exclude(call_back_at=None)
    promises = Promise.objects.filter(settled_at=None)
    found += [(row.order_id, row.subject, row.next_at, row.owner_id) for row in chases]
    found += [(row.order_id, row.subject, row.call_back_at, row.caller_id) for row in owed.filter(settled_at=None)]
    return found + [(row.order_id, row.subject, row.due_at, None) for row in promises]


def all_cards(client: Client) -> list[Any]:
    cards: list[Any] = []
    for name in SECTIONS:
        after = ""
        while True:
            sections = client.get(f"/?when={name}&after={after}").context["sections"]
            cards += sections[0].cards if sections else []
            after = sections[0].more if sections else ""
            if not after:
                break
    return cards


def test_what_is_dated_on_other_pages_stands_on_today_once_with_its_date_person_and_words(alice: Client) -> None:
    cards = all_cards(alice)
    assert max(Counter(card.item.pk for card in cards).values()) == 1
    by_work = {(card.item.order_id, card.item.subject): card for card in cards if card.item.subject}
    wanted = dated_elsewhere()
    assert {subject.partition(":")[0] for _order, subject, *_rest in wanted} >= {"case", "review", "chase", "promise"}
    for order, subject, due_at, person in wanted:
        card = by_work[order, subject]
        assert (card.item.due_at, subject) == (due_at, subject)
        assert subject.startswith(("promise", "call")) or (card.item.assignee_id, subject) == (person, subject)
        if review := card.review:
            step = next_step(review, is_writer=review.reply_written_by == str(person))
            assert str(step.words if step else "") in card.review_step
        elif subject.startswith("case:") and card.item.kind == ActionKind.CASE_STEP:
            assert step_name(card.after_sale.case.kind, card.after_sale.case.step) in card.after_sale.told
    for about in ("chase", "review"):
        card = next(card for card in cards if card.item.subject.startswith(f"{about}:"))
        look_at_done(alice, card.item)


def look_at_done(client: Client, item: ActionItem) -> None:
    """What has a step of its own is not done by a word: the card leads there."""
    answer = client.post(f"/actions/{item.pk}/", {"do": "done"}, headers={"HX-Request": "true"})
    item.refresh_from_db()
    assert (answer.status_code, item.state) == (422, "open")
    assert 'value="done"' not in answer.content.decode()
