"""The doors and their locks: wrong passwords, second factors, sessions, easy passwords, the first visit."""

import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import LazySettings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from orders.models import AuditEntry, AuditKind, Store, User
from orders.services.log_in_links import make_log_in_link
from tests.desk.conftest import Enter, address

PASSWORD = "a-good-long-one"
WRONG = "another-long-one"
LOG_IN = "/accounts/login/"


@pytest.fixture
def known(store: Store) -> User:
    """Alice, with a password."""
    user = User.objects.get(email=address("alice"))
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client: Client, password: str = PASSWORD, *, email: str = "alice@example.com", **headers: str) -> Any:
    return client.post(LOG_IN, {"login": email, "password": password}, headers=headers)


def code_now(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def switch_second_factor_on(client: Client) -> str:
    """Set the second factor up as a person does; gives the app's secret."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'value="([A-Z2-7]{32})"', page)
    assert found, page
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_now(found[1])})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    return found[1]


def kinds(user: User) -> list[str]:
    return list(AuditEntry.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


# --- passwords --------------------------------------------------------------------------------------------------------


def test_passwords_are_kept_by_scrypt(known: User) -> None:
    assert known.password.startswith("scrypt$")


def test_a_password_of_an_older_hash_moves_over_when_its_owner_logs_in(client: Client, known: User) -> None:
    known.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    known.save()
    assert log_in(client)["Location"] == "/"
    known.refresh_from_db()
    assert known.password.startswith("scrypt$")


@pytest.mark.parametrize("easy", ["elevenchars", "qwerty123456", "135792468024681", "alice@example"])
def test_an_easy_password_is_refused(easy: str, known: User) -> None:
    with pytest.raises(ValidationError):
        validate_password(easy, known)


def test_a_new_password_ends_the_other_sessions_and_is_told(client: Client, known: User) -> None:
    other = Client()
    log_in(other)
    log_in(client)
    given = {"oldpassword": PASSWORD, "password1": "brand-new-horse", "password2": "brand-new-horse"}
    key = client.session.session_key
    assert client.post("/accounts/password/change/", given).status_code == 302
    assert client.session.session_key != key
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert [letter.to for letter in mail.outbox] == [["alice@example.com"]]
    assert kinds(known)[-1] == AuditKind.PASSWORD_CHANGED


# --- the lock on the door ---------------------------------------------------------------------------------------------


def test_five_failures_lock_the_door_even_for_the_right_password(client: Client, known: User) -> None:
    for _turn in range(5):
        log_in(client, WRONG)
    page = log_in(client).content.decode()
    assert "Wait five minutes" in page
    assert "_auth_user_id" not in client.session
    assert kinds(known) == [AuditKind.LOG_IN_FAILED] * 5


def test_a_lock_says_how_long_as_its_setting_does(settings: LazySettings) -> None:
    assert settings.ACCOUNT_RATE_LIMITS["login_failed"].endswith("5/5m/key")


def test_a_lock_is_for_one_account(client: Client, known: User) -> None:
    for _turn in range(5):
        log_in(client, WRONG, email="charlie@example.com")
    assert log_in(client)["Location"] == "/"


def test_a_made_up_address_does_not_open_the_lock(client: Client, known: User) -> None:
    for turn in range(5):
        log_in(client, WRONG, x_forwarded_for=f"203.0.113.{turn}")
    assert "Wait five minutes" in log_in(client, x_forwarded_for="203.0.113.99").content.decode()


def failures_of_one_machine() -> list[str]:
    """The pages of one machine that tries eleven accounts, and claims to be another one each time."""
    said = [
        log_in(Client(), WRONG, email=f"m{turn}@example.com", x_forwarded_for=f"203.0.113.{turn}, 198.51.100.7")
        for turn in range(11)
    ]
    return [page.content.decode() for page in said]


@pytest.mark.parametrize("proxies", [0, 1])
def test_one_machine_is_known_by_what_our_own_proxy_says(known: User, settings: LazySettings, proxies: int) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    pages = failures_of_one_machine()
    assert "Wait five minutes" not in pages[9]
    assert "Wait five minutes" in pages[10]


def test_a_flood_of_log_ins_is_turned_away_with_a_time(client: Client, known: User) -> None:
    answers = [log_in(client, WRONG, email=f"m{turn}@example.com") for turn in range(31)]
    assert answers[30].status_code == 429
    assert answers[30]["Retry-After"] == "60"
    assert "Wait a minute" in answers[30].content.decode()


def test_an_unknown_address_is_answered_as_a_wrong_password_and_kept_nowhere(client: Client, known: User) -> None:
    stranger = log_in(client, WRONG, email="eve@example.com").content.decode()
    member = log_in(client, WRONG).content.decode()
    assert "are not correct" in stranger
    assert "are not correct" in member
    entry = AuditEntry.objects.get(user=None)
    assert (entry.kind, entry.data) == (AuditKind.LOG_IN_FAILED, {})


def test_a_forgotten_password_is_asked_for_by_mail_and_strangers_get_none(client: Client, known: User) -> None:
    for email in ("eve@example.com", "alice@example.com"):
        answer = client.post("/accounts/password/reset/", {"email": email})
        assert answer["Location"] == "/accounts/password/reset/done/"
    assert [letter.to for letter in mail.outbox] == [["alice@example.com"]]
    assert mail.outbox[0].subject == "Prazo: Choose a new password"
    said = str(mail.outbox[0].body)
    assert said.startswith("Somebody, most likely you, asked for a new password for alice@example.com on Prazo.")
    assert "The link works once, for 3 days." in said
    assert "If you did not ask for it, leave this mail alone" in said


# --- the second factor ------------------------------------------------------------------------------------------------


def test_a_second_factor_is_asked_for_once_it_is_set_up(client: Client, known: User) -> None:
    log_in(client)
    secret = switch_second_factor_on(client)
    other = Client()
    assert log_in(other)["Location"] == "/accounts/2fa/authenticate/"
    assert other.get("/").status_code == 302
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert other.post("/accounts/2fa/authenticate/", {"code": code_now(secret, steps=1)})["Location"] == "/"
    assert kinds(known)[-2:] == [AuditKind.CODE_FAILED, AuditKind.LOGGED_IN]
    assert AuditEntry.objects.filter(kind=AuditKind.LOGGED_IN).first().data == {"by": ["password", "mfa"]}  # type: ignore[union-attr]


def test_a_one_time_link_asks_for_the_second_factor_too(client: Client, known: User) -> None:
    log_in(client)
    switch_second_factor_on(client)
    known.refresh_from_db()
    assert Client().post(make_log_in_link(known))["Location"] == "/accounts/2fa/authenticate/"


def test_a_code_opens_once(client: Client, known: User) -> None:
    log_in(client)
    code = code_now(switch_second_factor_on(client), steps=1)
    answers = []
    for other in (Client(), Client()):
        log_in(other)
        answers.append(other.post("/accounts/2fa/authenticate/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_codes_cannot_be_guessed_one_after_the_other(client: Client, known: User) -> None:
    log_in(client)
    secret = switch_second_factor_on(client)
    other = Client()
    log_in(other)
    for turn in range(5):
        other.post("/accounts/2fa/authenticate/", {"code": f"00000{turn}"})
    page = other.post("/accounts/2fa/authenticate/", {"code": code_now(secret, steps=1)})
    assert "Wait five minutes" in page.content.decode()


def test_a_recovery_code_opens_once(client: Client, known: User) -> None:
    log_in(client)
    switch_second_factor_on(client)
    client.post("/accounts/2fa/reauthenticate/", {"code": "x"})
    codes = client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()
    assert len([code for code in codes if code.isdigit()]) == 10
    answers = []
    for other in (Client(), Client()):
        log_in(other)
        answers.append(other.post("/accounts/2fa/authenticate/", {"code": codes[-1]}).status_code)
    assert answers == [302, 200]


def test_the_secret_lies_locked_in_the_database(client: Client, known: User) -> None:
    log_in(client)
    secret = switch_second_factor_on(client)
    assert not Authenticator.objects.filter(data__icontains=secret).exists()


def test_the_second_factor_asks_for_the_password_before_it_is_changed(client: Client, known: User) -> None:
    log_in(client)
    for page in ("totp/activate/", "recovery-codes/generate/"):
        assert client.get(f"/accounts/2fa/{page}").status_code == 302
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("path", ["/", "/orders/", "/people/", "/accounts/sessions/"])
def test_an_owner_sets_his_second_factor_up_first_where_he_must(
    client: Client, known: User, settings: LazySettings, path: str
) -> None:
    settings.OWNERS_NEED_SECOND_FACTOR = True
    log_in(client)
    assert client.get(path)["Location"] == "/accounts/2fa/totp/activate/"
    assert client.get(path, headers={"HX-Request": "true"})["HX-Redirect"] == "/accounts/2fa/totp/activate/"
    switch_second_factor_on(client)
    assert client.get(path).status_code == 200


def test_an_agent_goes_on_without_a_second_factor(enter: Enter, settings: LazySettings) -> None:
    settings.OWNERS_NEED_SECOND_FACTOR = True
    assert enter("bob").get("/").status_code == 200


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "双因素身份认证"), ("pt-br", "dois fatores")])
def test_the_second_factors_pages_speak_the_readers_language(
    client: Client, known: User, language: str, word: str
) -> None:
    known.language = language
    known.save()
    with override(language):
        log_in(client)
        assert word in client.get("/accounts/2fa/").content.decode().lower()


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_a_person_sees_his_sessions_and_ends_one(client: Client, known: User) -> None:
    other = Client()
    log_in(other, user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1")
    other.get("/", headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"})
    log_in(client)
    page = client.get("/accounts/sessions/").content.decode()
    assert "Safari · iPhone" in page
    (found,) = re.findall(r"/sessions/(\d+)/end/", page)
    assert client.post(f"/sessions/{found}/end/").status_code == 302
    assert other.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_a_person_ends_all_his_other_sessions(client: Client, known: User) -> None:
    others = [Client(), Client()]
    for browser in (*others, client):
        log_in(browser)
    client.post("/accounts/sessions/")
    assert [browser.get("/").status_code for browser in (*others, client)] == [302, 302, 200]


def test_nobody_ends_the_session_of_another(client: Client, known: User, charlie: Client) -> None:
    log_in(client)
    page = client.get("/accounts/sessions/")
    (session,) = page.context["sessions"]
    assert charlie.post(f"/sessions/{session.pk}/end/").status_code == 404
    assert client.get("/").status_code == 200


# --- the first visit --------------------------------------------------------------------------------------------------


def test_the_first_visit_says_how_an_account_is_made(client: Client, db: None) -> None:
    assert "manage.py create_store" in client.get(LOG_IN).content.decode()


def test_later_visits_do_not(client: Client, known: User) -> None:
    assert "create_store" not in client.get(LOG_IN).content.decode()


def test_no_account_is_there_before_somebody_makes_one(db: None) -> None:
    assert not User.objects.exists()


def test_a_link_leads_to_the_choice_of_a_password_where_there_is_none(client: Client, store: Store) -> None:
    alice = User.objects.get(email=address("alice"))
    assert client.post(make_log_in_link(alice))["Location"] == "/accounts/password/set/"
    client.post("/accounts/password/set/", {"password1": "brand-new-horse", "password2": "brand-new-horse"})
    assert log_in(Client(), "brand-new-horse")["Location"] == "/"


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "confirm-email/abc/"])
def test_nobody_moves_his_account_to_another_address(alice: Client, path: str) -> None:
    assert alice.get(f"/accounts/{path}").status_code == 404


# --- the command line -------------------------------------------------------------------------------------------------


def test_a_lost_phone_is_got_over_at_the_command_line(
    client: Client, known: User, capsys: pytest.CaptureFixture[str]
) -> None:
    log_in(client)
    switch_second_factor_on(client)
    call_command("log_in_link", "Alice@example.com", "--remove-second-factor", "--json")
    link = json.loads(capsys.readouterr().out)["log_in_link"].removeprefix("http://localhost:8000")
    assert Client().post(link)["Location"] == "/"
    deeds = AuditEntry.objects.filter(user=None).order_by("id").values_list("kind", flat=True)
    assert list(deeds) == [AuditKind.SECOND_FACTOR_OFF, AuditKind.LINK_MADE]


def test_a_link_for_nobody_is_refused(store: Store) -> None:
    with pytest.raises(CommandError, match="is no account"):
        call_command("log_in_link", "eve@example.com")
