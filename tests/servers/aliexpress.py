"""The AliExpress Open Platform as its documents tell it: signed forms, tokens that end, pages, what is switched off.

It keeps a seller's orders, disputes and reviews, with their dates in UTC, and tells them on the US Pacific's clock.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

from tests.servers.faulty_http import Wire, http_server

APP_KEY = "12345678"
SECRET = "0123456789abcdef0123456789abcdef"
SELLER = "200012345"
PACIFIC = ZoneInfo("America/Los_Angeles")
LIST, DETAIL = "aliexpress.trade.seller.orderlist.get", "aliexpress.trade.new.redefining.findorderbyid"
ISSUES, ISSUE = "aliexpress.issue.issuelist.get", "aliexpress.issue.detail.get"
AGREE, SAVE = "aliexpress.issue.solution.agree", "aliexpress.issue.solution.save"
EXTEND = "aliexpress.trade.redefining.extendsbuyeracceptgoodstime"
REVIEWS, REPLY = "aliexpress.evaluation.listorderevaluation.get", "aliexpress.evaluation.evaluation.reply"
Row = dict[str, Any]


class Refusal(Exception):
    """An error of the platform, with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def pacific(at: datetime) -> str:
    """An instant as the platform writes it."""
    return at.astimezone(PACIFIC).strftime("%Y-%m-%d %H:%M:%S")


def utc(text: str) -> datetime:
    """A time of a question, in UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=PACIFIC).astimezone(UTC)


def money(amount: str, currency: str = "USD") -> Row:
    """An amount as the platform writes it."""
    return {"amount": amount, "currency_code": currency}


def sign(api: str, params: Mapping[str, str]) -> str:
    """The signature that the platform expects."""
    said = "".join(f"{name}{value}" for name, value in sorted(params.items()) if name != "sign" and value)
    text = f"{api if api.startswith('/') else ''}{said}"
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


@dataclass
class Order:
    """An order of the seller's; `changed_at` decides whether a question about a span finds it."""

    number: str
    placed_at: datetime
    changed_at: datetime
    status: str = "WAIT_SELLER_SEND_GOODS"
    paid_at: datetime | None = None
    parcels: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    total: str = "24.00"
    end_reason: str = ""
    left: timedelta | None = None
    extended: list[int] = field(default_factory=list)

    def line(self) -> Row:
        """Its row in the list."""
        return {
            "order_id": self.number,
            "order_status": self.status,
            "end_reason": self.end_reason or None,
            "gmt_create": pacific(self.placed_at),
            "gmt_pay_time": pacific(self.paid_at) if self.paid_at else None,
            "payment_type": "ebanx101",
            "timeout_left_time": int(self.left.total_seconds() * 1000) if self.left else None,
            "product_list": {"aeop_order_product_dto": [{"child_id": row["id"]} for row in self.lines]},
        }

    def detail(self) -> Row:
        """All that is known of it."""
        return {
            "id": int(self.number),
            "order_status": self.status,
            "gmt_create": pacific(self.placed_at),
            "gmt_pay_success": pacific(self.paid_at) if self.paid_at else None,
            "order_amount": money(self.total),
            "payment_type": "ebanx101",
            "buyer_signer_fullname": "Maria Souza",
            "receipt_address": {
                "contact_person": "Maria Souza",
                "country": "BR",
                "province": "Sao Paulo",
                "city": "Campinas",
                "mobile_no": "11987654321",
                "phone_country": "+55",
            },
            "child_order_list": {"aeop_tp_child_order_dto": self.lines},
            "logistic_info_list": {"aeop_tp_logistic_info_dto": self.parcels},
            "order_end_reason": self.end_reason or None,
            "issue_status": "NO_ISSUE",
        }


def order_line(number: str, sku: str, title: str, price: str, count: int = 1) -> Row:
    """A line of an order."""
    return {
        "id": int(number),
        "child_order_id": number,
        "sku_code": sku,
        "product_name": title,
        "product_count": count,
        "product_price": money(price),
        "freight_commit_day": "60",
        "logistics_type": "CAINIAO_STANDARD",
    }


def parcel(number: str, at: datetime, *, came_at: datetime | None = None) -> Row:
    """A parcel of an order."""
    return {
        "logistics_no": number,
        "gmt_send": pacific(at),
        "logistics_service_name": "AliExpress Standard Shipping",
        "receive_status": "received" if came_at else "default",
        "gmt_received": pacific(came_at) if came_at else None,
    }


