"""Posting to an address that a person typed: into no private network, whatever name, redirect or proxy leads there.

A name is resolved once, its address is checked, and that very address is connected to: a name that answers otherwise
the next time gains nothing. A proxy would resolve it anew, out of our sight, so none is used.
"""

import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from django.conf import settings
from requests_hardened.ip_filter import InvalidIPAddress

from orders.connecting import PublicAdapter, Watch, WatchedAdapter, is_private
from orders.events import plain_text

CONNECT = 5.0  # seconds
READ = 10.0  # seconds, for each part of the answer
WHOLE = 15.0  # seconds, for all of it
CHUNK = 8192  # bytes
MOST_DIGITS = 10  # of the seconds of a Retry-After
MAX_BYTES = 65_536  # of an answer: nobody whom we tell something has much to say
SCHEMES = {"http": 80, "https": 443}


class Refusal(StrEnum):
    """Why nothing may be posted to an address, as programs are told; `desk.address_words` says it to a reader."""

    NO_ADDRESS = "this is no web address"
    NO_SCHEME = "expected an address that begins with https://"
    SPACES = "an address with spaces or backslashes is not taken"
    USER_NAME = "an address with a user name is not taken"
    IN_CLEAR = "expected https://: over http:// what is told could be read on the way"
    PRIVATE = "this address lies in a private network: see PRIVATE_HOSTS in docs/configuration.md"
    PRIVATE_NAME = "its name leads into a private network: see PRIVATE_HOSTS in docs/configuration.md"


class Silence(StrEnum):
    """Why nothing came back, as programs are told; `desk.address_words` says it to a reader."""

    NOWHERE = "no answer: its name leads nowhere"
    TOO_SLOW = "no answer: it takes too long"
    TOO_LONG = "no answer: it is too long"
    NOBODY = "no answer: nobody listens there"
    NO_PROOF = "no answer: it cannot prove who it is"


class ForbiddenAddress(ValueError):
    """An address that nothing may be posted to; `why` says why not, and so does the message."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


class NoAnswer(Exception):
    """The address is fine, but nothing that can be used came back; the message says what happened."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the body, and the seconds of its Retry-After where it gives some.

    How long that is heeded is for who asks to say: it may be any number of years.
    """

    status: int
    body: bytes
    retry_after: int | None = None

    def words(self, most: int) -> str:
        """How the body begins, on one line and without what no database takes."""
        return " ".join(plain_text(self.body[:most].decode(errors="replace")).split())


def check_address(url: str, *, trusted: Collection[str] = ()) -> SplitResult:
    """The address in its parts, if it may be posted to as far as it can be told without looking its name up.

    `trusted` are host names that the operator of this machine named himself, beside PRIVATE_HOSTS: they may lie in a
    private network and be spoken to in clear. Raises ForbiddenAddress.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise ForbiddenAddress(Refusal.NO_ADDRESS) from error
    if parts.scheme not in SCHEMES or not parts.hostname or port == 0:
        raise ForbiddenAddress(Refusal.NO_SCHEME)
    if any(letter <= " " or letter == "\\" for letter in url.strip()):
        raise ForbiddenAddress(Refusal.SPACES)
    if _is_trusted(parts.hostname, trusted):
        return parts
    if "@" in parts.netloc:
        raise ForbiddenAddress(Refusal.USER_NAME)
    if parts.scheme != "https":
        raise ForbiddenAddress(Refusal.IN_CLEAR)
    if _is_private_literal(parts.hostname):
        raise ForbiddenAddress(Refusal.PRIVATE)
    return parts


def _open_session(url: str, trusted: Collection[str], watch: Watch) -> requests.Session:
    """A session for this address alone, without proxy and password file; whoever uses it follows no redirect.

    Raises ForbiddenAddress; a name that leads into a private network raises requests' InvalidIPAddress at the call.
    """
    parts = check_address(url, trusted=trusted)
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    if _is_trusted(parts.hostname or "", trusted):
        session.mount(f"{parts.scheme}://", WatchedAdapter(watch))
    else:
        session.mount("https://", PublicAdapter(watch))
    return session


