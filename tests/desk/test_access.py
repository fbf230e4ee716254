"""Every address × every person: who may look, who may change, and that a new address needs its line here."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from disputes.models import ActionKind, TrackingCase
from disputes.services.disruptions import Draft
from evidence.services.notices import record_with_notice
from messaging.models import Channel, Message, MessageState
from orders.models import Order, OrderFile, Snapshot, Store, User
from orders.providers.interface import ProviderName
from orders.services.log_in_links import make_log_in_link
from orders.services.tracking_accounts import save_account
from tests.cast import happens, tracking
from tests.desk.conftest import PEOPLE, Enter, open_item
from tests.desk.disputing import ago, disputed, filed_exhibit, order_underway, picture, read_whole, ready_bundle, upload
from tests.evidence.files import paper

# Address → its arguments, the method, and what owner, agent, viewer, another store's owner and a stranger get.
# A stranger who is asked to log in gets 302, whom nothing is shown gets 404.
TABLE: dict[str, tuple[str, str]] = {
    # name: (method, answers)
    "today": ("get", "200 200 200 200 302"),
    "action": ("post", "302 302 404 404 302"),
    "orders": ("get", "200 200 200 200 302"),
    "order": ("get", "200 200 200 404 302"),
    "check": ("get", "200 200 200 404 302"),
    "command": ("post", "302 302 404 404 302"),
    "fact": ("post", "302 302 404 404 302"),
    "boleto": ("post", "200 200 200 404 302"),
    "open_dispute": ("get", "200 200 404 404 302"),
    "look": ("get", "200 200 404 404 302"),
    "tell_buyer": ("post", "302 302 404 404 302"),
    "tracking": ("get", "200 200 200 200 302"),
    "find_parcel": ("get", "302 302 302 302 302"),
    "unknown_words": ("get", "200 200 200 200 302"),
    "tracking_reading": ("get", "200 200 200 200 302"),
    "case_step": ("post", "302 302 404 404 302"),
    "disputes": ("get", "200 200 200 200 302"),
    "dispute": ("get", "200 200 200 404 302"),
    "dispute_event": ("post", "302 302 404 404 302"),
    "dispute_note": ("post", "302 302 404 404 302"),
    "add_exhibits": ("post", "422 422 404 404 302"),
    "change_exhibit": ("post", "302 302 404 404 302"),
    "doubts": ("get", "200 200 200 404 302"),
    "ask_for_bundle": ("post", "302 302 404 404 302"),
    "exhibit": ("get", "200 200 200 404 302"),
    "thumbnail": ("get", "200 200 200 404 302"),
    "bundle": ("get", "302 302 302 404 302"),
    "bundle_file": ("get", "200 200 200 404 302"),
    "bundle_part": ("get", "200 200 200 404 302"),
    "bundle_page": ("get", "200 200 200 404 302"),
    "submit_bundle": ("post", "200 200 404 404 302"),
    "disruptions": ("get", "200 200 200 200 302"),
    "foresee": ("post", "200 200 200 200 302"),
    "disruption": ("get", "200 200 200 404 302"),
    "change_disruption": ("post", "302 302 404 404 302"),
    "notice": ("get", "200 200 200 404 302"),
    "carriers": ("get", "200 200 200 200 302"),
    "carriers_file": ("get", "200 200 200 200 302"),
    "snapshot": ("get", "200 200 200 404 302"),
    "messages": ("get", "200 200 200 200 302"),
    "proof": ("get", "200 200 200 404 302"),
    "sent": ("post", "302 302 404 404 302"),
    "retry": ("post", "302 302 404 404 302"),
    "import": ("get", "200 200 200 200 302"),
    "file": ("get", "200 200 200 404 302"),
    "start": ("post", "422 422 404 404 302"),
    "errors": ("get", "200 200 200 404 302"),
    "texts": ("get", "200 200 200 200 302"),
    "text": ("get", "200 200 200 404 302"),
    "reset": ("post", "302 302 404 404 302"),
    "rules": ("get", "200 200 200 200 302"),
    "tracking_accounts": ("get", "200 404 404 200 302"),
    "tracking_account": ("post", "302 404 404 404 302"),
    "tracking_account_deed": ("post", "302 404 404 404 302"),
    "webhook_17track": ("post", "401 401 401 401 401"),
    "privacy": ("get", "200 404 404 200 302"),
    "retention": ("post", "302 404 404 404 302"),
    "find_buyer": ("post", "422 404 404 404 302"),
    "buyer_data": ("get", "200 404 404 404 302"),
    "export_buyer": ("post", "200 404 404 404 302"),
    "hold_buyer": ("post", "302 404 404 404 302"),
    "erase_buyer": ("post", "422 404 404 404 302"),
    "preferences": ("get", "200 200 200 200 302"),
    "end_session": ("post", "302 404 404 404 302"),
    "people": ("get", "200 404 404 200 302"),
    "set_role": ("post", "302 404 404 404 302"),
    "take_out": ("post", "200 404 404 404 302"),
    "hand_link": ("post", "200 404 404 404 302"),
    "audit": ("get", "200 200 200 200 302"),
    "mailbox": ("get", "200 200 200 200 302"),
    "mail": ("get", "404 404 404 404 302"),
    "log_in_once": ("get", "404 200 200 200 200"),
    "health": ("get", "200 200 200 200 200"),
    "readiness": ("get", "503 503 503 503 503"),
    "metrics": ("get", "404 404 404 404 404"),
    "healthz": ("get", "200 200 200 200 200"),
    "readyz": ("get", "503 503 503 503 503"),
}
# Her own log-in has made Alice's link void.
# What everybody may see: the doors.
OPEN_DOORS = {"account_login", "account_signup", "account_inactive", "account_reset_password", "set_language"}
OPEN_DOORS |= {"account_reset_password_done", "account_reset_password_from_key", "account_confirm_email"}
OPEN_DOORS |= {"account_reset_password_from_key_done", "account_email_verification_sent"}


def walk(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}", pattern


def desk_names() -> set[str]:
    found = walk(get_resolver().url_patterns)
    return {name.removeprefix("desk:") for name, _pattern in found if name.startswith("desk:")}


def dispute_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """What stands in the addresses of a dispute of another order: an exhibit and a bundle."""
    order = order_underway(store, number="8012345678904321")
    case = disputed(order)
    proof = filed_exhibit(case, picture("JPEG"))
    made = ready_bundle(case, paper())
    dispute, exhibit, bundle = {"pk": case.pk}, {"pk": proof.pk}, {"pk": made.pk}
    return {
        "open_dispute": {"pk": order.pk},
        "dispute": dispute, "dispute_event": dispute | {"kind": "dispute_withdrawn"}, "dispute_note": dispute,
        "doubts": dispute,
        "add_exhibits": dispute, "change_exhibit": dispute | {"exhibit_pk": proof.pk}, "ask_for_bundle": dispute,
        "exhibit": exhibit, "thumbnail": exhibit,
        "bundle": bundle, "bundle_file": bundle, "submit_bundle": bundle, "bundle_part": bundle | {"number": 1},
        "bundle_page": bundle | {"number": 1, "page": 1},
    }  # fmt: skip


def disruption_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """A disruption with its notice."""
    now = timezone.now()
    notice = upload(picture("PNG"), "notice.png")
    made = record_with_notice(store, Draft("strike", now, region="SP"), notice, now=now, actor="1")
    return {name: {"pk": made.pk} for name in ("disruption", "change_disruption", "notice")}


def account_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """What stands in the addresses of an account at a tracking service."""
    account = save_account(store, ProviderName.SEVENTEEN_TRACK, key="key")
    address = {"slug": store.slug, "provider": account.provider}
    return {
        "tracking_account": address,
        "tracking_account_deed": address | {"deed": "switch"},
        "webhook_17track": {"token": account.push_token},
    }


def people_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """A member who was never in, and a session of Alice's."""
    bob = store.memberships.get(user__email="bob@example.com")
    alice = User.objects.get(email="alice@example.com")
    session = UserSession.objects.create(user=alice, ip="127.0.0.1", session_key="another browser's")
    member = {"pk": bob.pk}
    return {"set_role": member, "take_out": member, "hand_link": member, "end_session": {"pk": session.pk}}


