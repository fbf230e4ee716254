"""Erasing a buyer out of what the team does around orders: mails, searches, kept views, rehearsals, reasons."""

import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from disputes.firing import fire_due
from disputes.models import (
    ActionItem,
    ActionState,
    Chase,
    Escalation,
    IncidentCause,
    IncidentOrder,
    PhoneCall,
    Rehearsal,
)
from disputes.models.calls import CallDirection, CallResult
from disputes.receiving import Pasted, paste_message
from disputes.replying import Draft, send_reply
from disputes.services.agents import keep_with
from disputes.services.calling import CallNote, log_call
from disputes.services.chasing import CarrierWord, note_carrier, register_chase
from disputes.services.escalating import escalate, matter_of_item
from disputes.services.handing import snooze_action
from disputes.services.incident_orders import Criteria, add_orders, exclude_order
from disputes.services.incidents import IncidentDraft, open_incident
from evidence.services.disclosure import disclose_buyer
from evidence.services.erasure import erase_buyer, erase_expired
from evidence.services.orphans import remove_orphaned_uploads
from messaging.models import FailedAddress, InboundMessage
from messaging.models.inbound import InboundChannel, Place
from messaging.sending import compose_mail, keep_proof
from orders.models import Buyer, Order, PrivateData, SavedView, SearchText, Store, User
from orders.services.auditing import Doer
from orders.services.erasure import ErasureCause
from orders.services.saved_views import save_view
from tests.cast import alices_store, at, clock_at, fact, happens, paid, placed_order, shipped

pytestmark = pytest.mark.django_db
LATER = "06-20 12:00"
TRACES = ["maria", "souza", "99999"]


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    order: Order = placed_order(store, paid(), shipped(), buyer={"phone": "+55 11 99999 8888"})
    happens(order, fact("04-01 10:00", "delivered"))
    happens(order, fact("04-20 10:00", "completed"))
    found: Order = Order.objects.select_related("buyer", "store").get(pk=order.pk)
    return found


def alice() -> User:
    found: User = User.objects.get(email="alice@example.com")
    return found


def erase(order: Order, *, now: str = LATER) -> None:
    erase_buyer(order.buyer_id, cause=ErasureCause.REQUEST, now=at(now), doer=Doer())


def everything() -> str:
    models = [SearchText, SavedView, InboundMessage, FailedAddress, Rehearsal, ActionItem, PrivateData]
    return "\n".join(str(row) for model in models for row in model._default_manager.values()).lower()


def rehearsed(store: Store) -> Rehearsal:
    quoted = {"results": [{"orders": 1}], "rejected": [{"row": 2, "value": "maria@example.com"}]}
    row: Rehearsal = Rehearsal.objects.create(
        store=store, source="file", name="orders.csv", timezone="UTC", policy_name="aliexpress-br", until=at(LATER),
        state="done", asked_at=at("05-01 12:00"), file=ContentFile(b"Maria Souza", "a.csv"),
        report=quoted | {"answers": [{"to": "maria@example.com"}], "broken": [["8", "ValueError: Souza"]]},
    )  # fmt: skip
    return row


def written(store: Store, order: Order | None, received_at: str = "06-01 12:00") -> InboundMessage:
    row: InboundMessage = InboundMessage.objects.create(
        store=store, order=order, channel=InboundChannel.EMAIL, place=Place.EMAIL, received_at=at(received_at),
        recorded_at=at(received_at), sender="maria@example.com", text="It is me, Maria",
        raw=ContentFile(b"Maria", "a.eml"),
    )  # fmt: skip
    return row


