"""17TRACK's interface, version 2.2: numbers are registered once, then read up to 40 at a time.

Errors come in three places: as HTTP status, as `code` (or `data.errors`) of the whole answer, and for each number.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from orders.providers.http import Caller
from orders.providers.interface import (
    Answer,
    ErrorKind,
    News,
    Parcel,
    ProviderError,
    Quota,
    QuotaUsedUp,
    RateLimited,
    Standing,
    Unreachable,
    Unreadable,
    WrongKey,
)
from orders.providers.reading import instant, number, rows, table, text

# Of the whole call.
KEY_CODES = {-18010001, -18010002, -18010004, -18010005}
INTERNAL_CODES = {-18010003}
# Of one number.
ALREADY_REGISTERED = -18019901
NOT_REGISTERED = -18019902
NOT_STOPPED = -18019904  # asked to resume, but it is followed all the time
RESUMED_BEFORE = -18019905  # a number can be taken up again once
NOT_FOLLOWED = -18019906  # asked to stop, but it is not followed
DAILY_LIMIT = -18019907
QUOTA = -18019908
NO_NEWS_YET = -18019909
NOT_NOW = -18019911

STANDINGS = {
    ALREADY_REGISTERED: Standing.ALREADY,
    NOT_STOPPED: Standing.ALREADY,
    NOT_REGISTERED: Standing.NOT_REGISTERED,
    RESUMED_BEFORE: Standing.STOPPED,
    NOT_FOLLOWED: Standing.STOPPED,
    NO_NEWS_YET: Standing.WAITING,
    DAILY_LIMIT: Standing.FAILED,
    QUOTA: Standing.FAILED,
    NOT_NOW: Standing.FAILED,
}
EXPECTED = {ALREADY_REGISTERED, NOT_STOPPED, NOT_REGISTERED, NOT_FOLLOWED, NO_NEWS_YET}  # no problem of anybody's


class PushEvent(StrEnum):
    """What a post of 17TRACK tells."""

    UPDATED = "TRACKING_UPDATED"
    STOPPED = "TRACKING_STOPPED"


@dataclass(frozen=True)
class SeventeenTrack:
    """The service, called with a store's key."""

    caller: Caller
    key: str = field(repr=False)

    def register(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Follow the numbers; each new one costs a quota. One that is followed already is no error."""
        given = [_named(parcel) | {"auto_detection": True} for parcel in parcels]
        return self._answers(self.caller.post, "register", given, parcels, _followed)

    def ask(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """The numbers' histories; costs nothing."""
        return self._answers(self.caller.read, "gettrackinfo", [_named(p) for p in parcels], parcels, read_parcel)

    def resume(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Follow stopped numbers again; each can be taken up once, after that it stays stopped."""
        return self._answers(self.caller.post, "retrack", [_named(p) for p in parcels], parcels, _followed)

    def stop(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Follow the numbers no more."""
        return self._answers(self.caller.post, "stoptrack", [_named(p) for p in parcels], parcels, _stopped)

    def check(self) -> Quota:
        """What is left of the quota."""
        data = table(self._call(self.caller.read, "getquota", []).get("data"))
        return Quota(number(data.get("quota_remain")), number(data.get("quota_total")))

    def _answers(
        self,
        call: Callable[[str, bytes, dict[str, str]], Any],
        path: str,
        given: list[dict[str, Any]],
        parcels: Sequence[Parcel],
        read: Callable[[Any], Answer],
    ) -> list[Answer]:
        data = table(self._call(call, path, given).get("data"))
        answers = {}
        for row in rows(data.get("rejected")):
            answers[text(table(row).get("number"))] = _rejected(table(row))
        for row in rows(data.get("accepted")):
            answers[text(table(row).get("number"))] = read(table(row))
        return [answers.get(parcel.number) or _unanswered(parcel.number) for parcel in parcels]

    def _call(
        self, call: Callable[[str, bytes, dict[str, str]], Any], path: str, given: list[dict[str, Any]]
    ) -> dict[str, Any]:
        headers = {"17token": self.key, "Content-Type": "application/json"}
        answer = call(path, json.dumps(given).encode(), headers)
        if not isinstance(answer, dict):
            raise Unreadable("its answer is not an object with `code` and `data`")
        if error := _whole_error(answer):
            raise error
        return answer


def _named(parcel: Parcel) -> dict[str, Any]:
    carrier = number(parcel.carrier)
    return {"number": parcel.number} | ({"carrier": carrier} if carrier else {})


def _whole_error(answer: dict[str, Any]) -> ProviderError | None:
    """The error of the whole call, if there is one."""
    data = table(answer.get("data"))
    errors = [table(error) for error in rows(data.get("errors"))]
    code = number(answer.get("code"))
    if code == 0 and not errors:
        return None if "data" in answer else Unreadable("its answer has no `data`")
    first = errors[0] if errors else {}
    code = code or number(first.get("code"))
    said = f"{code}: {text(first.get('message')) or text(answer.get('message'))}"[:300]
    if code in KEY_CODES:
        return WrongKey(said)
    if code in {QUOTA, DAILY_LIMIT}:
        return QuotaUsedUp(said)
    if code == 429:
        return RateLimited(said)
    return Unreachable(said) if code in INTERNAL_CODES else Unreadable(said)


def _rejected(row: dict[str, Any]) -> Answer:
    error = table(row.get("error"))
    code = number(error.get("code")) or 0
    standing = STANDINGS.get(code, Standing.REJECTED)
    return Answer(
        number=text(row.get("number")),
        standing=standing,
        carrier=_carrier(row),
        problems=() if code in EXPECTED else (f"{code}: {text(error.get('message'))}",),
        error=ErrorKind.QUOTA_USED_UP if code in {DAILY_LIMIT, QUOTA} else None,
    )


def _unanswered(asked: str) -> Answer:
    return Answer(asked, Standing.FAILED, problems=("the answer does not speak of this number",))


def _carrier(row: dict[str, Any]) -> str:
    return text(row.get("carrier")) if number(row.get("carrier")) else ""


def _followed(row: dict[str, Any]) -> Answer:
    return Answer(text(row.get("number")), Standing.TRACKED, carrier=_carrier(row))


def _stopped(row: dict[str, Any]) -> Answer:
    return Answer(text(row.get("number")), Standing.STOPPED, carrier=_carrier(row))


# --- a parcel's history -----------------------------------------------------------------------------------------------
def read_parcel(row: dict[str, Any]) -> Answer:
    """One parcel of `gettrackinfo`, or of a post, which has the same form."""
    info = table(row.get("track_info"))
    latest = table(info.get("latest_status"))
    news, problems = _read_news(info)
    standing = Standing.TRACKED if news else Standing.WAITING
    if not news and text(latest.get("status")) == "NotFound":
        standing = Standing.NOT_FOUND
    if not info:
        problems = ["it has no `track_info`"]
    return Answer(text(row.get("number")), standing, _carrier(row), tuple(news), tuple(problems))


def _read_news(info: dict[str, Any]) -> tuple[list[News], list[str]]:
    """The lines of all carriers, oldest first; the newest stands alone where the histories are missing."""
    lines = [
        table(event)
        for provider in rows(table(info.get("tracking")).get("providers"))
        for event in rows(table(provider).get("events"))
    ]
    if not lines and info.get("latest_event"):
        lines = [table(info["latest_event"])]
    news, problems = [], []
    for line in reversed(lines):
        at = _line_instant(line)
        description = text(line.get("description"))
        code = text(line.get("sub_status")) or text(line.get("stage"))
        if at is None or not (description or code):
            problems.append(
                f"a line without {'an instant' if at is None else 'words'}: {description[:100]}".strip(": ")
            )
            continue
        news.append(News(at, description or code, _location(line), code))
    return sorted(news, key=lambda one: one.at), problems


def _line_instant(line: dict[str, Any]) -> datetime | None:
    raw = table(line.get("time_raw"))
    spelt = f"{text(raw.get('date'))}T{text(raw.get('time')) or '00:00:00'}{text(raw.get('timezone'))}"
    return instant(line.get("time_utc")) or instant(line.get("time_iso")) or instant(spelt)


def _location(line: dict[str, Any]) -> str:
    address = table(line.get("address"))
    parts = [text(address.get(name)) for name in ("city", "state", "country")]
    return text(line.get("location")) or ", ".join(part for part in parts if part)


# --- what it posts to us ----------------------------------------------------------------------------------------------
def read_push(body: bytes) -> tuple[PushEvent, Answer]:
    """What a post tells. Raises Unreadable, saying what is wrong with it."""
    try:
        post = json.loads(body)
        event = PushEvent(table(post).get("event", ""))
    except (ValueError, RecursionError) as error:
        raise Unreadable("not a post of 17TRACK: no JSON, or an unknown event") from error
    data = table(table(post).get("data"))
    answer = _stopped(data) if event is PushEvent.STOPPED else read_parcel(data)
    if not answer.number:
        raise Unreadable("the post names no number")
    return event, answer
