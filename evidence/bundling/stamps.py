"""Asking the time-stamp server (RFC 3161) that the operator named, and no other: a redirect ends there."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from orders.outward import ForbiddenAddress, NoAnswer, post


def make_stamper(url: str) -> Any:
    """What pyHanko asks for a stamp; whatever goes wrong is raised as its TimestampRequestError."""
    from asn1crypto import tsp  # type: ignore[import-untyped]  # here: costs an unsigned bundle 0.6 s
    from pyhanko.sign.timestamps.api import TimeStamper
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError, set_tsp_headers

    def ask(question: bytes) -> bytes:
        try:
            answer = post(url, question, set_tsp_headers({}), trusted=[urlsplit(url).hostname or ""])
        except (ForbiddenAddress, NoAnswer) as error:
            raise TimestampRequestError(str(error)) from error
        if answer.status != 200:
            raise TimestampRequestError(f"HTTP {answer.status}: no time stamp")
        return answer.body

    class Stamper(TimeStamper):
        async def async_request_tsa_response(self, req: Any) -> Any:
            return tsp.TimeStampResp.load(await asyncio.to_thread(ask, req.dump()))

    stamper: Any = Stamper
    return stamper()