def test_nothing_of_the_teams_work_names_an_erased_buyer(store: Store, order: Order) -> None:
    for number, words in enumerate(("q=maria+souza", "q=MARIA%40example.com", "q=%2B55+11+99999-8888&state=shipped")):
        save_view(alice(), f"View {number}", words, now=at(LATER), store=store if number else None)
    item = ActionItem.objects.create(
        order=order, kind="contact_buyer", rule="M7", subject="x", raised_at=at("06-01 12:00"), due_at=at("06-30 12:00")
    )
    snooze_action(item.pk, until=at("06-29 12:00"), reason="Maria is away", now=at(LATER), actor="1")
    pasted = Pasted("where is it? Maria", Place.WHATSAPP, at("06-01 12:00"), sender="Maria Souza")
    paste_message(store, pasted, now=at("06-01 12:00"), user=alice(), order=order)
    rehearsal = rehearsed(store)
    assert all(trace in everything() for trace in TRACES)
    erase(order)
    assert [trace for trace in TRACES if trace in everything()] == []
    assert not default_storage.exists(str(rehearsal.file))
    assert Rehearsal.objects.get().report["results"] == [{"orders": 1}]


def test_views_that_look_for_others_and_rehearsals_of_before_stay(store: Store, order: Order) -> None:
    for words in ("q=maria", "q=lamp", "state=shipped"):
        save_view(alice(), words, words, now=at(LATER))
    rehearsal = rehearsed(store)
    Rehearsal.objects.update(asked_at=at("03-01 12:00"))
    erase(order)
    assert SavedView.objects.count() == 3
    assert default_storage.exists(str(rehearsal.file))


def test_what_was_never_filed_goes_when_the_stores_time_is_over(store: Store) -> None:
    Store.objects.update(retention_days=30)
    old, young = written(store, None, "05-01 12:00"), written(store, None, "06-10 12:00")
    path = Path(old.raw.path)
    erase_expired(clock_at(LATER), until=at("06-20 12:01"))
    assert list(InboundMessage.objects.all()) == [young]
    assert (path.exists(), Path(young.raw.path).exists()) == (False, True)


def test_who_writes_again_after_his_erasure_is_erased_again_in_time(store: Store, order: Order) -> None:
    Store.objects.update(retention_days=30)
    erase(order, now="05-01 12:00")
    written(store, order, "05-10 12:00")
    erase_expired(clock_at("06-01 12:00"), until=at("06-01 12:01"))
    assert InboundMessage.objects.get().text != ""
    erase_expired(clock_at(LATER), until=at("06-20 12:01"))
    assert (InboundMessage.objects.get().text, InboundMessage.objects.get().raw.name) == ("", "")


