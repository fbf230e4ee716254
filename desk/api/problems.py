"""What goes wrong, said to a program: problem details (RFC 9457), whatever it is and wherever it happens."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

logger = logging.getLogger("django.request")

MEDIA_TYPE = "application/problem+json"
PAGE = "/api/v1/docs"  # explains each kind


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the status and the sentence that are the same each time."""

    code: str
    status: int
    title: str


BAD_REQUEST = Kind("bad-request", 400, "The request cannot be read.")
UNAUTHORIZED = Kind("unauthorized", 401, "A good token is needed.")
FORBIDDEN = Kind("scope-missing", 403, "The token may not do this.")
NOT_FOUND = Kind("not-found", 404, "There is nothing here that the token may see.")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "This address does not take this method.")
REFUSED = Kind("refused", 409, "A rule or the order's state forbids it.")
KEY_IN_USE = Kind("key-in-use", 409, "Another request with this Idempotency-Key is being worked on.")
TOO_LARGE = Kind("too-large", 413, "The body is too large.")
UNSUPPORTED = Kind("unsupported-media-type", 415, "The body must be of the type that the document names.")
INVALID = Kind("invalid", 422, "Something in the request is not as the document says.")
KEY_REUSED = Kind("key-reused", 422, "This Idempotency-Key came with another request before.")
TOO_MANY = Kind("too-many-requests", 429, "Too many requests: wait as long as Retry-After says.")
FAULT = Kind("fault", 500, "Something broke here. It has been logged.")
BUSY = Kind("busy", 503, "The database is busy: try again.")
KINDS = (
    BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, METHOD_NOT_ALLOWED, REFUSED, KEY_IN_USE, TOO_LARGE,
    UNSUPPORTED, INVALID, KEY_REUSED, TOO_MANY, FAULT, BUSY,
)  # fmt: skip


class Problem(Exception):
    """Ends a request with a problem; `rule` is the id of the rule that forbids it."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        rule: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind, self.detail, self.rule = kind, detail, rule
        self.errors, self.headers = errors, dict(headers or {})

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return write_problem(request, self.kind, self.detail, self.rule, self.errors, self.headers)


def too_many(wait: timedelta) -> Problem:
    """The token has asked for too much; `wait` is until the next minute."""
    return Problem(TOO_MANY, headers={"Retry-After": str(max(1, math.ceil(wait.total_seconds())))})


def write_problem(
    request: HttpRequest,
    kind: Kind,
    detail: str = "",
    rule: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem as the RFC writes it."""
    said: dict[str, Any] = {
        "type": f"{PAGE}#{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.title,
        "instance": quote(request.path),
    }
    said |= ({"rule": rule} if rule else {}) | ({"errors": list(errors)} if errors else {})
    response = HttpResponse(json.dumps(said), status=kind.status, content_type=MEDIA_TYPE)
    if kind is UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def kind_of_status(status: int) -> Kind:
    """The kind that an answer of Django's own is, by its status."""
    plain = next((kind for kind in KINDS if kind.status == status), None)
    return plain or Kind("error", status, HTTPStatus(status).phrase)


def handle_problems(api: NinjaAPI) -> None:
    """Have every exception of an operation answered as a problem."""
    for exception, answer in HANDLERS.items():
        api.add_exception_handler(exception, answer)


def _say_problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return error.respond(request)


def _say_django(request: HttpRequest, error: Exception) -> HttpResponse:
    """What Django raises for every view."""
    return write_problem(request, next(kind for raised, kind in DJANGOS.items() if isinstance(error, raised)))


def _say_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return write_problem(request, kind_of_status(error.status_code), str(error))


def _say_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"pointer": _pointer(found["loc"]), "detail": str(found["msg"])} for found in error.errors[:50]]
    detail = "; ".join(f"{found['pointer'] or 'the body'}: {found['detail']}" for found in errors[:3])
    return write_problem(request, INVALID, detail, errors=errors)


def _pointer(place: Sequence[Any]) -> str:
    """Where in the request: `query.limit`, or `body.items.0.sku`; the name of our own parameter says nothing."""
    source, *rest = [str(part) for part in place]
    return ".".join([source, *(rest[1:] if source == "body" else rest)])


def _say_busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    logger.warning("%s %s: %s", request.method, request.path, error)
    return write_problem(request, BUSY, headers={"Retry-After": "2"})


def _say_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s broke", request.method, request.path, exc_info=error)
    return write_problem(request, FAULT)


DJANGOS: dict[type[Exception], Kind] = {
    Http404: NOT_FOUND,
    RequestDataTooBig: TOO_LARGE,
    UnreadablePostError: BAD_REQUEST,
    BadRequest: BAD_REQUEST,
    PermissionDenied: FORBIDDEN,
}
HANDLERS: dict[type[Exception], Any] = {
    Problem: _say_problem,
    ValidationError: _say_invalid,
    HttpError: _say_http,
    **dict.fromkeys(DJANGOS, _say_django),
    OperationalError: _say_busy,
    Exception: _say_fault,
}
