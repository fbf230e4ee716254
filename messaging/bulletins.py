"""What the team is told at once, and how each kind of chat wants to hear it: pure functions from words to a post."""

import base64
import hashlib
import hmac
import json
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from messaging.channels import ChannelKind
from orders.events import plain_text
from orders.standard_webhooks import signed_headers


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: what is to be opened, what is said about it, and the same for a machine."""

    head: str
    text: str
    url: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One message to one channel. `more` words how many lines were left out, `url` shows them all.

    `key` is the same whenever the same things are told; `text` and `html` are the whole for mail programs, where it
    has a form of its own there.
    """

    title: str
    lines: tuple[Line, ...]
    url: str
    key: str
    topic: str = "deadlines"
    more: Callable[[int], str] = "+ {}".format
    text: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """What goes out over HTTPS."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a kind of channel takes: see channels.toml."""

    per_minute: int
    rest: timedelta
    longest_rest: timedelta
    max_bytes: int
    hosts: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    busy: tuple[int, ...] = ()

    @property
    def pause(self) -> timedelta:
        """Between two posts."""
        return timedelta(minutes=1) / self.per_minute


@cache
def channel_limits(kind: str) -> Limits:
    """The kind's limits. Raises KeyError for no kind of channel."""
    given = tomllib.loads((Path(__file__).parent / "channels.toml").read_text(encoding="utf-8"))[kind]
    listed = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
    rests = {key: timedelta(seconds=given[key]) for key in ("rest", "longest_rest")}
    return Limits(**given | listed | rests)


def plain(text: str, *, longest: int = 80) -> str:
    """A word from outside for a chat: nothing in it is read as markup, a link or a call of everybody (M9)."""
    return re.sub(r"[^\w.\-/#: ]", "·", " ".join(text.split()))[:longest]


def fit(bulletin: Bulletin, write: Callable[[Line], str], *, room: int) -> tuple[list[Line], str]:
    """The first lines that fit into `room` bytes, and what to say of the rest."""
    kept: list[Line] = []
    used = len(bulletin.title.encode()) + 200  # the frame, and the line about the rest
    for line in bulletin.lines:
        used += len(write(line).encode()) + 2
        if used > room:
            break
        kept.append(line)
    left = len(bulletin.lines) - len(kept)
    return kept, bulletin.more(left) if left else ""


def write_plain(bulletin: Bulletin) -> str:
    """The whole as a mail says it."""
    if bulletin.text:
        return bulletin.text
    entries = [f"{line.head}: {line.text}\n  {line.url}" for line in bulletin.lines]
    return "\n\n".join([*entries, bulletin.url]) + "\n"


# --- each chat's form -------------------------------------------------------------------------------------------------
def _markdown(bulletin: Bulletin, kind: ChannelKind, *, heading: str, bullet: str, gap: str) -> str:
    def write(line: Line) -> str:
        return f"{bullet}[{line.head}]({line.url}) {line.text}"

    kept, rest = fit(bulletin, write, room=channel_limits(kind).max_bytes)
    parts = [f"{heading}{bulletin.title}", *map(write, kept)]
    if rest:
        parts.append(f"{bullet}[{rest}]({bulletin.url})")
    return gap.join(parts)


def wecom_post(bulletin: Bulletin, address: str, _secret: str, _now: datetime) -> Post:
    """WeCom's group robot: the key is in the address, and nothing is signed."""
    content = _markdown(bulletin, ChannelKind.WECOM, heading="### ", bullet="> ", gap="\n")
    return _json_post(address, {"msgtype": "markdown", "markdown": {"content": content}})


def dingtalk_post(bulletin: Bulletin, address: str, secret: str, now: datetime) -> Post:
    """DingTalk's custom robot: signed in the address where it has a secret."""
    text = _markdown(bulletin, ChannelKind.DINGTALK, heading="#### ", bullet="- ", gap="\n\n")
    if secret:
        stamp = str(int(now.timestamp() * 1000))
        sign = _hmac(secret.encode(), f"{stamp}\n{secret}".encode())
        address += f"{'&' if '?' in address else '?'}timestamp={stamp}&sign={quote_plus(sign)}"
    return _json_post(address, {"msgtype": "markdown", "markdown": {"title": bulletin.title[:60], "text": text}})


