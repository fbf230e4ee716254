"""What the desk's table of addresses leaves: accounts, back office, ids of others, tasks, files, ids that are none."""

import inspect
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib import admin
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from config import celery_app
from desk.back_office import BackOffice
from orders.models import Membership, Order, Store, User
from orders.querysets import StoreScoped
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import PEOPLE, Enter, address
from tests.desk.disputing import read_whole
from tests.desk.test_access import TABLE, arguments

__all__ = ["arguments"]  # a fixture: every address of the desk with Alice's rows in it

# Whatever is not the desk's: what the four of PEOPLE who are logged in get, without a password, and a stranger.
ACCOUNTS: dict[str, tuple[str, str]] = {
    "accounts/login/": ("get", "302 302 302 302 200"),
    "accounts/logout/": ("get", "200 200 200 200 302"),
    "accounts/inactive/": ("get", "200 200 200 200 200"),
    "accounts/signup/": ("get", "302 302 302 302 200"),  # its page says that it is closed
    "accounts/reauthenticate/": ("get", "403 403 403 403 302"),
    "accounts/email/": ("get", "404 404 404 404 404"),
    "accounts/confirm-email/": ("get", "404 404 404 404 404"),
    "accounts/confirm-email/abc/": ("get", "404 404 404 404 404"),
    "accounts/password/change/": ("get", "302 302 302 302 302"),
    "accounts/password/set/": ("get", "200 200 200 200 302"),
    "accounts/password/reset/": ("get", "200 200 200 200 200"),
    "accounts/password/reset/done/": ("get", "200 200 200 200 200"),
    "accounts/password/reset/key/done/": ("get", "200 200 200 200 200"),
    "accounts/password/reset/key/1-abc/": ("get", "200 200 200 200 200"),
    "accounts/login/code/confirm/": ("get", "302 302 302 302 302"),
    "accounts/2fa/": ("get", "200 200 200 200 302"),
    "accounts/2fa/authenticate/": ("get", "302 302 302 302 302"),
    "accounts/2fa/reauthenticate/": ("get", "403 403 403 403 302"),
    "accounts/2fa/totp/activate/": ("get", "200 200 200 200 302"),
    "accounts/2fa/totp/deactivate/": ("get", "404 404 404 404 302"),
    "accounts/2fa/recovery-codes/": ("get", "404 404 404 404 302"),
    "accounts/2fa/recovery-codes/generate/": ("get", "200 200 200 200 302"),
    "accounts/2fa/recovery-codes/download/": ("get", "404 404 404 404 302"),
    "accounts/sessions/": ("get", "200 200 200 200 302"),
    "api/v1/openapi.json": ("get", "200 200 200 200 200"),
    "api/v1/docs": ("get", "200 200 200 200 200"),
    "api/nothing": ("get", "404 404 404 404 404"),
    "language/": ("get", "302 302 302 302 302"),
}
PAGES_OF_A_TABLE = {"changelist": (), "add": (), "history": ("1",), "delete": ("1",), "change": ("1",)}
ODD = ["0", "9223372036854775808", "1" * 40, "²", "1%20OR%201=1"]
# What a look or a refusal writes by right: who came, from where.
PASSING = {
    "sessions.session",
    "usersessions.usersession",
    "orders.auditentry",
    "orders.auditorigin",
    "disputes.heartbeat",
}


def answers_of(path: str, method: str, enter: Enter) -> str:
    return " ".join(str(getattr(enter(person), method)(path).status_code) for person in PEOPLE)


