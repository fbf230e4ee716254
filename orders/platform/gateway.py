"""Calling the platform: signed forms out, JSON in, and its three kinds of error as one.

Errors come as HTTP status, as an `error_response`, or as a `code` that is not "0".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests
from urllib3.exceptions import NewConnectionError

from orders.platform.interface import PlatformError, Trouble
from orders.platform.signing import sign_call
from orders.platform.terms import gateway, log_in_terms, trouble_of
from orders.platform.times import read_epoch
from orders.providers.http import Caller
from orders.providers.interface import ProviderError, RateLimited, Unreachable, Unreadable, WrongKey
from orders.providers.reading import number, table, text

FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
FINE = {"", "0"}
TROUBLES: dict[type[ProviderError], Trouble] = {
    WrongKey: Trouble.WRONG_SECRET,
    RateLimited: Trouble.RATE_LIMITED,
    Unreachable: Trouble.UNREACHABLE,
    Unreadable: Trouble.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What lets us in until `access_ends_at`, and gets new ones until `refresh_ends_at` (UTC); and whose they are."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_ends_at: datetime
    refresh_ends_at: datetime | None
    seller: str = ""
    seller_id: str = ""


@dataclass(frozen=True)
class Gateway:
    """The platform, called with an app's key and secret and a store's token. Every call raises PlatformError."""

    caller: Caller
    clock: Callable[[], datetime]
    app_key: str
    secret: str = field(repr=False)
    session: str = field(default="", repr=False)

    def ask(self, method: str, params: Mapping[str, str]) -> dict[str, Any]:
        """A call that changes nothing over there: tried again when the platform stumbles."""
        return self._call(self.caller.read, method, params)

    def tell(self, method: str, params: Mapping[str, str]) -> dict[str, Any]:
        """A call that changes something: sent once. An error without an answer may be unsure."""
        try:
            return self._call(self.caller.post, method, params)
        except PlatformError as error:
            unanswered = error.trouble in {Trouble.UNREACHABLE, Trouble.UNREADABLE} and not error.code
            error.is_unsure = unanswered and not _never_left(error)
            raise

    def create_token(self, code: str) -> Tokens:
        """The tokens for the code that a person brought back."""
        return self._tokens(gateway().create_token, {"code": code})

    def renew_token(self, refresh: str) -> Tokens:
        """New tokens for old ones."""
        return self._tokens(gateway().refresh_token, {"refresh_token": refresh})

    def _tokens(self, path: str, params: dict[str, str]) -> Tokens:
        answer = self._send(self.caller.post, gateway().system + path, path, self._common() | params)
        return read_tokens(answer, now=self.clock())

    def _call(self, call: Callable[..., Any], method: str, params: Mapping[str, str]) -> dict[str, Any]:
        given = self._common() | {"method": method, "session": self.session} | dict(params)
        answer = self._send(call, gateway().business, method, given)
        inner = answer.get(f"{method.replace('.', '_')}_response", answer)
        _raise_error(table(inner))
        return table(inner)

    def _common(self) -> dict[str, str]:
        stamp = str(int(self.clock().timestamp() * 1000))
        said = {"app_key": self.app_key, "timestamp": stamp, "sign_method": "sha256", "format": "json"}
        return said | {"partner_id": gateway().partner}

    def _send(self, call: Callable[..., Any], path: str, api: str, params: dict[str, str]) -> dict[str, Any]:
        body = urlencode(params | {"sign": sign_call(api, params, self.secret)}).encode()
        try:
            answer = call(path, body, FORM)
        except ProviderError as error:
            wait = error.wait if isinstance(error, RateLimited) else None
            raise PlatformError(TROUBLES.get(type(error), Trouble.UNREADABLE), str(error), wait=wait) from error
        if not isinstance(answer, dict):
            raise PlatformError(Trouble.UNREADABLE, "its answer is not an object")
        _raise_error(answer)
        return answer


def _never_left(error: BaseException) -> bool:
    """Whether no connection was made, so that nothing can have been carried out."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, NewConnectionError | requests.ConnectTimeout):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _raise_error(answer: dict[str, Any]) -> None:
    """Raise what an answer says went wrong: the finer code decides where it is known, else the coarse one."""
    error = table(answer.get("error_response")) or (answer if text(answer.get("code")) not in FINE else {})
    if not error:
        return
    codes = [code for name in ("sub_code", "code") if (code := text(error.get(name)))]
    known = next((code for code in codes if trouble_of(code) is not Trouble.REFUSED), "")
    code = known or next(iter(codes), "")
    words = [text(error.get(name)) for name in ("sub_msg", "msg", "message")]
    said = next((word for word in words if word), "no words")
    wait = number(error.get("ban")) or None
    raise PlatformError(
        trouble_of(code), f"{code}: {said}"[:500], code=code[:100], wait=timedelta(seconds=wait) if wait else None
    )


def read_tokens(answer: Mapping[str, Any], *, now: datetime) -> Tokens:
    """The tokens of an answer. Of two ends told the earlier counts. Raises PlatformError where there are none."""
    access = text(answer.get("access_token"))
    if not access:
        raise PlatformError(Trouble.UNREADABLE, "its answer has no access_token")
    return Tokens(
        access,
        text(answer.get("refresh_token")),
        _end(answer, "expires_in", "expire_time", now) or now + log_in_terms().life,
        _end(answer, "refresh_expires_in", "refresh_token_valid_time", now),
        seller=text(answer.get("user_nick")) or text(answer.get("account")),
        seller_id=text(answer.get("seller_id")) or text(answer.get("user_id")) or text(answer.get("account_id")),
    )


def _end(answer: Mapping[str, Any], span: str, instant: str, now: datetime) -> datetime | None:
    seconds = number(answer.get(span))
    ends = [now + timedelta(seconds=seconds)] if seconds and 0 < seconds < 10**9 else []
    told = read_epoch(answer.get(instant))
    return min([*ends, *([told] if told and told > now else [])], default=None)
