"""What the environment says, read once, with a clear error where a value cannot be used."""

import math
import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

Number = TypeVar("Number", int, float)

TRUE = frozenset({"true", "on", "yes", "y", "1"})
FALSE = frozenset({"false", "off", "no", "n", "0"})

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
LOG_FORMATTERS = {"plain": "config.logs.PlainFormatter", "json": "config.logs.JsonFormatter"}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SMTP_PORTS = {"smtp": 25, "smtps": 465}
BROKERS = {"redis", "rediss", "unix"}
DATABASES = {"sqlite", "postgres", "postgresql"}
DEFAULT_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",  # a DEFERRED reader that turns writer fails at once with "locked"
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}

# A host that is cut off neither waits for ever itself, nor keeps the orders locked that it was working on.
DEFAULT_POSTGRESQL_OPTIONS = {
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 30,  # seconds
    "keepalives_interval": 10,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
    "prepare_threshold": 3,  # times that a statement is sent before it is kept; Django's own cursors keep none
    "options": " ".join(
        [
            "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",  # the server's side
            "-c idle_in_transaction_session_timeout=120s",
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of this process; an empty one is as good as none.

    What cannot be used raises ImproperlyConfigured with the variable's name, and what may hold a password without it.
    """

    variables: Mapping[str, str]

    def text(self, name: str, *, default: str = "") -> str:
        """A text, as it stands there."""
        return self.variables.get(name) or default

    def texts(self, name: str, *, default: Sequence[str] = ()) -> list[str]:
        """Texts with commas between them."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()] or list(default)

    def choice(self, name: str, choices: Collection[str], *, default: str) -> str:
        """One of several words."""
        if (word := self.text(name, default=default)) not in choices:
            raise ImproperlyConfigured(f"{name} is {word!r}: expected {' or '.join(choices)}")
        return word

    def switch(self, name: str, *, default: bool = False) -> bool:
        """Whether something is on: what is mistyped must not switch a protection off."""
        word = self.text(name).lower()
        if word and word not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} is {word!r}: expected true or false")
        return word in TRUE if word else default

    def number(self, name: str, *, default: Number, least: float = 1) -> Number:
        """A number of the default's kind, `least` or more."""
        text = self.text(name)
        try:
            number = type(default)(text) if text else default
        except ValueError:
            number = None
        if number is None or not least <= number < math.inf:
            kind = "whole number" if isinstance(default, int) else "number"
            raise ImproperlyConfigured(f"{name} is {text!r}: expected a {kind} of {least} or more")
        return number


def split_address(name: str, url: str, schemes: Collection[str], expected: str) -> SplitResult:
    """The parts of an address that has one of the schemes and a host. Raises ImproperlyConfigured."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:  # which may hold a part of a password
        is_usable = False
    if not is_usable:
        raise ImproperlyConfigured(f"{name} cannot be read: expected {expected}")
    return parts


def site_address(url: str) -> SplitResult:
    """The address at which people reach the pages. Raises ImproperlyConfigured."""
    return split_address("SITE_URL", url, {"http", "https"}, "http[s]://HOST[:PORT]")


def data_folder(path: Path) -> Path:
    """The folder of everything that is not code, for nobody else on this machine. Raises ImproperlyConfigured."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"PRAZO_DATA is {str(path)!r}: it cannot be made ({error.strerror})") from error
    return path


def email_settings(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings from `smtp[s]://[USER:PASSWORD@]HOST[:PORT][?starttls=1]`.

    Raises ImproperlyConfigured.
    """
    parts = split_address("EMAIL_URL", url, SMTP_PORTS, "smtp[s]://[USER:PASSWORD@]HOST[:PORT][?starttls=1]")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or SMTP_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parse_qs(parts.query).get("starttls") == ["1"],
    }


def service_url(name: str, url: str) -> str:
    """The base address of a service, with a slash at its end; empty for its own.

    Raises ImproperlyConfigured when a key would travel over it in clear.
    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if url and not (is_safe and parts.hostname):
        raise ImproperlyConfigured(f"{name} is {url!r}: expected https://HOST/PATH, or http:// on this very machine")
    return url.rstrip("/") + "/" if url else ""


def celery_broker(url: str) -> str:
    """The broker address as Celery spells it: a Redis on a Unix socket is `redis+socket://`.

    Raises ImproperlyConfigured.
    """
    if urlsplit(url).scheme not in BROKERS:
        raise ImproperlyConfigured("REDIS_URL cannot be read: expected redis[s]://HOST[:PORT][/N] or unix://SOCKET")
    return url.replace("unix://", "redis+socket://", 1)


def database_settings(url: str) -> dict[str, Any]:
    """The DATABASES entry of an address, with what each engine needs to be safe under several processes.

    Raises ImproperlyConfigured.
    """
    try:
        # Of an unknown scheme the library would tell all that it was given, the password, too.
        settings: dict[str, Any] = environ.Env.db_url_config(url) if urlsplit(url).scheme in DATABASES else {}
    except ValueError:
        settings = {}
    if not settings:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read: expected sqlite:///FILE or postgres://USER:PASSWORD@HOST/NAME"
        )
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = DEFAULT_SQLITE_OPTIONS | settings.get("OPTIONS", {})
        if settings["NAME"] != ":memory:":
            with suppress(OSError):  # what cannot be made is told by whoever opens it, in words
                Path(settings["NAME"]).absolute().parent.mkdir(parents=True, exist_ok=True)
    else:
        settings["OPTIONS"] = DEFAULT_POSTGRESQL_OPTIONS | settings.get("OPTIONS", {})
        if settings["OPTIONS"]["prepare_threshold"] == "None":  # as the address spells it
            settings["OPTIONS"]["prepare_threshold"] = None
        settings["CONN_MAX_AGE"] = 60
        settings["CONN_HEALTH_CHECKS"] = True
    return settings


def stored_secret(path: Path) -> str:
    """The laptop's own secret key, made at the first start and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        candidate = path.with_suffix(f".{secrets.token_hex(4)}")
        candidate.touch(mode=0o600)
        candidate.write_text(secrets.token_urlsafe(60))
        try:
            path.hardlink_to(candidate)  # the first of two processes wins, both read the same key
        except FileExistsError:
            pass
        finally:
            candidate.unlink()
    return path.read_text()
