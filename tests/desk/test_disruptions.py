"""The pages of disruptions: what is seen before anything is kept, what is told, changed, and shown of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from disputes.services.disruptions import Draft, record_disruption
from disputes.telling import look_for_parcels
from messaging.models import Message
from orders.models import Disruption, Order, Store
from tests.cast import fact, happens
from tests.desk.disputing import ago, order_underway, picture, read_whole, upload


def said(**values: Any) -> dict[str, Any]:
    """The form of a strike in São Paulo, filled in."""
    today = timezone.localdate()
    until = today + timedelta(days=20)
    return {
        "store": "alice",
        "cause": "strike",
        "region": "SP",
        "starts_on": f"{today}",
        "ends_on": f"{until}",
    } | values


def parcel(store: Store, number: str = "801", **buyer: str) -> Order:
    return order_underway(store, number=number, buyer={"state": "SP", "email": f"{number}@example.com"} | buyer)


def recorded(store: Store, **values: Any) -> Disruption:
    now = timezone.now()
    draft = Draft(**({"cause": "strike", "region": "SP", "starts_at": now - timedelta(days=1)} | values))
    return record_disruption(store, draft, now=now, actor=str(store.memberships.get(role="owner").user_id))


def tell(disruption: Disruption) -> None:
    look_for_parcels(disruption.pk, timezone.now, until=timezone.now() + timedelta(minutes=1))


def page_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


# --- before it is recorded --------------------------------------------------------------------------------------------
def test_the_preview_shows_parcels_and_texts_and_keeps_nothing(bob: Client, store: Store) -> None:
    parcel(store, "801")
    parcel(store, "802", email="")
    parcel(store, "803", state="RJ")
    shown = bob.post("/disruptions/preview/", said()).content.decode()
    assert "This touches 2 parcels" in shown
    assert "by hand: there is no e-mail address" in shown
    assert all(number in shown for number in ("801", "802"))
    assert "803" not in shown
    assert all(cause in shown for cause in ("greve na transportadora", "快递公司罢工", "a strike at the carrier"))
    assert not Disruption.objects.exists()
    assert not Message.objects.filter(purpose="delay_disruption").exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"region": ""}, "This touches every parcel"),
        ({"cause": "other"}, "needs its explanation"),
        ({"ends_on": "2026-01-01", "starts_on": "2026-01-02"}, "ends before it begins"),
    ],
)
def test_the_preview_says_what_is_wrong(bob: Client, values: dict[str, str], words: str) -> None:
    assert words in bob.post("/disruptions/preview/", said(**values)).content.decode()


def test_the_preview_waits_for_what_is_not_filled_in(bob: Client) -> None:
    shown = bob.post("/disruptions/preview/", said(starts_on="")).content.decode()
    assert "Say from when" in shown
    assert "required" not in shown


def test_another_stores_parcels_are_not_foreseen(charlie: Client, store: Store) -> None:
    parcel(store)
    assert "801" not in charlie.post("/disruptions/preview/", said()).content.decode()


def test_the_form_suggests_what_the_parcels_on_their_way_have(bob: Client, store: Store) -> None:
    parcel(store)
    shown = page_of(bob, "/disruptions/")
    assert '<option value="SP">' in shown
    assert '<option value="China Post">' in shown


# --- recording --------------------------------------------------------------------------------------------------------
def test_an_agent_records_a_disruption_with_its_notice(bob: Client, store: Store) -> None:
    answer = bob.post("/disruptions/", said(notice=upload(picture("PNG"), "greve.png")))
    disruption = Disruption.objects.get()
    assert answer["Location"] == f"/disruptions/{disruption.pk}/"
    assert (disruption.notice_name, disruption.notice_type) == ("greve.png", "png")
    assert disruption.ends_at is not None
    assert f"{disruption.ends_at:%H:%M}" == "15:59"  # the end of the day in Shanghai
    file = bob.get(f"/disruptions/{disruption.pk}/notice/")
    assert read_whole(file) == picture("PNG")
    assert "sandbox" in file["Content-Security-Policy"]


def test_a_notice_that_is_no_paper_is_refused_and_nothing_is_kept(bob: Client) -> None:
    answer = bob.post("/disruptions/", said(notice=upload(b"PK\x03\x04 zip", "a.zip")))
    assert answer.status_code == 422
    assert "ZIP archive" in answer.content.decode()
    assert not Disruption.objects.exists()


def test_a_viewer_records_nothing(vera: Client) -> None:
    assert "Record a disruption" not in page_of(vera, "/disruptions/")
    assert vera.post("/disruptions/", said()).status_code == 422
    assert not Disruption.objects.exists()


# --- what came of it --------------------------------------------------------------------------------------------------
def test_the_page_shows_the_progress_until_every_order_was_looked_at(bob: Client, store: Store) -> None:
    parcel(store)
    disruption = recorded(store)
    path = f"/disruptions/{disruption.pk}/"
    assert "0 of 1 parcels" in page_of(bob, path)
    tell(disruption)
    assert "of 1 parcels" not in page_of(bob, path)
    assert bob.get(path, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_page_says_who_complained_before_and_after_he_was_told(bob: Client, store: Store) -> None:
    disruption = recorded(store)
    early, late, calm = (parcel(store, str(number)) for number in (801, 802, 803))
    happens(early, fact(ago(hours=2), "dispute_opened", reason="in_transit"))
    tell(disruption)
    happens(late, fact(ago(hours=-1), "dispute_opened", reason="in_transit"))
    assert "1 before, 1 after" in page_of(bob, "/disruptions/")
    assert calm.order_number in page_of(bob, f"/disruptions/{disruption.pk}/")


def test_it_is_over_when_somebody_says_so(bob: Client, store: Store) -> None:
    disruption = recorded(store)
    bob.post(f"/disruptions/{disruption.pk}/change/", {"do": "lift"})
    assert Disruption.objects.get().lifted_at is not None
    assert "over" in page_of(bob, f"/disruptions/{disruption.pk}/")


def test_another_end_is_kept_and_an_impossible_one_refused(bob: Client, store: Store) -> None:
    disruption = recorded(store)
    later = timezone.localdate() + timedelta(days=3)
    path = f"/disruptions/{disruption.pk}/change/"
    assert bob.post(path, {"do": "end", "ends_on": f"{later}"}).status_code == 302
    assert timezone.localdate(Disruption.objects.get().ends_at) == later
    answer = bob.post(path, {"do": "end", "ends_on": f"{timezone.localdate() - timedelta(days=9)}"})
    assert answer.status_code == 422
    assert "ends before it begins" in answer.content.decode()


def test_a_notice_may_come_later_and_then_stays(bob: Client, store: Store) -> None:
    path = f"/disruptions/{recorded(store).pk}/change/"
    bob.post(path, {"do": "notice", "notice": upload(picture("PNG"), "a.png")})
    kept = Disruption.objects.get().notice_sha256
    answer = bob.post(path, {"do": "notice", "notice": upload(picture("JPEG"), "b.jpg")})
    assert (answer.status_code, Disruption.objects.get().notice_sha256) == (422, kept)


def test_running_disruptions_stand_before_those_that_are_over(bob: Client, store: Store) -> None:
    over = recorded(store, region="RJ", cause="snow")
    Disruption.objects.filter(pk=over.pk).update(starts_at=timezone.now(), lifted_at=timezone.now())
    recorded(store)
    shown = page_of(bob, "/disruptions/")
    assert shown.index("Strike") < shown.index("Snow")


def test_the_orders_page_explains_the_delay(bob: Client, store: Store) -> None:
    order = parcel(store)
    tell(recorded(store))
    shown = page_of(bob, f"/orders/{order.pk}/")
    assert "The delay is explained by:" in shown
    assert "end not known" in shown


def test_the_draft_answer_to_the_platform_names_the_cause(bob: Client, store: Store) -> None:
    order = parcel(store)
    tell(recorded(store, cause="typhoon", route="CN-BR"))
    happens(order, fact(ago(hours=-1), "dispute_opened", reason="in_transit"))
    shown = page_of(bob, f"/disputes/{order.disputes.get().pk}/")
    assert "a cause outside our control: a typhoon along the parcel&#x27;s route (SP · CN-BR), since" in shown
    assert "延误原因非卖家所能控制：运输沿途台风" in shown