def lost_parcel(store: Store) -> TrackingCase:
    """The open case of a parcel that its carrier lost."""
    order = order_underway(store, number="8012345678900007")
    happens(order, tracking(ago(hours=2), "lost"), now=ago(hours=2))
    case: TrackingCase = order.tracking_cases.get()
    return case


@pytest.fixture
def arguments(store: Store, placed: Order, settings: LazySettings) -> dict[str, dict[str, Any]]:
    """What stands in the addresses: Alice's rows."""
    settings.DEMO = True
    now = timezone.now()
    message = Message.objects.create(
        order=placed, purpose="shipped", sequence=99, rule="S7", channel=Channel.BY_HAND, language="pt-br",
        subject="a", body="b", state=MessageState.WAITING, queued_at=now, send_after=now, next_attempt_at=now,
        proof=ContentFile(b"mail", "proof.eml"),
    )  # fmt: skip
    file = OrderFile.objects.create(
        store=store, name="a.csv", timezone="UTC", uploaded_at=now, file=ContentFile(b"nothing\n1\n", "a.csv")
    )
    text = {"slug": store.slug, "purpose": "shipped", "language": "pt-br"}
    order, mail, upload = {"pk": placed.pk}, {"pk": message.pk}, {"pk": file.pk}
    link = make_log_in_link(User.objects.get(email="alice@example.com")).strip("/").partition("/")[2]
    return {
        "action": {"pk": open_item(placed, ActionKind.VERIFY_TRACKING).pk},
        "order": order, "check": order, "boleto": order,
        "command": order | {"kind": "payment_confirmed"}, "fact": order | {"kind": "payment_confirmed"},
        **dispute_arguments(store),
        "look": order, "tell_buyer": order | {"purpose": "tracking_update"},
        "case_step": {"pk": lost_parcel(store).pk},
        **disruption_arguments(store),
        "snapshot": {"pk": Snapshot.objects.filter(order=placed)[0].pk},
        "proof": mail, "sent": mail, "retry": mail,
        "file": upload, "start": upload, "errors": upload,
        "text": text, "reset": text,
        **account_arguments(store),
        **people_arguments(store),
        **{name: {"slug": store.slug} for name in ("retention", "find_buyer")},
        **{name: {"pk": placed.buyer_id} for name in ("buyer_data", "export_buyer", "hold_buyer", "erase_buyer")},
        "mail": {"key": "none"},
        "log_in_once": dict(zip(("uidb36", "token"), link.split("-", 1), strict=True)),
    }  # fmt: skip