@dataclass
class Issue:
    """A dispute, with both sides' plans and every step."""

    number: str
    child: str
    parent: str
    opened_at: datetime
    reason: str = "Product is still in transit"
    status: str = "processing"
    changed_at: datetime | None = None
    plans: dict[str, list[Row]] = field(default_factory=lambda: {"buyer": [], "seller": [], "platform": []})
    steps: list[Row] = field(default_factory=list)

    def step(self, action: str, member: str, at: datetime, words: str = "") -> None:
        """Somebody did something."""
        self.changed_at = at
        told = {"action_type": action, "submit_member_type": member, "gmt_create": pacific(at), "content": words}
        self.steps.append({"id": int(self.number) * 100 + len(self.steps), "issue_id": int(self.number)} | told)

    def plan(self, owner: str, amount: str, at: datetime, *, kind: str = "refund", status: str = "") -> Row:
        """Somebody puts a plan forward."""
        number = int(self.number) * 10 + sum(map(len, self.plans.values()))
        waits = {"buyer": "wait_seller_accept", "seller": "wait_buyer_accept"}
        plan = {
            "id": number,
            "solution_owner": owner,
            "solution_type": kind,
            "refund_money": amount,
            "refund_money_currency": "USD",
            "status": status or waits.get(owner, "wait_buyer_and_seller_accept"),
            "gmt_create": pacific(at),
            "gmt_modified": pacific(at),
        }
        self.plans[owner].append(plan)
        self.changed_at = at
        return plan

    def line(self) -> Row:
        """Its row in the list: the order number is the child's."""
        return {
            "issue_id": int(self.number),
            "order_id": int(self.child),
            "issue_status": self.status,
            "buyer_login_id": "br1000000001",
            "gmt_create": pacific(self.opened_at),
            "gmt_modified": pacific(self.changed_at or self.opened_at),
        }

    def detail(self) -> Row:
        """All that is known of it."""
        lists = {f"{owner}_solution_list": {"solution_api_dto": plans} for owner, plans in self.plans.items()}
        return {
            "id": int(self.number),
            "order_id": int(self.child),
            "parent_order_id": int(self.parent),
            "issue_status": self.status,
            "issue_reason": self.reason,
            "buyer_login_id": "br1000000001",
            "gmt_create": pacific(self.opened_at),
            "process_dto_list": {"api_issue_process_dto": self.steps},
            **lists,
        }