# --- accounts ---------------------------------------------------------------------------------------------------------


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Every address outside the desk and the back office, as it is written."""
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route) if not pattern.namespace else ()
        elif pattern.name is None or ":" not in str(pattern.name):
            yield route


def test_every_address_that_is_not_the_desks_has_its_line() -> None:
    resolver = get_resolver()
    shadowed = {r"accounts/confirm-email/(?P<key>[-:\w]+)/$"}  # behind our own refusal
    found = {resolver.resolve(f"/{path}").route.replace("/^", "/") for path in ACCOUNTS}
    assert set(routes(resolver.url_patterns)) - shadowed == found


@pytest.mark.parametrize("path", ACCOUNTS)
def test_each_person_gets_what_the_line_says(path: str, enter: Enter) -> None:
    method, expected = ACCOUNTS[path]
    assert answers_of(f"/{path}", method, enter) == expected


# --- the back office --------------------------------------------------------------------------------------------------


def tables() -> list[str]:
    assert isinstance(admin.site, BackOffice) or admin.site  # the site stands behind a lazy object
    return sorted(f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry)


@pytest.mark.parametrize("table", tables())
def test_nobody_but_a_superuser_sees_a_table_of_the_back_office(table: str, enter: Enter) -> None:
    clients = [enter("alice"), Client()]
    for page, args in PAGES_OF_A_TABLE.items():
        path = reverse(f"admin:{table}_{page}", args=args)
        answers = {getattr(client, method)(path).status_code for client in clients for method in ("get", "post")}
        assert answers == {302}, path


@pytest.mark.parametrize("table", tables())
def test_a_superuser_sees_each_table_of_the_back_office(
    table: str, enter: Enter, arguments: dict[str, dict[str, Any]]
) -> None:
    User.objects.filter(email=address("alice")).update(is_staff=True, is_superuser=True)
    staff, row = enter("alice"), apps.get_model(*table.split("_")).objects.first()
    seen = {page: staff.get(reverse(f"admin:{table}_{page}", args=args and (row.pk if row else 1,))).status_code
            for page, args in PAGES_OF_A_TABLE.items()}  # fmt: skip
    assert seen["changelist"] == 200
    assert set(seen.values()) <= ({200, 403} if row else {200, 403, 302})


def test_the_other_pages_of_the_back_office_are_closed_too(enter: Enter, store: Store) -> None:
    for path in (
        "",
        "orders/",
        "password_change/",
        "autocomplete/",
        "jsi18n/",
        "r/1/1/",
        "orders/order/1/",
        "nonsense/",
    ):
        assert set(answers_of(f"/admin/{path}", "get", enter).split()) <= {"302", "404"}, path


# --- ids of another store ---------------------------------------------------------------------------------------------


def digest_of_rows() -> str:
    """The state of every table of ours; what a look writes by right is left out."""
    whole = sha256()
    for model in apps.get_models():
        if model._meta.label_lower not in PASSING:
            for row in model._default_manager.order_by("pk").values_list():
                whole.update(repr((model._meta.label, row)).encode())
    return whole.hexdigest()


@pytest.mark.parametrize("role", ["owner", "agent", "viewer"])
def test_ids_of_another_store_lead_nowhere_and_change_nothing(
    role: str, charlie: Client, arguments: dict[str, dict[str, Any]]
) -> None:
    Membership.objects.filter(user__email=address("charlie")).update(role=role)
    before, reached = digest_of_rows(), []
    for name, keys in sorted(arguments.items()):
        if name in {"calendar_file", "log_in_once", "mail", "webhook_17track", "webhook_aliexpress"}:
            continue  # a secret opens these, whoever brings it
        path = reverse(f"desk:{name}", kwargs=keys)
        for method, given in (("get", {}), ("post", {"confirmed": "1", "role": "owner", "text": "x", "reason": "x"})):
            status = getattr(charlie, method)(path, given).status_code
            reached += [] if status in {404, 405} else [(name, method, status)]
    assert reached == []
    assert digest_of_rows() == before


@pytest.mark.parametrize(
    ("path", "given"),
    [("/import/", {"content": "orders"}), ("/disruptions/", {"cause": "strike"}), ("/tracking/reading/", {}),
     ("/disruptions/preview/", {"cause": "strike"}), ("/people/", {"email": "eve@example.com", "role": "owner"})],
)  # fmt: skip
def test_a_form_takes_no_store_of_others(charlie: Client, underway: Order, path: str, given: dict[str, str]) -> None:
    store, before = underway.store, digest_of_rows()
    answers = [charlie.post(f"{path}?store={name}", given | {"store": str(name)}) for name in (store.pk, store.slug)]
    assert digest_of_rows() == before
    assert [underway.order_number in answer.content.decode() for answer in answers] == [False, False]


def lists() -> list[str]:
    return sorted(name for name, (method, answers) in TABLE.items() if method == "get" and " 200 302" in answers)


@pytest.mark.parametrize("name", lists())
def test_no_list_shows_another_store_whatever_is_asked(name: str, charlie: Client, store: Store) -> None:
    order = placed_order(store, paid(), shipped(), buyer={"name": "Maria Telltale"})
    path = reverse(f"desk:{name}") if name not in {"mail", "log_in_once"} else "/"
    for query in ("store=alice", f"store={store.pk}", "q=Maria", f"after={order.pk + 1}", f"q={order.order_number}"):
        page = read_whole(charlie.get(f"{path}?{query}")).decode()
        assert "Telltale" not in page
        assert f"/orders/{order.pk}/" not in page


# --- tasks ------------------------------------------------------------------------------------------------------------


def tasks() -> dict[str, Any]:
    celery_app.loader.import_default_modules()
    return {name: task for name, task in celery_app.tasks.items() if not name.startswith("celery.")}


def test_a_task_is_told_ids_and_nothing_else() -> None:
    """No path, address or text travels through the broker: whoever could write there would choose a row, no more."""
    taken = {
        (name, key, parameter.annotation)
        for name, task in tasks().items()
        for key, parameter in inspect.signature(task.run).parameters.items()
    }
    assert len(tasks()) > 10
    assert {kind for _name, _key, kind in taken} == {int}


def test_the_broker_carries_json_alone() -> None:
    assert set(celery_app.conf.accept_content) == {"json"}
    assert celery_app.conf.task_serializer == "json"


# --- files ------------------------------------------------------------------------------------------------------------


def kept_files() -> Iterator[Path]:
    root = Path(django_settings.MEDIA_ROOT)
    return (path.relative_to(root) for path in root.rglob("*") if path.is_file())


def test_no_file_is_served_but_through_a_check(alice: Client, arguments: dict[str, dict[str, Any]]) -> None:
    for name in ("exhibit", "bundle_file", "notice", "proof"):
        read_whole(alice.get(reverse(f"desk:{name}", kwargs=arguments[name])))
    files = list(kept_files())
    assert {path.parts[0] for path in files} >= {"bundles", "exhibits", "order-files"}
    for path in files:
        for prefix in ("", "media/", "static/", "static/../media/", "static/%2e%2e/"):
            assert alice.get(f"/{prefix}{path}").status_code == 404


def test_every_table_of_a_stores_rows_is_reached_through_its_members() -> None:
    """A model that belongs to a store without `for_member` could be shown to anybody by one careless line."""
    ours = [
        model for model in apps.get_models() if model._meta.app_label in {"orders", "messaging", "disputes", "evidence"}
    ]
    scoped = [
        model for model in ours if any(field.name in {"store", "order", "dispute"} for field in model._meta.fields)
    ]
    without = {model._meta.label for model in scoped if not hasattr(model._default_manager.all(), "for_member")}
    assert without <= {"orders.Membership"}, StoreScoped.__doc__


# --- ids that are none ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ODD)
def test_an_id_that_is_none_finds_nothing(key: str, alice: Client, arguments: dict[str, dict[str, Any]]) -> None:
    wrong = []
    for name, keys in sorted(arguments.items()):
        path = reverse(f"desk:{name}", kwargs=keys)
        for part in {str(value) for value in keys.values()}:
            for method in ("get", "post"):
                status = getattr(alice, method)(path.replace(f"/{part}/", f"/{key}/", 1)).status_code
                wrong += [(name, method, status)] if status >= 500 else []
    assert wrong == []


QUERIES = ["store", "after", "before", "page", "q", "state", "queue", "id", "order", "bundle", "number", "by", "box"]


@pytest.mark.parametrize("name", lists())
def test_a_question_that_is_none_breaks_no_list(name: str, alice: Client, underway: Order) -> None:
    path = reverse(f"desk:{name}") if name not in {"mail", "log_in_once"} else "/"
    for key in (
        "9223372036854775808",
        "1" * 40,
        "-1",
        "²",
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ):
        answer = alice.get(path, dict.fromkeys(QUERIES, key))
        assert answer.status_code < 500, key