def test_what_a_killed_process_left_of_an_upload_goes_after_a_day(
    store: Store, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    named = [written(store, None).raw.path, rehearsed(store).file.path]
    left = [tmp_path / folder / "2026/05" / "left" for folder in ("inbound", "order-files", "rehearsals")]
    left.append(left[0].with_name(".0a1b.part"))
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Maria")
    for found in [*named, *left[1:]]:
        os.utime(found, (at("06-18 12:00").timestamp(),) * 2)
    os.utime(left[0], (at("06-20 11:00").timestamp(),) * 2)
    assert remove_orphaned_uploads(at(LATER)) == 3
    assert [path.exists() for path in left] == [True, False, False, False]
    assert all(Path(path).exists() for path in named)


def test_a_mail_that_never_left_and_never_will_goes_after_a_day(
    order: Order, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    kept, pending, off = order.messages.exclude(to="").order_by("pk")[:3]
    paths = []
    for message, state in ((kept, "sent"), (pending, "pending"), (off, "cancelled")):
        keep_proof(message, compose_mail(message))
        paths.append(Path(message.proof.path))
        message.state, message.proof = state, message.proof.name if state == "sent" else ""
        message.save()
    paths += [paths[0].with_name("999999.eml"), paths[0].with_name(".0a1b.part")]
    for path in paths:
        path.touch()
        os.utime(path, (at("06-18 12:00").timestamp(),) * 2)
    assert remove_orphaned_uploads(at(LATER)) == 3
    assert [path.exists() for path in paths] == [True, True, False, False, False]


def test_a_view_that_another_person_shares_is_not_overwritten_by_its_name(store: Store) -> None:
    bob = User.objects.create(email="bob@example.com")
    save_view(alice(), "Late", "risk=1", now=at(LATER), store=store)
    save_view(bob, "Late", "state=shipped", now=at(LATER), store=store)
    assert {view.query for view in SavedView.objects.all()} == {"risk=1", "state=shipped"}


def test_what_a_buyer_wrote_is_disclosed_to_him(store: Store, order: Order) -> None:
    written(store, order)
    (said,) = disclose_buyer(order.buyer_id, doer=Doer(), now=at(LATER))["received"]
    assert (said["sender"], said["text"]) == ("maria@example.com", "It is me, Maria")


def spoken_of(order: Order) -> None:
    """Maria is called, asks where it is, is escalated, and left out of an incident, with her name in every word."""
    who, words, now = alice(), "Maria Souza, 99999", at("03-10 13:00")
    actor = str(who.pk)
    keep_with(order.buyer_id, who.pk, now=now, actor=actor)
    log_call(order.pk, CallNote(CallDirection.OUT, CallResult.AGREED, now, words), now=now, actor=actor)
    chase = register_chase(order.pk, now=now, actor=actor)
    note_carrier(chase.pk, CarrierWord(words), now=now, actor=actor)
    paste_message(order.store, Pasted("Oi", Place.PLATFORM, now), now=now, user=who, order=order)
    escalate(matter_of_item(order.actions.latest("pk")), reason=words, to=None, now=now, actor=actor)
    draft = IncidentDraft("Late", IncidentCause.OTHER, who.pk, who.pk, who.pk)
    incident = open_incident(order.store, draft, now=now, actor=actor)
    add_orders(incident.pk, Criteria(numbers=[order.order_number]), now=now)
    exclude_order(incident.orders.get().pk, words, now=now, actor=actor)


def test_what_the_team_wrote_of_a_buyer_is_disclosed_and_goes_with_him(store: Store) -> None:
    order = placed_order(store, paid(), shipped(), buyer={"phone": "+55 11 99999 8888"})
    spoken_of(order)
    said = disclose_buyer(order.buyer_id, doer=Doer(), now=at(LATER))
    assert [len(said[part]) for part in ("calls", "asked_where", "escalated", "incidents")] == [1, 1, 1, 1]
    happens(order, fact("04-01 10:00", "delivered"))
    happens(order, fact("04-20 10:00", "completed"))
    erase(order)
    rows = [row for model in (PhoneCall, Chase, Escalation, IncidentOrder) for row in model._default_manager.values()]
    assert [trace for trace in TRACES if trace in str(rows).lower() + everything()] == []
    assert Order.objects.get(pk=order.pk).buyer.agent is None


def owed(order: Order) -> list[str]:
    """What is open of a call and of an answer that Maria was promised a moment ago."""
    now, until, actor = at("06-20 11:00"), at("06-22 15:00"), str(alice().pk)
    log_call(order.pk, CallNote(CallDirection.OUT, CallResult.BUSY, now, call_back_at=until), now=now, actor=actor)
    send_reply(order.pk, Draft("Bom dia", promised_at=until), now=now, actor=actor)
    return still_owed(order)


def still_owed(order: Order) -> list[str]:
    rows = ActionItem.objects.filter(order=order, kind="contact_buyer", state=ActionState.OPEN)
    return sorted(rows.values_list("subject", flat=True))


def test_nobody_is_asked_for_calls_and_answers_that_an_erased_buyer_was_promised(order: Order) -> None:
    assert owed(order) == ["call:1", "promise:1"]
    erase(order)
    assert still_owed(order) == []
    assert {row.settled_at for row in (order.promises.get(), PhoneCall.objects.get())} == {at(LATER)}
    assert not order.milestones.filter(subject__contains=":1", state="pending").exists()


def test_what_was_promised_to_a_buyer_whom_an_older_version_erased_ends_with_its_date(order: Order) -> None:
    owed(order)
    Buyer.objects.update(erased_at=at(LATER))
    fire_due(clock_at("06-22 15:00"), until=at("06-22 15:01"))
    assert still_owed(order) == []
