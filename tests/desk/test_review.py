"""The page of one review: the four steps, the second reader, the platform, the signs, and who may do what."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disputes.causes import CauseGroup
from disputes.models import ActionItem, Review, ReviewNote
from disputes.review_lifecycle import ReviewState
from disputes.services.review_steps import Cause, analyse, decline, draft_reply, set_facts
from evidence.models import Appeal, BundleState
from orders.models import Order, Store
from tests.desk.conftest import Enter
from tests.desk.disputing import order_underway, read_whole
from tests.desk.reviewing import TEXT, person, ready_appeal, reviewed

REPLY = "Olá, Maria. Lamentamos a demora e enviamos o produto de novo."


@pytest.fixture
def order(store: Store) -> Order:
    return order_underway(store, number="order-1001", buyer={"phone": "+55 11 98888-0001"})


@pytest.fixture
def review(store: Store, order: Order) -> Review:
    return reviewed(store, order)


def page(client: Client, review: Review) -> str:
    response = client.get(f"/reviews/{review.pk}/")
    assert response.status_code == 200
    return str(response.content.decode())


def do(client: Client, review: Review, deed: str, **given: Any) -> Any:
    return client.post(f"/reviews/{review.pk}/{deed}/", given)


def undo(client: Client, answer: Any) -> None:
    """Press the Undo button of the page that follows."""
    content = client.get(answer.headers["Location"]).content.decode()
    found = re.findall(r'<form method="post" action="(/reviews/[^"]*)">[^<]*<input[^>]*><button>Undo', content)
    assert client.post(html.unescape(found[-1])).status_code == 302


def row(review: Review) -> Review:
    return Review.objects.get(pk=review.pk)


def drafted(review: Review, text: str = REPLY, *, by: Client) -> None:
    assert do(by, review, "draft", text=text).status_code == 302


# --- what it shows ----------------------------------------------------------------------------------------------------
def test_the_words_that_spoke_for_the_cause_are_marked(bob: Client, review: Review) -> None:
    content = page(bob, review)
    assert "<mark>Não recebi</mark> o produto" in content
    assert "transport · not received" in content
    assert "+55 11 98888-0001" not in content  # before the cause is found nobody is called


def test_the_page_says_when_in_three_clocks_and_what_the_order_went_through(bob: Client, review: Review) -> None:
    content = page(bob, review)
    for words in ("Shanghai", "Sao Paulo", "Los Angeles", "not delivered", "0 sent, 0 received", "written"):
        assert words in content


def test_more_of_everything_asks_the_database_no_more_often(bob: Client, store: Store, review: Review) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(bob, review)
        return len(captured)

    few = queries()
    for hours in range(6, 10):
        reviewed(store, review.order, hours=hours)
    ReviewNote.objects.bulk_create(ReviewNote(review=review, at=timezone.now(), step="dated") for _note in range(9))
    assert queries() <= few + 1  # its history has somebody's name


def test_a_review_of_no_known_order_says_so(bob: Client, store: Store) -> None:
    content = page(bob, reviewed(store, order_number="nine"))
    assert "its order is not here yet" in content


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7|add:7 }}", "<img src=x onerror=y>"])
def test_what_a_buyer_writes_is_only_ever_words(bob: Client, store: Store, order: Order, text: str) -> None:
    content = page(bob, reviewed(store, order, text=f"{text} não recebi", title=text))
    assert text not in content or "<" not in text


# --- the steps --------------------------------------------------------------------------------------------------------
def test_the_four_steps_lead_to_a_reply_that_a_colleague_read(alice: Client, bob: Client, review: Review) -> None:
    do(bob, review, "analyse", cause="logistics:not_received", kind="experience")
    do(bob, review, "contact", channel="phone", text="Ela ainda quer o produto.")
    do(bob, review, "solve", text="Enviamos de novo.")
    do(bob, review, "ask", text="")
    do(bob, review, "decline", text="")
    assert row(review).state == ReviewState.DECLINED
    drafted(review, by=bob)
    do(alice, review, "read", text=REPLY)
    do(bob, review, "post", at="")
    assert (row(review).state, row(review).reply_text) == (ReviewState.REPLIED, REPLY)
    assert not ActionItem.objects.filter(kind="reply_review", state="open").exists()


def test_one_key_corrects_the_cause_and_undo_brings_it_back(bob: Client, review: Review) -> None:
    assert 'data-key="3"' in page(bob, review)
    answer = do(bob, review, "analyse", cause="goods")
    assert (row(review).cause, row(review).detail) == ("goods", "")
    undo(bob, answer)
    assert (row(review).cause, row(review).detail) == ("logistics", "not_received")


def test_nobody_is_asked_before_he_fully_accepts(bob: Client, review: Review) -> None:
    assert "Locked until the buyer fully accepts a solution" in page(bob, review)
    answer = do(bob, review, "ask", text="")
    assert answer.status_code == 422
    assert row(review).asked_at is None


def test_the_buyer_is_called_first_on_his_own_clock(bob: Client, review: Review) -> None:
    do(bob, review, "analyse", cause="goods")
    content = page(bob, review)
    assert 'href="tel:+55 11 98888-0001"' in content
    assert "https://wa.me/5511988880001" in content
    assert "of the buyer" in content or "clock" in content


def test_what_is_missing_is_said_and_nothing_typed_is_lost(bob: Client, review: Review) -> None:
    do(bob, review, "analyse", cause="goods")
    answer = do(bob, review, "contact", text="Ela desligou.")
    assert answer.status_code == 422
    assert "Ela desligou." in answer.content.decode()


def test_the_alarm_tells_of_a_reply_that_is_late(bob: Client, review: Review) -> None:
    long_ago = timezone.now() - timedelta(hours=26)
    analyse(review.pk, Cause(CauseGroup.GOODS), now=long_ago, actor=person())
    decline(review.pk, now=long_ago, actor=person())
    assert "The public reply is 2 h late." in page(bob, review)


def test_who_has_it_and_when_is_set_and_taken_back(bob: Client, review: Review) -> None:
    mine = person()
    answer = do(bob, review, "hand", to=mine)
    assert str(row(review).responsible_id) == mine
    undo(bob, answer)
    assert row(review).responsible_id is None
    before = row(review).next_at
    answer = do(bob, review, "date", at=f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}")
    assert row(review).next_at != before
    undo(bob, answer)
    assert row(review).next_at == before


# --- the public reply -------------------------------------------------------------------------------------------------
def test_its_writer_is_no_second_reader(bob: Client, review: Review) -> None:
    drafted(review, by=bob)
    assert "a colleague reads it before it is posted" in page(bob, review)
    assert do(bob, review, "read", text=REPLY).status_code == 422
    assert do(bob, review, "post", at="").status_code == 422
    assert row(review).reply_read_by == ""


def test_a_reply_that_is_sent_back_is_written_anew(alice: Client, bob: Client, review: Review) -> None:
    drafted(review, by=bob)
    assert do(alice, review, "send_back", text="").status_code == 422
    do(alice, review, "send_back", text="Diga o que foi feito.")
    assert "Diga o que foi feito." in page(bob, review)
    assert "Write the reply anew" in page(bob, review)
    assert bob.get("/reviews/?box=second").context["page"].rows == []
    drafted(review, f"{REPLY} Já saiu hoje.", by=bob)
    assert [line.review.pk for line in bob.get("/reviews/?box=second").context["page"].rows] == [review.pk]


def test_words_changed_after_the_reading_are_read_again(alice: Client, bob: Client, review: Review) -> None:
    drafted(review, by=bob)
    do(alice, review, "read", text=REPLY)
    drafted(review, f"{REPLY} Obrigado.", by=bob)
    assert do(bob, review, "post", at="").status_code == 422


def test_a_reward_for_a_review_is_pointed_out_and_not_approved(alice: Client, bob: Client, review: Review) -> None:
    text = "Mude a avaliação e ganhe um cupom."
    answer = bob.post(f"/reviews/{review.pk}/check/", {"text": text})
    assert "offers something for a review" in answer.content.decode()
    drafted(review, text, by=bob)
    assert do(alice, review, "read", text=text).status_code == 422


# --- malice -----------------------------------------------------------------------------------------------------------
def test_facts_are_scored_sign_by_sign(bob: Client, review: Review) -> None:
    do(bob, review, "facts", ratings="1", good_percent="10", advert="yes", silent_order="no")
    content = page(bob, review)
    assert "80 of 100" in content
    assert "Only 10% of the reviewer&#x27;s ratings are good ones." in content
    do(bob, review, "facts", ratings="", good_percent="", advert="", silent_order="no")
    assert row(review).suspicion == 0


def test_an_appeal_is_asked_for_watched_and_handed_in(bob: Client, review: Review) -> None:
    bob.post(f"/reviews/{review.pk}/appeals/", {"recipient": "archive"})
    appeal = Appeal.objects.get()
    assert appeal.state == BundleState.QUEUED
    watched = bob.get(f"/reviews/appeals/{appeal.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="/reviews/appeals/{appeal.pk}/"' in watched
    Appeal.objects.all().delete()
    made = ready_appeal(review)
    assert f"/reviews/appeals/{made.pk}/files/1/" in page(bob, review)
    answer = bob.get(f"/reviews/appeals/{made.pk}/files/1/?save")
    assert "order-1001-review-archive-1.pdf" in answer.headers["Content-Disposition"]
    assert read_whole(answer) == b"%PDF-1.7 appeal"
    do(bob, review, "appeal", text="Case 4471")
    assert Appeal.objects.get().state == BundleState.SUBMITTED


def test_what_the_platform_decides_moves_it_on(bob: Client, review: Review) -> None:
    do(bob, review, "appeal", text="Case 4471")
    assert row(review).state == ReviewState.APPEALED
    do(bob, review, "stands", text="")
    assert row(review).state == ReviewState.DECLINED


# --- who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "status"), [("vera", 200), ("charlie", 404)])
def test_who_does_not_work_there_does_nothing(enter: Enter, review: Review, who: str, status: int) -> None:
    client = enter(who)
    draft_reply(review.pk, REPLY, now=timezone.now(), actor=person())
    set_facts(review.pk, {"advert": True}, now=timezone.now(), actor=person())
    before = Review.objects.values().get(pk=review.pk)
    for deed in ("analyse", "leave", "read", "send_back", "facts", "hand", "nonsense"):
        given = {"cause": "goods", "text": "x", "to": "", "ratings": "1"}
        assert do(client, review, deed, **given).status_code == 404
    assert client.get(f"/reviews/{review.pk}/").status_code == status
    assert Review.objects.values().get(pk=review.pk) == before


def test_a_viewer_is_shown_no_form(vera: Client, review: Review) -> None:
    content = page(vera, review)
    assert TEXT[:10] in content
    assert f'action="/reviews/{review.pk}/' not in content


# --- where it is led to from ------------------------------------------------------------------------------------------
def test_the_order_and_the_card_lead_to_it(bob: Client, review: Review, order: Order) -> None:
    content = bob.get(f"/orders/{order.pk}/").content.decode()
    assert content.count(f'href="/reviews/{review.pk}/"') == 3  # the panel, the card's title, and its button
    assert "Open the review" in content
