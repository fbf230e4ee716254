"""Log lines that say which request or which task they belong to, and name no buyer.

LOG_FORMAT chooses between a line for a person and a JSON object for a machine; both are redacted alike.
"""

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from celery import current_task
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
WOKEN_BY = "woken_by"  # header of a task; Celery has an `origin` of its own
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
HIDDEN = "…"
# What may stand in an exception's text or an address and belongs in no log.
SECRETS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*(?=@)"), HIDDEN),
    (re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)*"), f"{HIDDEN}@{HIDDEN}"),
    # CPF and CNPJ
    (re.compile(r"\b(?:\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|\d{11}|\d{14})\b"), HIDDEN),
    (re.compile(r"(?<=/)(log-in|17track|key)/[^/\s\"']+"), rf"\1/{HIDDEN}"),  # one-time links, webhooks
    (re.compile(r"(?<=[/\w])\?[^\s\"']+=[^\s\"']*"), f"?{HIDDEN}"),  # what was searched for
    (re.compile(r"(?i)\b(bearer)\s+\S+"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)\b(authorization|password|passphrase|secret|token|api[_-]?key)(['\"]?\s*[=:]\s*)[^\s,;]+"),
     rf"\1\2{HIDDEN}"),
    (re.compile(r"(?m)^(DETAIL|CONTEXT): .*$"), rf"\1: {HIDDEN}"),  # PostgreSQL quotes the row
]  # fmt: skip
SAID = ("method", "route", "status", "ms", "user")  # what the line of a request says besides

request_id: ContextVar[str] = ContextVar("request_id", default="")
access = logging.getLogger("prazo.requests")


def redact(text: str) -> str:
    """The text without addresses, tax numbers, secrets and searches."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def origin_of_wake_up() -> str:
    """Where a task that is sent now comes from: a page's request, or whatever woke the task that sends it."""
    if request_id.get():
        return f"request:{request_id.get()}"
    return _task_facts().get("origin", "")


def _task_facts() -> dict[str, str]:
    """The task that runs now, those that sent it, and what woke the first of them."""
    request = current_task.request if current_task else None
    if request is None or not request.id:
        return {}
    headers = request.headers or {}
    facts = {
        "task": current_task.name,
        "task_id": request.id,
        "parent_id": request.parent_id,
        "root_id": request.root_id,
        "origin": headers.get(WOKEN_BY) or ("beat" if headers.get("celery_beat_task") else "command"),
    }
    return {name: value for name, value in facts.items() if value}


def _named_task(record: logging.LogRecord) -> dict[str, str]:
    """Celery's own lines about a task carry it among their arguments."""
    said = record.args
    if isinstance(said, dict) and "id" in said and "name" in said:
        return {"task": str(said["name"]), "task_id": str(said["id"])}
    return {}


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line belongs to: its request or its task."""
    facts: dict[str, Any] = {"request_id": request_id.get()} if request_id.get() else {}
    facts |= _task_facts() or _named_task(record)
    return facts | {name: vars(record)[name] for name in SAID if name in vars(record)}


class PlainFormatter(logging.Formatter):
    """A line for a person."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the id of its request or task in front of a traceback."""
        facts = facts_of(record)
        mark = facts.get("request_id") or facts.get("task_id") or ""
        line, _newline, rest = redact(super().format(record)).partition("\n")
        return "\n".join(part for part in (f"{line} [{mark}]" if mark else line, rest) if part)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, message, error, and what the line belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """The object; a traceback is one field of it."""
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            "process": record.process,
            **facts_of(record),
        }
        if record.exc_info:
            said["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)


class RequestIdMiddleware:
    """Gives each request an id, its proxy's or a new one: it stands in every log line and in the answer's header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given, began = request.headers.get(HEADER, ""), time.monotonic()
        mark = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        held = request_id.set(mark)
        try:
            response = self.get_response(request)
            response[HEADER] = mark
            _log_request(request, response, ms=round((time.monotonic() - began) * 1000))
        finally:
            request_id.reset(held)
        return response


def _log_request(request: HttpRequest, response: HttpResponse, *, ms: int) -> None:
    """The route as the URLconf writes it: an address could name an order, or hold a token."""
    route = f"/{request.resolver_match.route}" if request.resolver_match else "-"
    said = {"method": request.method, "route": route, "status": response.status_code, "ms": ms}
    user = vars(request).get("_cached_user")  # only if somebody asked: a line in the log is worth no query
    if user is not None and user.pk:
        said["user"] = user.pk
    access.info("%s %s %s %s ms", request.method, route, response.status_code, ms, extra=said)
