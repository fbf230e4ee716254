"""What the environment says: read as it stands there, and refused with the variable's name where it cannot be used."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.environment import (
    Environment,
    celery_broker,
    data_folder,
    database_settings,
    email_settings,
    site_address,
)


def environment(value: str) -> Environment:
    return Environment({"SETTING": value})


def test_what_is_not_set_or_empty_has_its_default() -> None:
    for given in (Environment({}), environment("")):
        assert given.text("SETTING", default="a") == "a"
        assert given.texts("SETTING", default=["a"]) == ["a"]
        assert given.choice("SETTING", ["a", "b"], default="b") == "b"
        assert given.number("SETTING", default=7) == 7
        assert given.switch("SETTING", default=True) is True


@pytest.mark.parametrize("password", ["$ecret", "a,b", r"\$x", " with blanks ", "50%"])
def test_a_password_is_taken_as_it_stands(password: str) -> None:
    assert environment(password).text("SETTING") == password


def test_a_list_has_commas_between_its_parts() -> None:
    assert environment("a.example, b.example,").texts("SETTING") == ["a.example", "b.example"]


@pytest.mark.parametrize(("word", "is_on"), [("true", True), ("1", True), ("Yes", True), ("off", False), ("0", False)])
def test_a_switch_is_on_or_off(word: str, is_on: bool) -> None:
    assert environment(word).switch("SETTING", default=not is_on) is is_on


def test_a_number_is_of_its_defaults_kind() -> None:
    assert environment("0.25").number("SETTING", default=5.0, least=0.1) == 0.25
    assert environment("300").number("SETTING", default=5) == 300


@pytest.mark.parametrize(
    "read",
    [
        lambda: environment("ture").switch("SETTING"),
        lambda: environment("1.5").number("SETTING", default=1),
        lambda: environment("five").number("SETTING", default=1.0),
        lambda: environment("0").number("SETTING", default=1),
        lambda: environment("nan").number("SETTING", default=1.0),
        lambda: environment("inf").number("SETTING", default=1.0),
        lambda: environment("xml").choice("SETTING", ["plain", "json"], default="plain"),
    ],
)
def test_what_cannot_be_used_is_named(read: Callable[[], Any]) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^SETTING is '\w+(\.\w+)?': expected "):
        read()


@pytest.mark.parametrize(
    ("name", "read", "address"),
    [
        ("EMAIL_URL", email_settings, "ftp://alice:secret@mail.example"),
        ("EMAIL_URL", email_settings, "smtp://alice:secret@mail.example:port"),
        ("EMAIL_URL", email_settings, "smtp://alice:secret@"),
        ("DATABASE_URL", database_settings, "postgres://alice:secret@host:port/prazo"),
        ("DATABASE_URL", database_settings, "mysql://alice:secret@host/prazo"),
        ("DATABASE_URL", database_settings, "postgress://alice:secret@host/prazo"),
        ("DATABASE_URL", database_settings, "secret"),
        ("REDIS_URL", celery_broker, "http://:secret@host"),
        ("SITE_URL", site_address, "prazo.example"),
        ("SITE_URL", site_address, "https://"),
        ("SITE_URL", site_address, "ftp://prazo.example"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_without_its_password(
    name: str, read: Callable[[str], Any], address: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name} .*expected ") as refusal:
        read(address)
    assert "secret" not in str(refusal.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="PRAZO_DATA is .*cannot be made"):
        data_folder(tmp_path / "file" / "data")


def test_a_command_says_it_in_one_line_and_ends() -> None:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "verify_timeline"]
    ended = subprocess.run(command, env={"SWEEP_SECONDS": "soon"}, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "SWEEP_SECONDS is 'soon': expected a number of 0.1 or more\n"
