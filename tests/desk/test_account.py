"""Doors and preferences: logging in, the one-time link, language and clock."""

import pytest
from django.conf import LazySettings
from django.test import Client

from orders.models import Order, Store, User
from orders.services.log_in_links import make_log_in_link
from tests.desk.conftest import Enter

PASSWORD = "a-good-long-one"


def user(name: str = "alice") -> User:
    return User.objects.get(email=f"{name}@example.com")


def test_a_password_lets_in(client: Client, store: Store) -> None:
    alice = user()
    alice.set_password(PASSWORD)
    alice.save()
    answer = client.post("/accounts/login/", {"login": "Alice@example.com", "password": PASSWORD})
    assert answer["Location"] == "/"


def test_nobody_signs_up_by_himself(client: Client, store: Store) -> None:
    client.post("/accounts/signup/", {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(email="eve@example.com").exists()


def test_a_link_lets_in_once_and_looking_at_it_changes_nothing(client: Client, store: Store) -> None:
    link = make_log_in_link(user())
    assert client.get(link).status_code == client.get(link).status_code == 200
    assert client.post(link)["Location"] == "/accounts/password/set/"  # she has none yet
    assert client.get("/").status_code == 200
    assert Client().post(link).status_code == 404


@pytest.mark.parametrize("link", ["/log-in/1-aaaaaa-00000000/", "/log-in/zzzzzzzzzzzz-aaaaaa-0/"])
def test_a_made_up_link_lets_nobody_in(client: Client, store: Store, link: str) -> None:
    assert client.post(link).status_code == 404


def test_a_page_speaks_the_readers_language(alice: Client, store: Store) -> None:
    alice.post("/preferences/", {"language": "pt-br", "timezone": "America/Sao_Paulo"})
    page = alice.get("/", headers={"Accept-Language": "en"})
    assert page["Content-Language"] == "pt-br"
    assert '<html lang="pt-br">' in page.content.decode()


def test_a_page_speaks_the_browsers_language_when_the_reader_chose_none(alice: Client, store: Store) -> None:
    page = alice.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-hans">' in page.content.decode()


def test_dates_are_on_the_readers_clock(alice: Client, placed: Order) -> None:
    alice.post("/preferences/", {"language": "en", "timezone": "America/Sao_Paulo"})
    assert "2 Mar 09:00" in alice.get(f"/orders/{placed.pk}/").content.decode()


def test_dates_are_on_the_stores_clock_when_the_reader_chose_none(bob: Client, placed: Order) -> None:
    assert "2 Mar 20:00" in bob.get(f"/orders/{placed.pk}/").content.decode()


def test_a_time_zone_that_does_not_exist_is_refused(alice: Client) -> None:
    assert alice.post("/preferences/", {"timezone": "Mars/Olympus"}).status_code == 422


def test_the_back_office_asks_at_the_same_door(client: Client, store: Store) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"


def test_the_back_office_opens_for_staff_and_changes_no_order(enter: Enter, underway: Order) -> None:
    User.objects.filter(email="alice@example.com").update(is_staff=True, is_superuser=True)
    staff = enter("alice")
    for path in ("", "orders/order/", "orders/store/", "orders/user/", "orders/milestone/", "messaging/message/"):
        assert staff.get(f"/admin/{path}").status_code == 200
    assert staff.get(f"/admin/orders/order/{underway.pk}/change/").status_code == 200
    assert staff.post(f"/admin/orders/order/{underway.pk}/change/", {"state": "paid"}).status_code == 403
    assert staff.get("/admin/orders/order/add/").status_code == 403


def test_the_back_office_changes_no_rule_of_a_store(enter: Enter, store: Store) -> None:
    User.objects.filter(email="alice@example.com").update(is_staff=True, is_superuser=True)
    given = {
        "name": "A", "slug": "alice", "timezone": "Asia/Shanghai", "currency": "USD", "exchange_rates": "{}",
        "policy_name": "moon", "policy_overrides": '{"C1": {"after": "25 days"}}', "policy_version": "1",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
    }  # fmt: skip
    before, path = store.policy_version, f"/admin/orders/store/{store.pk}/change/"
    staff = enter("alice")
    assert "No policy pack" in staff.post(path, given).content.decode()
    assert staff.post(path, given | {"policy_name": "aliexpress-br"}).status_code == 302
    store.refresh_from_db()
    assert (store.name, store.policy_overrides, store.policy_version) == ("A", {}, before)


def test_the_demo_shows_its_log_in(
    client: Client, db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True
    monkeypatch.setenv("DEMO_PASSWORD", "prazo-demo")
    assert "alice@example.com with prazo-demo" in client.get("/accounts/login/").content.decode()
    settings.DEMO = False
    assert "prazo-demo" not in client.get("/accounts/login/").content.decode()


# --- logged out meanwhile ---------------------------------------------------------------------------------------------
LOG_IN_AGAIN = "/accounts/login/?next=%2F%3Fwho%3Dmine"


def test_a_press_in_place_leads_to_the_log_in_and_back_to_its_page_when_the_session_has_ended(
    client: Client, store: Store
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?who=mine"}
    answer = client.post("/actions/several/", headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, LOG_IN_AGAIN)
    assert "it was not carried out" in client.get(LOG_IN_AGAIN).content.decode()


def test_a_press_without_script_leads_back_to_its_page_when_the_session_has_ended(client: Client, store: Store) -> None:
    answer = client.post("/actions/several/", headers={"Referer": "http://testserver/?who=mine"})
    assert (answer.status_code, answer.headers["Location"]) == (302, LOG_IN_AGAIN)


def test_nobody_is_led_to_another_site_after_his_log_in(client: Client, store: Store) -> None:
    elsewhere = "http://evil.example/actions/"
    answers = [
        client.post("/actions/several/", headers={"Referer": elsewhere}).headers["Location"],
        client.get("/", headers={"HX-Request": "true", "HX-Current-URL": elsewhere}).headers["HX-Redirect"],
    ]
    assert answers == ["/accounts/login/?next=%2F"] * 2


def test_a_page_that_is_older_than_the_log_in_says_so_in_the_readers_language(alice: Client, store: Store) -> None:
    User.objects.update(language="zh-hans")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = alice.cookies
    answer = strict.post("/actions/several/")
    assert (answer.status_code, "页面已过期" in answer.content.decode()) == (403, True)


def test_whoever_chooses_a_language_on_the_log_in_page_is_told_of_no_press(client: Client, store: Store) -> None:
    answer = client.post("/language/", {"language": "zh-hans", "next": "/accounts/login/"}, follow=True)
    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert not list(answer.context["messages"])