@dataclass
class AliExpressService:
    """The platform's memory of one seller. `off` and `forbidden` are methods; without `calls_left` it throttles."""

    clock: Callable[[], datetime] = lambda: datetime.now(tz=UTC)
    orders: dict[str, Order] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    reviews: list[Row] = field(default_factory=list)
    replies: list[Row] = field(default_factory=list)
    off: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    refuses_extension: int = 0  # its sub_error_code
    calls_left: int | None = None
    life: timedelta = timedelta(days=30)
    tokens: dict[str, datetime] = field(default_factory=dict)
    renewals: set[str] = field(default_factory=set)
    codes: dict[str, datetime] = field(default_factory=dict)
    called: list[tuple[str, Row]] = field(default_factory=list)
    made: int = 0

    # --- the person's way -----------------------------------------------------------------------------------------
    def allow(self) -> str:
        """The seller says yes: a code, good for half an hour."""
        self.made += 1
        code = f"3_{APP_KEY}_{self.made}"
        self.codes[code] = self.clock() + timedelta(minutes=30)
        return code

    def visit(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """What a browser gets: it is sent back with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if urlsplit(path).path != "oauth/authorize" or asked.get("client_id") != APP_KEY:
            return 404, {}, b""
        back = urlencode({"code": self.allow(), "state": asked["state"]})
        return 302, {"Location": f"{asked['redirect_uri']}?{back}"}, b""

    # --- calls ------------------------------------------------------------------------------------------------------
    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """The answer to a request."""
        params = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        api = params.get("method") or path.removeprefix("rest")
        try:
            self._check(api, params)
            return 200, self._system(api, params) if path.startswith("rest/") else self._business(api, params)
        except Refusal as refusal:
            if path.startswith("rest/"):
                return 200, {"code": refusal.code, "type": "ISV", "message": str(refusal), "request_id": "2101"}
            return 200, {"error_response": {"code": refusal.code, "msg": str(refusal), "request_id": "2101"}}

    def _check(self, api: str, params: Row) -> None:
        if params.get("app_key") != APP_KEY:
            raise Refusal("InvalidAppKey", "Invalid app Key")
        if params.get("sign_method") != "sha256" or params.get("sign") != sign(api, params):
            raise Refusal("IncompleteSignature", "The request signature does not conform to platform standards")
        if abs(int(params["timestamp"]) - int(self.clock().timestamp() * 1000)) > 600_000:
            raise Refusal("IllegalTimestamp", "The timestamp is too old")

    def _system(self, api: str, params: Row) -> Row:
        if api == "/auth/token/create":
            ends_at = self.codes.pop(params.get("code", ""), None)
            if ends_at is None or ends_at < self.clock():
                raise Refusal("InvalidCode", "Invalid authorization code")
            return self._make_tokens()
        if api == "/auth/token/refresh":
            if params.get("refresh_token") not in self.renewals:
                raise Refusal("IllegalRefreshToken", "The specified refresh token is invalid or expired")
            self.renewals.discard(params["refresh_token"])
            return self._make_tokens()
        raise Refusal("InvalidApiPath", "The specified API path is invalid")

    def _make_tokens(self) -> Row:
        self.made += 1
        access, refresh = f"50000{self.made}access", f"50001{self.made}refresh"
        ends_at = self.clock() + self.life
        self.tokens[access] = ends_at
        self.renewals.add(refresh)
        return {
            "code": "0",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": str(int(self.life.total_seconds())),
            "expire_time": int(ends_at.timestamp() * 1000),
            "refresh_expires_in": str(int(self.life.total_seconds()) * 2),
            "user_nick": "cn1500000001",
            "seller_id": SELLER,
        }

    def _business(self, api: str, params: Row) -> Row:
        if self.tokens.get(params.get("session", ""), self.clock()) <= self.clock():
            raise Refusal("IllegalAccessToken", "The specified access token is invalid or expired")
        if api in self.off or api not in METHODS:
            raise Refusal("InvalidApiPath", "The specified API path is invalid")
        if api in self.forbidden:
            raise Refusal("InsufficientPermission", "App does not have permission to access this api")
        if self.calls_left is not None:
            self.calls_left -= 1
            if self.calls_left < 0:
                raise Refusal("ApiCallLimit", "Frequency of app calls exceeds the limit. This ban will last 1 seconds")
        self.called.append((api, params))
        return {f"{api.replace('.', '_')}_response": METHODS[api](self, params) | {"request_id": "2101"}}

    # --- orders -----------------------------------------------------------------------------------------------------
    def _order_list(self, params: Row) -> Row:
        query = json.loads(params["param_aeop_order_query"])
        status = query.get("order_status")
        spans = [(utc(query[f"{kind}_date_start"]), utc(query[f"{kind}_date_end"])) for kind in ("modified", "create")]
        if spans[1][1] - spans[1][0] > timedelta(days=30 if status == "FINISH" else 180, hours=2):
            return {"result": {"success": False, "error_code": "103", "error_message": "create date span too long"}}
        wanted = [status] if status else query["order_status_list"]
        found = [
            order
            for order in sorted(self.orders.values(), key=lambda order: order.changed_at, reverse=True)
            if order.status in wanted
            and spans[0][0] <= order.changed_at <= spans[0][1]
            and spans[1][0] <= order.placed_at <= spans[1][1]
        ]
        return {"result": _page(found, query, "target_list", "aeop_order_item_dto") | {"success": True}}

    def _order(self, params: Row) -> Row:
        order = self.orders.get(str(json.loads(params["param1"])["order_id"]))
        if order is None:
            raise Refusal("100", "no such order")
        return {"target": order.detail()}

    def _extend(self, params: Row) -> Row:
        order = self.orders.get(params["param0"])
        code = self.refuses_extension or (0 if order else 100)
        code = code or (0 if order and order.status == "WAIT_BUYER_ACCEPT_GOODS" else 210)
        if code:
            return {"is_success": False, "sub_error_code": code, "memo": "cannot extend"}
        assert order is not None
        order.extended.append(int(params["param1"]))
        return {"is_success": True}

    # --- disputes ---------------------------------------------------------------------------------------------------
    def _issue_list(self, params: Row) -> Row:
        query = json.loads(params["query_dto"])
        found = [issue for issue in self.issues.values() if issue.status == query.get("issue_status", "processing")]
        found.sort(key=lambda issue: issue.changed_at or issue.opened_at, reverse=True)
        return _page(found, query, "data_list", "issue_api_issue_dto")

    def _issue(self, params: Row) -> Row:
        return {"result_object": self._issue_of(params["issue_id"], params["buyer_login_id"]).detail()}

    def _issue_of(self, number: object, buyer: object) -> Issue:
        issue = self.issues.get(str(number))
        if issue is None or buyer != "br1000000001":
            raise Refusal("isv.issue-not-exist", "the dispute does not exist")
        return issue

    def _agree(self, params: Row) -> Row:
        issue = self._issue_of(params["issue_id"], params["buyer_login_id"])
        plan = next(plan for plan in issue.plans["buyer"] if str(plan["id"]) == params["solution_id"])
        issue.step("seller_accept", "seller", self.clock())
        now = pacific(self.clock())
        plan |= {"status": "reached", "reached_type": "negotiation_consensus", "reached_time": now}
        issue.status = "finish"
        return {"result_object": True}

    def _save(self, params: Row) -> Row:
        said = json.loads(params["param_dto"])
        issue = self._issue_of(said["issue_id"], said["buyer_login_id"])
        if issue.status != "processing":
            return {"result_object": False, "result_code": "ISSUE_STATUS_ERROR", "result_memo": "it is over"}
        at, amount, words = self.clock(), said["refund_amount"], said["solution_context"]
        if said["add_seller_solution"]:
            issue.plan("seller", amount, at, kind=said["add_solution_type"])
            issue.step("seller_create_solution", "seller", at, words)
        else:
            plan = next(one for one in issue.plans["seller"] if str(one["id"]) == said["modify_seller_solution_id"])
            plan |= {"refund_money": amount, "gmt_modified": pacific(at)}
            issue.step("seller_modify_solution", "seller", at, words)
        return {"result_object": True}

    # --- reviews ----------------------------------------------------------------------------------------------------
    def _review_list(self, params: Row) -> Row:
        query = json.loads(params["trade_evaluation_request"])
        start, end = utc(query["start_valid_date"]), utc(query["end_valid_date"])
        found = [row for row in self.reviews if start <= utc(row["valid_date"]) < end]
        return {"target_list": {"trade_evaluation_open_dto": found}}

    def _reply(self, params: Row) -> Row:
        self.replies.append({name: params[name] for name in ("child_order_id", "parent_order_id", "text")})
        return {"target": True}


METHODS: dict[str, Callable[[AliExpressService, Row], Row]] = {
    LIST: AliExpressService._order_list,
    DETAIL: AliExpressService._order,
    EXTEND: AliExpressService._extend,
    ISSUES: AliExpressService._issue_list,
    ISSUE: AliExpressService._issue,
    AGREE: AliExpressService._agree,
    SAVE: AliExpressService._save,
    REVIEWS: AliExpressService._review_list,
    REPLY: AliExpressService._reply,
}


def _page(found: list[Any], query: Row, name: str, inner: str) -> Row:
    size, page = int(query["page_size"]), int(query["current_page"])
    if size > 50:
        raise Refusal("102", "page_size must not be larger than 50")
    rows = [one.line() for one in found[(page - 1) * size : page * size]]
    count = {"total_count": len(found), "total_page": -(-len(found) // size), "total_item": len(found)}
    return {name: {inner: rows} if rows else {}, "current_page": page, "page_size": size} | count


def push(kind: str, sent_at: datetime, *, seller: str = SELLER, **data: Any) -> tuple[bytes, str]:
    """What the platform posts about something: the body, and its header."""
    said = {"seller_id": seller, "message_type": kind, "data": data, "timestamp": int(sent_at.timestamp() * 1000)}
    body = json.dumps(said).encode()
    return body, hmac.new(SECRET.encode(), APP_KEY.encode() + body, hashlib.sha256).hexdigest()


@contextmanager
def aliexpress_server() -> Iterator[tuple[Wire, AliExpressService]]:
    """A running platform on a free port."""
    service = AliExpressService()
    with http_server(service) as wire:
        yield wire, service
