"""17TRACK as its documentation tells it, version 2.2: numbers, quota, codes of errors, posts with a signature."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.servers.faulty_http import Wire, http_server

KEY = "0123456789ABCDEF0123456789ABCDEF"
MESSAGES = {
    -18010002: "Invalid security key.",
    -18010012: "The format of the data is invalid.",
    -18010014: "Tracking numbers exceed 40 limit.",
    -18019901: "The tracking number has been registered, don't need to repeat registration.",
    -18019902: "The tracking number does not register, please register first.",
    -18019903: "Carrier cannot be detected.",
    -18019904: "Retrack is not allowed. You can only retrack stopped number.",
    -18019905: "Retrack is not allowed. You can only retrack each number once.",
    -18019906: "Stop tracking is not allowed. You can only stop numbers that are being tracked.",
    -18019908: "Quota is not enough for use.",
    -18019909: "No tracking information at this time.",
}
Row = dict[str, Any]


def event(at: str, description: str, *, location: str = "", stage: str = "", sub_status: str = "") -> Row:
    """One line of a history, `at` as "2026-03-10T08:00:00Z"."""
    return {
        "time_iso": at.replace("Z", "+00:00"),
        "time_utc": at,
        "time_raw": {"date": at[:10], "time": at[11:19], "timezone": "+00:00"},
        "description": description,
        "location": location or None,
        "stage": stage or None,
        "sub_status": sub_status or None,
        "address": {"country": None, "state": None, "city": None, "coordinates": {"longitude": None, "latitude": None}},
    }


def track_info(*events: Row, status: str = "InTransit", sub_status: str = "InTransit_Other") -> Row:
    """A parcel's `track_info`; the events are given oldest first, and stand newest first in it."""
    newest = list(events)[::-1]
    return {
        "shipping_info": {"shipper_address": {"country": "CN"}, "recipient_address": {"country": "BR"}},
        "latest_status": {"status": status, "sub_status": sub_status, "sub_status_descr": None},
        "latest_event": newest[0] if newest else None,
        "time_metrics": {"days_after_order": 3, "days_of_transit": 2, "days_after_last_update": 0},
        "milestone": [{"key_stage": "InfoReceived", "time_iso": None, "time_utc": None}],
        "misc_info": {"risk_factor": 0, "service_type": None},
        "tracking": {
            "providers_hash": 1,
            "providers": [
                {
                    "provider": {"key": 3011, "name": "China Post", "country": "CN"},
                    "latest_sync_status": "Success",
                    "events": newest,
                }
            ],
        },
    }


NOT_FOUND = track_info(status="NotFound", sub_status="NotFound_Other")


@dataclass
class Followed:
    """A number that is registered."""

    carrier: int
    is_stopped: bool = False
    was_resumed: bool = False


@dataclass
class SeventeenTrackService:
    """The service's memory: what it knows of each number, and which ones this account has registered."""

    key: str = KEY
    quota: int = 200
    known: dict[str, Row] = field(default_factory=dict)
    followed: dict[str, Followed] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)  # half-answers: neither accepted nor rejected

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """The answer to a request."""
        if headers.get("17token") != self.key:
            return 401, {"code": 0, "data": {"errors": [error(-18010002)]}}
        if path == "getquota":
            data = {"quota_total": 200, "quota_used": 200 - self.quota, "quota_remain": self.quota, "today_used": 0}
            return 200, {"code": 0, "data": data}
        given = json.loads(body)
        if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
            return 200, {"code": -18010012, "data": {"errors": [error(-18010012)]}}
        if len(given) > 40:
            return 200, {"code": -18010014, "data": {"errors": [error(-18010014)]}}
        return 200, {"code": 0, "data": self._each(path, given)}

    def _each(self, path: str, given: list[Row]) -> Row:
        act = {
            "register": self._register,
            "gettrackinfo": self._look,
            "retrack": self._retrack,
            "stoptrack": self._stop,
        }
        data: dict[str, list[Row]] = {"accepted": [], "rejected": []}
        for row in given:
            if row["number"] in self.forgotten:
                continue
            answer = act[path](row)
            if isinstance(answer, int):
                data["rejected"].append({"number": row["number"], "error": error(answer)})
            else:
                data["accepted"].append(answer)
        return data

    def _register(self, row: Row) -> Row | int:
        number = row["number"]
        if number in self.followed:
            return -18019901
        if number.startswith("UNKNOWNCARRIER"):
            return -18019903
        if self.quota <= 0:
            return -18019908
        self.quota -= 1
        self.followed[number] = Followed(row.get("carrier") or 3011)
        return {"origin": 1, "number": number, "tag": None, "carrier": self.followed[number].carrier}

    def _look(self, row: Row) -> Row | int:
        number = row["number"]
        if number not in self.followed:
            return -18019902
        if number not in self.known:
            return -18019909
        carrier = self.followed[number].carrier
        return {"number": number, "carrier": carrier, "param": None, "tag": None, "track_info": self.known[number]}

    def _retrack(self, row: Row) -> Row | int:
        one = self.followed.get(row["number"])
        if one is None:
            return -18019902
        if not one.is_stopped:
            return -18019904
        if one.was_resumed:
            return -18019905
        one.is_stopped, one.was_resumed = False, True
        return {"number": row["number"], "carrier": one.carrier}

    def _stop(self, row: Row) -> Row | int:
        one = self.followed.get(row["number"])
        if one is None or one.is_stopped:
            return -18019906 if one else -18019902
        one.is_stopped = True
        return {"number": row["number"], "carrier": one.carrier}


def error(code: int) -> Row:
    """An error as it stands in an answer."""
    return {"code": code, "message": MESSAGES[code]}


def push(
    number: str, info: Row | None = None, *, event_name: str = "TRACKING_UPDATED", key: str = KEY
) -> tuple[bytes, str]:
    """What the service posts about a number: the body, and its header `sign`."""
    data: Row = {"number": number, "carrier": 3011, "param": None, "tag": None}
    if info is not None:
        data["track_info"] = info
    body = json.dumps({"event": event_name, "data": data}).encode()
    return body, hashlib.sha256(body + b"/" + key.encode()).hexdigest()


@contextmanager
def seventeen_track_server() -> Iterator[tuple[Wire, SeventeenTrackService]]:
    """A running service on a free port."""
    service = SeventeenTrackService()
    with http_server(service) as wire:
        yield wire, service