def feishu_post(bulletin: Bulletin, address: str, secret: str, now: datetime) -> Post:
    """Feishu's or Lark's custom robot: signed in the body where it has a secret."""
    kept, rest = fit(bulletin, lambda line: line.head + line.text + line.url, room=channel_limits("feishu").max_bytes)
    content: list[list[dict[str, str]]] = [
        [{"tag": "a", "text": line.head, "href": line.url}, {"tag": "text", "text": f" {line.text}"}] for line in kept
    ]
    if rest:
        content.append([{"tag": "a", "text": rest, "href": bulletin.url}])
    signed: dict[str, Any] = {}
    if secret:
        stamp = str(int(now.timestamp()))
        signed = {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{secret}".encode(), b"")}
    post = {"zh_cn": {"title": bulletin.title, "content": content}}
    return _json_post(address, signed | {"msg_type": "post", "content": {"post": post}})


def slack_post(bulletin: Bulletin, address: str, _secret: str, _now: datetime) -> Post:
    """Slack's incoming webhook."""

    def write(line: Line) -> str:
        return f"• <{line.url}|{_slack(line.head)}> {_slack(line.text)}"

    kept, rest = fit(bulletin, write, room=channel_limits(ChannelKind.SLACK).max_bytes)
    parts = [f"*{_slack(bulletin.title)}*", *map(write, kept)]
    if rest:
        parts.append(f"• <{bulletin.url}|{_slack(rest)}>")
    return _json_post(address, {"text": "\n".join(parts), "unfurl_links": False})


def webhook_post(bulletin: Bulletin, address: str, secret: str, now: datetime) -> Post:
    """A server of one's own, in the form of Standard Webhooks: the id is the same when the same is told again."""
    entries = [line.data | {"summary": f"{line.head} {line.text}", "url": line.url} for line in bulletin.lines]
    said = {"title": bulletin.title, "entries": entries}
    stamp = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    body = json.dumps({"type": f"team.{bulletin.topic}", "timestamp": stamp, "data": said}, ensure_ascii=False).encode()
    message_id = f"msg_{hashlib.sha256(bulletin.key.encode()).hexdigest()[:32]}"
    return Post(address, body, signed_headers(message_id, body, secret=secret, now=now))


POSTS: dict[str, Callable[[Bulletin, str, str, datetime], Post]] = {
    ChannelKind.WECOM: wecom_post,
    ChannelKind.DINGTALK: dingtalk_post,
    ChannelKind.FEISHU: feishu_post,
    ChannelKind.SLACK: slack_post,
    ChannelKind.WEBHOOK: webhook_post,
}


# --- what comes back --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it was taken; `said` is what came back, `wait` how long to leave it alone where it said "too many"."""

    is_taken: bool
    said: str
    wait: timedelta | None = None


def judge(kind: str, status: int, body: bytes, retry_after: int | None = None) -> Verdict:
    """What the answer means: the Chinese robots say what went wrong in the body of a 200."""
    limits = channel_limits(kind)
    said = " ".join(plain_text(body[:400].decode(errors="replace")).split())
    code = _code(limits.code, body)
    if status == 429 or code in limits.busy:
        wait = min(timedelta(seconds=retry_after), limits.longest_rest) if retry_after else limits.rest
        return Verdict(is_taken=False, said=f"HTTP {status} {said}", wait=wait)
    is_taken = 200 <= status < 300 and (not limits.code or code == 0)
    return Verdict(is_taken=is_taken, said=f"HTTP {status} {said}".strip())


def _code(names: Iterable[str], body: bytes) -> int | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = [answer[name] for name in names if name in answer] if isinstance(answer, dict) else []
    return found[0] if found and isinstance(found[0], int) else None


def _json_post(address: str, said: dict[str, Any]) -> Post:
    body = json.dumps(said, ensure_ascii=False).encode()
    return Post(address, body, {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Prazo"})


def _hmac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
