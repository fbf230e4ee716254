"""What the environment says, read once, with a clear error where a value cannot be used."""

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
LOG_FORMATTERS = {"plain": "config.logs.PlainFormatter", "json": "config.logs.JsonFormatter"}
SMTP_PORTS = {"smtp": 25, "smtps": 465}
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


def email_settings(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings from `smtp[s]://[USER:PASSWORD@]HOST[:PORT][?starttls=1]`.

    Raises ImproperlyConfigured when the address has another scheme or no host.
    """
    parts = urlsplit(url)
    if parts.scheme not in SMTP_PORTS or not parts.hostname:
        raise ImproperlyConfigured(f"EMAIL_URL is {url!r}: expected smtp[s]://[USER:PASSWORD@]HOST[:PORT][?starttls=1]")
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
    """The broker address as Celery spells it: a Redis on a Unix socket is `redis+socket://`."""
    return url.replace("unix://", "redis+socket://", 1)


def complete_database(settings: dict[str, Any]) -> dict[str, Any]:
    """The DATABASES entry with what each engine needs to be safe under several processes."""
    if not settings.get("ENGINE"):
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
