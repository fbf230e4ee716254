"""What each kind of chat is sent, to the byte, and what its answers mean."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from messaging.bulletins import POSTS, Bulletin, Line, channel_limits, judge, plain, write_plain
from messaging.channels import ChannelKind
from orders.standard_webhooks import read_key
from tests.cast import at

NOW = at("03-05 10:00")
SECRET = "SEC0123456789"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PAGE = "https://prazo.example/"
LINE = Line("8012", "Ship the parcel · due Mar 5 18:00 Asia/Shanghai, in 0 h", f"{PAGE}orders/1/", {"id": "1-raised"})
ONE = Bulletin("Alice: 1 deadline", (LINE,), PAGE, "key")


def said(kind: str, bulletin: Bulletin = ONE, secret: str = "", address: str = "https://chat.example/hook?k=a") -> Any:
    return json.loads(POSTS[kind](bulletin, address, secret, NOW).body)


def many(count: int) -> Bulletin:
    lines = tuple(
        Line(f"80{n:04}", "提交证据 · due Mar 5 18:00 Asia/Shanghai, in 6 h", f"{PAGE}orders/{n}/")
        for n in range(count)
    )
    return Bulletin("Alice: many", lines, PAGE, "key", more="and {} more".format)


def test_wecom_is_sent_markdown() -> None:
    content = "### Alice: 1 deadline\n> [8012](https://prazo.example/orders/1/) " + LINE.text
    assert said(ChannelKind.WECOM) == {"msgtype": "markdown", "markdown": {"content": content}}


def test_dingtalk_is_sent_markdown_with_a_title() -> None:
    text = "#### Alice: 1 deadline\n\n- [8012](https://prazo.example/orders/1/) " + LINE.text
    assert said(ChannelKind.DINGTALK) == {"msgtype": "markdown", "markdown": {"title": ONE.title, "text": text}}


def test_dingtalk_is_signed_in_the_address_by_timestamp_and_secret() -> None:
    post = POSTS[ChannelKind.DINGTALK](ONE, "https://oapi.dingtalk.com/robot/send?access_token=a", SECRET, NOW)
    query = {key: values[0] for key, values in parse_qs(urlsplit(post.url).query).items()}
    stamp = str(int(NOW.timestamp()) * 1000)
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query == {"access_token": "a", "timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def test_feishu_is_sent_a_post_with_links() -> None:
    content = [[{"tag": "a", "text": "8012", "href": LINE.url}, {"tag": "text", "text": f" {LINE.text}"}]]
    post = {"zh_cn": {"title": ONE.title, "content": content}}
    assert said(ChannelKind.FEISHU) == {"msg_type": "post", "content": {"post": post}}


def test_feishu_is_signed_in_the_body_with_the_secret_as_the_key_of_nothing() -> None:
    sent = said(ChannelKind.FEISHU, secret=SECRET)
    stamp = str(int(NOW.timestamp()))
    digest = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert (sent["timestamp"], sent["sign"]) == (stamp, base64.b64encode(digest).decode())


def test_slack_is_sent_its_own_markup_with_its_signs_escaped() -> None:
    odd = Bulletin("A & B", (Line("8<0>1", "x > y", PAGE),), PAGE, "key")
    text = "*A &amp; B*\n• <https://prazo.example/|8&lt;0&gt;1> x &gt; y"
    assert said(ChannelKind.SLACK, odd) == {"text": text, "unfurl_links": False}


def test_a_webhook_is_signed_as_standard_webhooks_says() -> None:
    post = POSTS[ChannelKind.WEBHOOK](ONE, "https://own.example/", WHSEC, NOW)
    signed = b".".join([post.headers["webhook-id"].encode(), post.headers["webhook-timestamp"].encode(), post.body])
    digest = hmac.new(base64.b64decode(WHSEC.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert post.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert json.loads(post.body) == {
        "type": "team.deadlines",
        "timestamp": "2026-03-05T10:00:00Z",
        "data": {"title": ONE.title, "entries": [{"id": "1-raised", "summary": f"8012 {LINE.text}", "url": LINE.url}]},
    }


def test_a_webhook_carries_the_same_id_when_the_same_is_told_again() -> None:
    first, second = (POSTS[ChannelKind.WEBHOOK](ONE, PAGE, WHSEC, NOW + timedelta(minutes=n)) for n in (0, 5))
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


# From the specification of Standard Webhooks.
def test_the_signature_is_that_of_the_specifications_example() -> None:
    body = b'{"test": 2432232314}'
    signed = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." + body
    digest = hmac.new(read_key(WHSEC), signed, hashlib.sha256).digest()
    assert base64.b64encode(digest).decode() == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_YQ==", "whsec_?"])
def test_a_webhook_secret_of_another_form_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r"whsec|base64|[Nn]on"):
        read_key(secret)


@pytest.mark.parametrize("kind", [ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.SLACK, ChannelKind.FEISHU])
def test_many_lines_are_cut_at_a_whole_one_with_the_rest_counted(kind: ChannelKind) -> None:
    sent = json.dumps(said(kind, many(500)), ensure_ascii=False)
    left = int(sent.rpartition("and ")[2].partition(" more")[0])
    assert sent.count("/orders/") == 500 - left


def test_wecoms_text_stays_below_its_4096_bytes() -> None:
    content = said(ChannelKind.WECOM, many(500))["markdown"]["content"]
    assert 3000 < len(content.encode()) <= 4096


def test_a_mail_says_all_of_it() -> None:
    assert write_plain(many(100)).count(PAGE + "orders/") == 100


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("8012-A/1", "8012-A/1"),
        ("<!everyone> [x](http://evil)", "··everyone· ·x··http://evil·"),
        ("a\n### b", "a ### b"),
        ("店铺", "店铺"),
    ],
)
def test_a_word_from_outside_is_no_markup(word: str, expected: str) -> None:
    assert plain(word) == expected


@pytest.mark.parametrize(
    ("kind", "status", "body", "taken"),
    [
        ("wecom", 200, b'{"errcode":0,"errmsg":"ok"}', True),
        ("wecom", 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', False),
        ("dingtalk", 200, b'{"errcode":310000,"errmsg":"sign not match"}', False),
        ("feishu", 200, b'{"StatusCode":0,"StatusMessage":"success"}', True),
        ("feishu", 200, b'{"code":0,"msg":"success","data":{}}', True),
        ("feishu", 200, b'{"code":19021,"msg":"sign match fail"}', False),
        ("wecom", 200, b"<html>a proxy</html>", False),
        ("slack", 200, b"ok", True),
        ("slack", 404, b"no_service", False),
        ("webhook", 204, b"", True),
        ("webhook", 302, b"", False),
    ],
)
def test_an_answer_is_read_as_its_makers_mean_it(kind: str, status: int, body: bytes, taken: bool) -> None:
    verdict = judge(kind, status, body)
    assert (verdict.is_taken, verdict.wait) == (taken, None)


@pytest.mark.parametrize(
    ("kind", "status", "body", "after", "wait"),
    [
        ("wecom", 200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', None, 60),
        ("dingtalk", 200, b'{"errcode":130101,"errmsg":"send too fast"}', None, 600),
        ("feishu", 200, b'{"code":11232,"msg":"frequency limited"}', None, 60),
        ("slack", 429, b"", 17, 17),
        ("slack", 429, b"", 9_999_999_999, 3600),
    ],
)
def test_too_many_is_no_failure_but_a_rest(kind: str, status: int, body: bytes, after: int | None, wait: int) -> None:
    verdict = judge(kind, status, body, after)
    assert (verdict.is_taken, verdict.wait) == (False, timedelta(seconds=wait))


def test_robots_that_take_20_a_minute_are_told_every_three_seconds_at_most() -> None:
    assert {channel_limits(kind).pause for kind in ("wecom", "dingtalk")} == {timedelta(seconds=3)}
