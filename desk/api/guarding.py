"""Who may ask, how often, and what a request that comes twice is answered: around every operation."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja.security.base import AuthBase

from desk.api.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    INVALID,
    KEY_IN_USE,
    KEY_REUSED,
    TOO_LARGE,
    UNAUTHORIZED,
    UNSUPPORTED,
    Problem,
    too_many,
)
from orders.models import ApiScope, ApiToken
from orders.services.api_tokens import count_request, find_token
from orders.services.idempotency import KeptAnswer, LostClaim, Reception, claim_key, drop_key, keep_answer, kept_answer

Run = Callable[..., HttpResponse]
WITH_BODY = {"POST", "PUT", "PATCH"}
KEY = "Idempotency-Key"
LONGEST_KEY = 255
KEPT_HEADERS = ("Content-Type", "Location")
JSON, UPLOAD = "application/json", "multipart/form-data"
AROUND_FILE = 100_000  # bytes of an upload that are not the file itself


class ApiRequest(HttpRequest):
    """A request of a program whose token is known."""

    token: ApiToken
    auth: ApiToken


class Bearer(AuthBase):
    """Lets in who has one of the scopes."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, *scopes: ApiScope) -> None:
        super().__init__()
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> ApiToken:
        token = cast(ApiRequest, request).token
        if not set(self.scopes) & set(token.scopes):
            names = " or ".join(self.scopes)
            raise Problem(FORBIDDEN, f"this token has no {names}: make one that has on the page of API tokens")
        return token


TAKES_FILES = {"add_order_file": Bearer(ApiScope.ORDERS_WRITE)}  # operations, by their names, and who may ask for them


def guarded(run: Run) -> Run:
    """Ask for a token, count it, look at the body's type, and answer what came before as it was answered."""

    @wraps(run)
    def answer(request: HttpRequest, **path: Any) -> HttpResponse:
        now = timezone.now()
        try:
            token = cast(ApiRequest, request).token = _admit(request, now)
            _check_type(request)
            if request.method == "POST" and KEY in request.headers:
                return _answer_once(run, cast(ApiRequest, request), token, request.headers[KEY], now, path)
        except Problem as problem:
            return problem.respond(request)
        return run(request, **path)

    return answer


def _admit(request: HttpRequest, now: datetime) -> ApiToken:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = find_token(secret.strip(), now=now) if scheme.lower() == "bearer" and secret.strip() else None
    if token is None:
        raise Problem(UNAUTHORIZED, "send Authorization: Bearer with a token that is neither over nor revoked")
    if wait := count_request(token, most=settings.API_RATE_PER_MINUTE, now=now):
        raise too_many(wait)
    return token


def _check_type(request: HttpRequest) -> None:
    """A body is JSON, or an upload where a file is taken; what has none needs no type.

    An upload is large: it is read for nobody who may not send it.
    """
    if request.method not in WITH_BODY or request.content_type == JSON:
        return
    senders = TAKES_FILES.get(request.resolver_match.url_name or "") if request.resolver_match else None
    if senders and request.content_type == UPLOAD:
        senders(request)
        _read_upload(request)
    elif request.body:
        sent, wanted = request.content_type or "a body without Content-Type", UPLOAD if senders else JSON
        raise Problem(UNSUPPORTED, f"{sent}: send {wanted}")


def _read_upload(request: HttpRequest) -> None:
    """Take the parts apart, and nothing of an upload that is too large to be used anyway."""
    length = request.headers.get("Content-Length", "")
    if not length.isascii() or not length.isdigit():
        raise Problem(BAD_REQUEST, "say in Content-Length how many bytes are sent")
    most = settings.IMPORT_MAX_BYTES
    if len(length) > 15 or int(length) > most + AROUND_FILE:
        raise Problem(TOO_LARGE, f"a file has at most {most // 1_000_000} MB")
    try:
        request.FILES  # noqa: B018  the parts are read here
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        raise Problem(BAD_REQUEST, f"the parts of the body cannot be read: {error}") from error


# --- what comes twice -------------------------------------------------------------------------------------------------
def _answer_once(
    run: Run, request: ApiRequest, token: ApiToken, key: str, now: datetime, path: dict[str, Any]
) -> HttpResponse:
    """Work on a request once for its key; the answer is kept together with what was done."""
    if not re.fullmatch(rf"[!-~]{{1,{LONGEST_KEY}}}", key):
        raise Problem(INVALID, f"{KEY}: expected 1 to {LONGEST_KEY} printable ASCII characters without spaces")
    reception, row = claim_key(token, key, _digest(request), now=now)
    if reception is Reception.OTHER_REQUEST:
        raise Problem(KEY_REUSED)
    if reception is Reception.BUSY or row is None:
        raise Problem(KEY_IN_USE, headers={"Retry-After": "1"})
    if reception is Reception.ANSWERED:
        return _write_kept(kept_answer(row))
    try:
        with transaction.atomic():
            response = run(request, **path)
            if is_kept := _is_worth_keeping(response):
                keep_answer(row, _read(response))
            else:
                transaction.set_rollback(True)
    except LostClaim:
        raise Problem(KEY_IN_USE, headers={"Retry-After": "1"}) from None
    except BaseException:
        drop_key(row)
        raise
    if not is_kept:
        drop_key(row)
    return response


def _digest(request: HttpRequest) -> str:
    said = "\n".join([request.method or "", request.get_full_path(), request.content_type or ""])
    if request.content_type != UPLOAD:
        return hashlib.sha256(said.encode() + b"\n" + request.body).hexdigest()
    found = hashlib.sha256(f"{said}\n{sorted(request.POST.lists())!r}".encode())
    for name, files in sorted(request.FILES.lists()):  # what stands between the parts is another each time
        for file in files:
            found.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return found.hexdigest()


def _is_worth_keeping(response: HttpResponse) -> bool:
    """What was done, and what a rule refused, which stands on the timeline; nothing else left a trace."""
    return response.status_code < 400 or response.status_code == 409


def _read(response: HttpResponse) -> KeptAnswer:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return KeptAnswer(response.status_code, headers, response.content.decode())


def _write_kept(kept: KeptAnswer) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response