def test_every_address_of_the_desk_has_its_line_in_the_table() -> None:
    assert desk_names() == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_gets_what_the_table_says(
    name: str, person: str, enter: Enter, arguments: dict[str, dict[str, Any]]
) -> None:
    method, answers = TABLE[name]
    expected = int(answers.split()[PEOPLE.index(person)])
    client = enter(person)
    response = getattr(client, method)(reverse(f"desk:{name}", kwargs=arguments.get(name, {})))
    read_whole(response)  # the proof's file
    assert response.status_code == expected
    if person == "nobody" and expected == 302:
        assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", sorted(name for name, (method, _answers) in TABLE.items() if method == "post"))
def test_a_look_at_an_address_that_changes_something_changes_nothing(
    name: str, alice: Client, arguments: dict[str, dict[str, Any]], placed: Order
) -> None:
    before = placed.timeline.count()
    response = alice.get(reverse(f"desk:{name}", kwargs=arguments.get(name, {})))
    assert response.status_code in {200, 405}
    assert placed.timeline.count() == before


def other_names() -> list[str]:
    return sorted(name for name, _pattern in walk(get_resolver().url_patterns) if not name.startswith("desk:"))


def sample_path(pattern_name: str) -> str | None:
    """An address of this name with any arguments that fit."""
    for arguments in ((), (1,), ("a",), ("1", "a"), (1, 1), ("orders",), ("a-1-2", "b"), ("account", "user")):
        try:
            return reverse(pattern_name, args=arguments)
        except Exception:
            continue
    return None


@pytest.mark.parametrize("name", [name for name in other_names() if name not in OPEN_DOORS and "None" not in name])
def test_a_stranger_sees_nothing_of_the_other_pages(name: str, enter: Enter) -> None:
    path = sample_path(name)
    if path is None:
        return
    assert enter("nobody").get(path).status_code in {302, 301, 401, 403, 404, 405}


@pytest.mark.parametrize("name", [name for name in other_names() if name.startswith("admin:")])
def test_nobody_without_the_right_sees_the_back_office(name: str, alice: Client) -> None:
    path = sample_path(name)
    if path is not None:
        assert alice.get(path).status_code in {302, 403, 404, 405}


def test_a_viewer_sees_no_button_that_changes_an_order(vera: Client, underway: Order) -> None:
    page = vera.get(f"/orders/{underway.pk}/").content.decode()
    assert "/command/" not in page
    assert "/fact/" not in page


def test_the_lists_of_another_store_stay_empty(charlie: Client, underway: Order) -> None:
    open_item(underway, ActionKind.SHIP)
    for path in ("/", "/orders/", "/orders/?q=Maria", "/messages/?box=outgoing", "/import/"):
        assert underway.order_number not in charlie.get(path).content.decode()


def test_an_inactive_member_is_a_stranger(enter: Enter, underway: Order) -> None:
    client = enter("bob")
    User.objects.filter(email="bob@example.com").update(is_active=False)
    assert client.get(f"/orders/{underway.pk}/").status_code == 302


def test_a_worker_of_one_store_only_looks_at_another_where_he_is_a_viewer(enter: Enter, store: Store) -> None:
    """Bob may not act on what belongs to a store in which he is not a worker, whoever else is one there."""
    other = Store.objects.get(slug="charlie")
    other.memberships.create(user=User.objects.get(email="bob@example.com"), role="viewer")
    from_charlie = OrderFile.objects.create(
        store=other, name="c.csv", timezone="UTC", uploaded_at=timezone.now() - timedelta(days=1), file="c.csv"
    )
    assert enter("bob").post(f"/import/{from_charlie.pk}/start/").status_code == 404
