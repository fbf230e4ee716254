"""The audit list: who may read it, that nobody rewrites it, and what is forgotten."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.test import Client

from orders.models import AuditEntry, AuditKind, AuditOrigin, Membership, Store, User
from orders.roles import Role
from orders.services.auditing import KEPT, Doer, forget_origins, note_deed
from orders.services.sessions import clear_sessions
from tests.cast import alices_store, at

NOW = at("03-05 10:00")


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


def person(name: str, store: Store | None = None, role: Role = Role.AGENT) -> User:
    user = User.objects.create_user(f"{name}@example.com")
    if store:
        Membership.objects.create(store=store, user=user, role=role)
    return user


def read_by(user: User) -> list[str]:
    return [entry.kind for entry in AuditEntry.objects.for_member(user).order_by("id")]


def test_an_owner_reads_what_was_done_in_his_store_and_everybody_what_he_did_himself(store: Store) -> None:
    alice, bob, charlie = User.objects.get(), person("bob", store), person("charlie")
    note_deed(AuditKind.KEY_SAVED, Doer(alice), now=NOW, store=store)
    note_deed(AuditKind.LOGGED_IN, Doer(bob), now=NOW)
    note_deed(AuditKind.LOGGED_OUT, Doer(charlie), now=NOW)
    note_deed(AuditKind.LOG_IN_FAILED, Doer(), now=NOW)
    assert read_by(alice) == [AuditKind.KEY_SAVED, AuditKind.LOGGED_IN]
    assert read_by(bob) == [AuditKind.LOGGED_IN]
    assert read_by(charlie) == [AuditKind.LOGGED_OUT]


def test_a_former_member_is_no_longer_watched(store: Store) -> None:
    bob = person("bob", store)
    store.memberships.filter(user=bob).delete()
    note_deed(AuditKind.LOGGED_IN, Doer(bob), now=NOW)
    assert read_by(User.objects.get(email="alice@example.com")) == []


@pytest.mark.parametrize("change", ["update", "delete"])
def test_nobody_rewrites_the_list(store: Store, change: str) -> None:
    entry = note_deed(AuditKind.LOGGED_IN, Doer(User.objects.get()), now=NOW)
    rows = AuditEntry.objects.filter(pk=entry.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(kind="logged_out") if change == "update" else rows._raw_delete("default")


def test_an_entry_outlives_its_user(store: Store) -> None:
    bob = person("bob", store)
    note_deed(AuditKind.ROLE_CHANGED, Doer(bob), now=NOW, store=store)
    bob.delete()
    assert AuditEntry.objects.count() == 1


def test_from_where_somebody_came_is_forgotten_after_its_time(store: Store) -> None:
    for when in (NOW - KEPT - timedelta(days=1), NOW - KEPT + timedelta(days=1)):
        note_deed(AuditKind.LOGGED_IN, Doer(User.objects.get(), "203.0.113.7", "Firefox/142"), now=when)
    assert forget_origins(NOW) == 1
    assert AuditOrigin.objects.count() == 1
    assert AuditEntry.objects.count() == 2


def test_a_session_past_its_time_goes_with_its_entry(store: Store) -> None:
    client = Client()
    client.force_login(User.objects.get(), "django.contrib.auth.backends.ModelBackend")
    client.get("/")
    assert UserSession.objects.count() == 1
    assert clear_sessions(NOW) == 0
    assert clear_sessions(Session.objects.get().expire_date + timedelta(seconds=1)) == 1
    assert not UserSession.objects.exists()
