"""Kuaidi100's query as its documentation tells it: a signed form, one number, its carrier's code."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.servers.faulty_http import Wire, http_server

KEY = "johLDFeG1234"
CUSTOMER = "C7B5B0F5F2D1E6A4C7B5B0F5F2D1E6A4"
CARRIERS = {"brazilposten", "youzhengguoji", "youzhengguonei", "ems", "yw56", "shunfeng"}
Row = dict[str, Any]


def refusal(code: str, message: str) -> Row:
    """What it says where it has no history."""
    return {"result": False, "returnCode": code, "message": message}


def line(at: str, context: str, *, status: str = "") -> Row:
    """One line of a history, `at` on Shanghai's clock as "2026-03-10 16:00:00"."""
    return {"time": at, "ftime": at, "context": context, **({"status": status} if status else {})}


@dataclass
class Kuaidi100Service:
    """The service's memory: (state, lines newest first) of each number."""

    key: str = KEY
    customer: str = CUSTOMER
    quota: int = 100
    known: dict[str, tuple[str, list[Row]]] = field(default_factory=dict)
    asked: list[Row] = field(default_factory=list)

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """The answer to a request."""
        form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        signed = hashlib.md5((form["param"] + self.key + self.customer).encode()).hexdigest().upper()
        if path != "query.do" or form["sign"] != signed or form["customer"] != self.customer:
            return 200, refusal("503", "验证签名失败")
        if self.quota <= 0:
            return 200, refusal("601", "key已过期")
        self.quota -= 1
        param = json.loads(form["param"])
        self.asked.append(param)
        return 200, self._look(param)

    def _look(self, param: Row) -> Row:
        if param["com"] not in CARRIERS:
            return refusal("400", "找不到对应公司")
        if param["com"] == "shunfeng" and len(param.get("phone", "")) != 4:
            return refusal("408", "快递公司参数异常：验证码错误")
        if param["num"] not in self.known:
            return refusal("500", "查询无结果，请隔段时间再查")
        state, lines = self.known[param["num"]]
        return {
            "message": "ok",
            "nu": param["num"],
            "ischeck": "0",
            "com": param["com"],
            "status": "200",
            "state": state,
            "condition": "00",
            "data": lines,
        }


@contextmanager
def kuaidi100_server() -> Iterator[tuple[Wire, Kuaidi100Service]]:
    """A running service on a free port."""
    service = Kuaidi100Service()
    with http_server(service) as wire:
        yield wire, service