def post(url: str, body: bytes, headers: Mapping[str, str], *, trusted: Collection[str] = ()) -> Answer:
    """Post it and read the answer, within bounds. Raises ForbiddenAddress or NoAnswer."""
    return _exchange(url, body, headers, _read_all, trusted)


def tell(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post it, and take the status for the answer: its body is read for its first words, whatever becomes of the rest.

    Raises ForbiddenAddress or NoAnswer.
    """
    return _exchange(url, body, {**headers, "Accept-Encoding": "identity"}, _read_beginning, ())


def _exchange(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    read: Callable[[requests.Response, Watch], bytes],
    trusted: Collection[str],
) -> Answer:
    try:
        with (
            Watch(CONNECT + WHOLE) as watch,
            _open_session(url, trusted, watch) as session,
            session.post(
                url.strip(),
                data=body,
                headers=dict(headers),
                timeout=(CONNECT, READ),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            if watch.is_over:  # whoever was cut short looks as if he had ended
                raise NoAnswer(Silence.TOO_SLOW)
            return Answer(response.status_code, read(response, watch), _retry_after(response.headers))
    except InvalidIPAddress as error:
        raise ForbiddenAddress(Refusal.PRIVATE_NAME) from error
    # A name that no resolver takes, such as a..b, is a UnicodeError.
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
        raise NoAnswer(Silence.TOO_SLOW if watch.is_over else _plainly(error)) from error


def _is_trusted(host: str, trusted: Collection[str]) -> bool:
    return host.lower() in {name.lower() for name in (*trusted, *settings.PRIVATE_HOSTS)}


def check_peer(host: str, address: str) -> None:
    """For other protocols, right after connecting and before anything is said: that the peer is no private one.

    `host` is the name that was typed, `address` the numbers of the connection's other end. Raises ForbiddenAddress.
    """
    if not _is_trusted(host, ()) and _is_private_literal(address):
        raise ForbiddenAddress(Refusal.PRIVATE_NAME)


def _is_private_literal(host: str) -> bool:
    """Whether it is an address in digits that is not one of the internet's; names are looked up when they are used."""
    try:
        return is_private(host)
    except ValueError:
        return host.lower().rstrip(".") == "localhost" or host.lower().rstrip(".").endswith(".localhost")


def _read_all(response: requests.Response, watch: Watch) -> bytes:
    """The body, part by part, so that a server that floods cannot fill us."""
    content = b""
    while part := response.raw.read1(CHUNK, decode_content=True):
        content += part
        if len(content) > MAX_BYTES:
            raise NoAnswer(Silence.TOO_LONG)
    if watch.is_over:
        raise NoAnswer(Silence.TOO_SLOW)
    return content


def _read_beginning(response: requests.Response, _watch: Watch) -> bytes:
    """What comes first of the body, as it is; nothing where nothing comes."""
    try:
        content: bytes = response.raw.read1(CHUNK, decode_content=False)
    except (urllib3.exceptions.HTTPError, OSError):
        return b""
    return content


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """The seconds of Retry-After, which may name an instant of the server's own clock."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return int(text[:MOST_DIGITS])
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):  # one of them with a zone, the other without
        return None
    return max(int(wait.total_seconds()), 0)


# What the last cause in a chain of errors means; what stands first fits first.
CAUSES: tuple[tuple[type[BaseException], Silence], ...] = (
    (socket.gaierror, Silence.NOWHERE),
    (TimeoutError, Silence.TOO_SLOW),
    (ConnectionRefusedError, Silence.NOBODY),
    (ssl.SSLError, Silence.NO_PROOF),
)


def _plainly(error: BaseException) -> str:
    """The last cause in the chain; addresses stay out of it, for they carry keys."""
    while error.__context__ is not None:
        error = error.__context__
    return next((said for kind, said in CAUSES if isinstance(error, kind)), f"no answer: {type(error).__name__}")
