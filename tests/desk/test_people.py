"""People and roles: added, changed, taken out by owners; the audit page; the back office."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from desk.demo_accounts import PASSWORD
from desk.selectors.audit import OBJECTS
from desk.words import PURPOSES
from messaging.services.switching import switch_off
from messaging.vocabulary import Purpose
from orders.models import AuditEntry, AuditKind, Membership, Store, User
from orders.roles import Role, Tier
from orders.services.auditing import Doer
from orders.services.erasure import set_retention
from orders.services.people import set_tier
from tests.desk.conftest import Enter, address

ROOT = Path(__file__).parents[2]


def member(name: str) -> Membership:
    return Membership.objects.get(user__email=address(name), store__slug="alice")


def last_deed() -> AuditEntry:
    return AuditEntry.objects.latest("id")


def add(client: Client, email: str, role: str = "agent") -> str:
    return client.post("/people/?store=alice", {"email": email, "role": role}, follow=True).content.decode()


def test_an_owner_adds_a_person_who_comes_in_by_his_link(alice: Client, store: Store) -> None:
    page = add(alice, "Dora@example.com")
    found = re.search(r"/log-in/[0-9a-z-]+/", page)
    assert found
    assert [letter.to for letter in mail.outbox] == [["dora@example.com"]]
    assert found[0] in mail.outbox[0].body
    assert (last_deed().kind, last_deed().store) == (AuditKind.LINK_MADE, store)
    assert Client().post(found[0])["Location"] == "/accounts/password/set/"


def test_a_link_stands_on_the_page_when_the_mail_does_not_leave(
    alice: Client, store: Store, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 9
    page = add(alice, "dora@example.com")
    assert "/log-in/" in page
    assert "could not be mailed" in page


def test_nobody_gets_a_link_into_an_account_that_is_somebodys(alice: Client, store: Store) -> None:
    page = add(alice, address("charlie"))
    assert "/log-in/" not in page
    assert mail.outbox == []
    assert alice.post(f"/people/{member('charlie').pk}/link/").status_code == 404


def test_a_person_who_was_never_in_gets_a_new_link(alice: Client, store: Store) -> None:
    add(alice, "dora@example.com")
    assert "/log-in/" in alice.post(f"/people/{member('dora').pk}/link/").content.decode()


def test_a_member_is_not_added_twice(alice: Client, store: Store) -> None:
    assert "Works here already" in add(alice, "BOB@example.com")


def test_an_owner_changes_a_role(alice: Client, bob: Client, store: Store) -> None:
    alice.post(f"/people/{member('bob').pk}/role/", {"role": "viewer"})
    assert member("bob").role == Role.VIEWER
    assert last_deed().data == {"member": member("bob").user_id, "role": "viewer", "was": "agent"}


def test_an_owner_takes_a_member_out_and_is_asked_twice(alice: Client, bob: Client, store: Store) -> None:
    path = f"/people/{member('bob').pk}/remove/"
    assert "Yes: remove" in alice.post(path).content.decode()
    assert bob.get("/orders/").context["reader"].stores == [store]
    alice.post(path, {"confirmed": "1"})
    assert bob.get("/orders/").context["reader"].stores == []


@pytest.mark.parametrize(("deed", "given"), [("role", {"role": "agent"}), ("remove", {"confirmed": "1"})])
def test_the_last_owner_stays(alice: Client, store: Store, deed: str, given: dict[str, str]) -> None:
    page = alice.post(f"/people/{member('alice').pk}/{deed}/", given, follow=True).content.decode()
    assert "A store needs an owner" in page or deed == "remove"
    assert member("alice").role == Role.OWNER


def test_an_owner_who_was_switched_off_does_not_count(alice: Client, store: Store) -> None:
    Membership.objects.filter(pk=member("bob").pk).update(role=Role.OWNER)
    User.objects.filter(email=address("bob")).update(is_active=False)
    alice.post(f"/people/{member('alice').pk}/role/", {"role": "agent"})
    assert member("alice").role == Role.OWNER


@pytest.mark.parametrize("name", ["bob", "vera", "charlie"])
def test_only_an_owner_changes_people(enter: Enter, store: Store, name: str) -> None:
    client, target = enter(name), member("bob").pk
    for path, given in (("role", {"role": "owner"}), ("remove", {"confirmed": "1"}), ("link", {})):
        assert client.post(f"/people/{target}/{path}/", given).status_code == 404
    assert member("bob").role == Role.AGENT
    assert "bob@example.com" not in client.get("/people/").content.decode()
    assert client.post("/people/?store=alice", {"email": "eve@example.com", "role": "owner"}).status_code == 404


def test_the_audit_page_names_who_did_what_in_the_readers_stores(alice: Client, charlie: Client, store: Store) -> None:
    alice.post(f"/people/{member('bob').pk}/role/", {"role": "viewer"})
    page = alice.get("/audit/").content.decode()
    assert "bob@example.com · Agent → Viewer" in page
    assert "127.0.0.1" in page
    assert "bob@example.com" not in charlie.get("/audit/").content.decode()


def test_the_audit_page_tells_what_buyers_are_written_and_how_long_their_data_are_kept(
    alice: Client, store: Store
) -> None:
    doer = Doer(User.objects.get(email="alice@example.com"))
    switch_off(store, Purpose.CONTACT_30, now=timezone.now(), doer=doer)
    set_retention(store.pk, 400, doer=doer, now=timezone.now())
    set_tier(member("bob"), Tier.SPECIALIST, doer, now=timezone.now())
    page = alice.get("/audit/").content.decode()
    assert f"messages to buyers · {PURPOSES[Purpose.CONTACT_30]} · off" in page
    assert "only on request → 400 days" in page
    assert "First line → Specialist" in page


def test_every_deed_says_in_words_what_it_was_done_with() -> None:
    said = {
        word
        for room in ("desk", "disputes", "evidence", "messaging", "orders")
        for path in (ROOT / room).rglob("*.py")
        if "note_deed(" in (source := path.read_text(encoding="utf-8"))
        for word in re.findall(r"""\bwhat(?:=|": )"([a-z_]+)\"""", source)
    }
    assert {"bundle", "purpose", "noted"} <= said <= set(OBJECTS)


@pytest.mark.parametrize("query", ["before=9223372036854775808", "before=²", "before=-1", "kind=x&who=y"])
def test_the_audit_page_bears_any_question(alice: Client, query: str) -> None:
    assert alice.get(f"/audit/?{query}").status_code == 200


def test_the_audit_page_goes_on_where_it_ended(alice: Client, store: Store) -> None:
    for _turn in range(60):
        for role in ("viewer", "agent"):
            alice.post(f"/people/{member('bob').pk}/role/", {"role": role})
    first = alice.get("/audit/").context["page"]
    second = alice.get(f"/audit/?before={first.more}").context["page"]
    assert (len(first.rows), len(second.rows), second.more) == (100, 20, "")


# --- the back office --------------------------------------------------------------------------------------------------


def superuser(enter: Enter) -> Client:
    User.objects.filter(email=address("alice")).update(is_staff=True, is_superuser=True)
    return enter("alice")


def test_what_the_back_office_changes_is_written_down(enter: Enter, store: Store) -> None:
    staff = superuser(enter)
    given = {"store": store.pk, "user": User.objects.get(email=address("vera")).pk, "role": "agent"}
    staff.post(f"/admin/orders/membership/{member('vera').pk}/change/", given)
    assert member("vera").role == Role.AGENT
    deed = last_deed()
    assert (deed.kind, deed.data["how"], deed.data["table"]) == (AuditKind.BACK_OFFICE, "changed", "orders.membership")


def test_staff_without_all_rights_stay_outside(enter: Enter, store: Store) -> None:
    User.objects.filter(email=address("bob")).update(is_staff=True)
    assert enter("bob").get("/admin/orders/order/").status_code == 302


def test_no_table_of_a_library_is_in_the_back_office(enter: Enter, store: Store) -> None:
    page = superuser(enter).get("/admin/").content.decode()
    assert "/admin/orders/user/" in page
    for name in ("mfa", "usersessions", "account", "auth"):
        assert f"/admin/{name}/" not in page


# --- the demo's people ------------------------------------------------------------------------------------------------


def problems() -> list[str | None]:
    return [problem.id for problem in run_checks(databases=["default"]) if not problem.is_silenced()]


def test_the_demos_password_is_found_behind_a_public_address(store: Store, settings: LazySettings) -> None:
    alice = User.objects.get(email=address("alice"))
    alice.set_password(PASSWORD)
    alice.save()
    settings.SECURE = True
    assert problems() == ["desk.E001"]
    settings.SECURE = False
    assert problems() == []
