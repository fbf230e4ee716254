"""Kuaidi100's query (`poll/query.do`): one number a call, with its carrier's code; nothing is registered.

Its times are those of Shanghai, its own `state` counts and `status`, `message` and `ischeck` do not, as it says itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from orders.providers.http import Caller
from orders.providers.interface import (
    Answer,
    News,
    Parcel,
    ProviderName,
    Quota,
    QuotaUsedUp,
    RateLimited,
    Standing,
    Unreachable,
    Unreadable,
    WrongKey,
)
from orders.providers.limits import service_limits
from orders.providers.reading import instant, table, text
from orders.providers.signatures import kuaidi100_sign

NOTHING_FOUND = "500"
UNKNOWN_CARRIER = "400"
NEEDS_PHONE = "408"
BUSY = {"501", "502"}
WRONG_SIGNATURE = "503"
USED_UP = "601"
# Not a parcel's: it only brings to light whether the key is accepted.
CHECKED = Parcel("PRAZO00000000", "ems")


@dataclass(frozen=True)
class Kuaidi100:
    """The service, called with a store's key and customer number."""

    caller: Caller
    key: str = field(repr=False)
    customer: str

    def register(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Nothing is registered here: every number can be asked for at once, given its carrier's code."""
        return [Answer(parcel.number, Standing.TRACKED, carrier=parcel.carrier) for parcel in parcels]

    resume = register

    def stop(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Nothing is followed here."""
        return [Answer(parcel.number, Standing.STOPPED, carrier=parcel.carrier) for parcel in parcels]

    def ask(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """The numbers' histories; each question counts against the quota."""
        return [self._ask_one(parcel) for parcel in parcels]

    def check(self) -> Quota:
        """Whether the key is accepted: asks for a number that no carrier has. It tells no quota."""
        self._ask_one(CHECKED)
        return Quota()

    def _ask_one(self, parcel: Parcel) -> Answer:
        if not parcel.carrier:
            problem = "the carrier has no code at Kuaidi100: name the carrier on the parcel"
            return Answer(parcel.number, Standing.REJECTED, problems=(problem,))
        asked = {"com": parcel.carrier, "num": parcel.number, "resultv2": "4", "show": "0", "order": "desc"}
        param = json.dumps(asked | ({"phone": parcel.phone} if parcel.phone else {}), ensure_ascii=False)
        sign = kuaidi100_sign(param, self.key, self.customer)
        body = urlencode({"customer": self.customer, "sign": sign, "param": param}).encode()
        answer = self.caller.read("query.do", body, {"Content-Type": "application/x-www-form-urlencoded"})
        if not isinstance(answer, dict):
            raise Unreadable("its answer is not an object")
        return _read_refusal(answer, parcel) or _read_parcel(answer, parcel)


def _read_refusal(answer: dict[str, Any], parcel: Parcel) -> Answer | None:
    """What it says where it has no history. Raises ProviderError where it is no matter of this number."""
    code = text(answer.get("returnCode"))
    if not code:
        return None
    said = f"{code}: {text(answer.get('message'))}"[:300]
    if code == WRONG_SIGNATURE:
        raise WrongKey(said)
    if code == USED_UP:
        raise QuotaUsedUp(said)
    if code in BUSY:
        raise Unreachable(said)
    if code == "429":
        raise RateLimited(said)
    if code == NOTHING_FOUND:
        return Answer(parcel.number, Standing.NOT_FOUND, parcel.carrier)
    if code in {UNKNOWN_CARRIER, NEEDS_PHONE}:
        return Answer(parcel.number, Standing.REJECTED, parcel.carrier, problems=(said,))
    return None if code == "200" else Answer(parcel.number, Standing.FAILED, parcel.carrier, problems=(said,))


def _read_parcel(answer: dict[str, Any], parcel: Parcel) -> Answer:
    if not isinstance(answer.get("data"), list):
        raise Unreadable("its answer has neither `data` nor `returnCode`")
    zone = service_limits(ProviderName.KUAIDI100).zone
    state = text(answer.get("state"))
    news, problems = [], []
    for place, row in enumerate(answer["data"]):
        line = table(row)
        code = text(line.get("status")) or (f"kuaidi100 {state}" if state and place == 0 else "")  # the newest line's
        at = instant(line.get("ftime"), zone) or instant(line.get("time"), zone)
        description = text(line.get("context"))
        if at is None or not description:
            problems.append(f"a line without an instant or words: {description[:100]}".strip(": "))
            continue
        news.append(News(at, description, text(line.get("location")) or text(line.get("areaName")), code))
    news.reverse()  # of two lines at one instant the later came first
    news.sort(key=lambda one: one.at)
    standing = Standing.TRACKED if news else Standing.WAITING
    return Answer(parcel.number, standing, parcel.carrier, tuple(news), tuple(problems))
