"""Reads a mail as it came, whatever is wrong with it: who wrote what, whether a machine did, and its files.

Nothing in a mail is trusted: its depth, its number of parts, its character sets and its file names all have limits.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from messaging.html_text import html_to_text

MOST_TEXT = 20_000  # characters of a mail that are kept beside its raw form
MOST_FILES = 20
MOST_PARTS = 1_000
MOST_HEADER = 4_000  # characters of one header
OWN_NAMES = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ascii": "utf-8", "us-ascii": "utf-8"}
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "List-Id", "List-Unsubscribe")
_IDS = re.compile(r"<[^<>\s]{3,490}>")
_CONTENT_HEADER = re.compile(rb"^content-[a-z-]{2,30}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE)
_CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that came with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What a mail says. `references` are the Message-IDs that it answers, the nearest first."""

    message_id: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    subject: str
    text: str
    is_automatic: bool
    files: tuple[MailFile, ...] = ()


def parse_mail(raw: bytes) -> Message:
    """The mail as a tree; one with more parts or levels than any person sends is its headers and its bytes."""
    raw = _CONTENT_HEADER.sub(_shortened, raw)
    if raw.count(b"\n--") <= MOST_PARTS:
        try:
            return message_from_bytes(raw)
        except (RecursionError, ValueError, TypeError, LookupError):
            pass
    return BytesHeaderParser().parsebytes(raw)


def _shortened(header: re.Match[bytes]) -> bytes:
    """A header whose parameters would take the parser minutes loses them."""
    return header[0] if len(header[0]) <= MOST_HEADER else header[0][:MOST_HEADER].partition(b";")[0]


def read_mail(mail: Message) -> ReadMail:
    """What the mail says; what cannot be read is left out, never raised."""
    name, sender = parseaddr(_raw_header(mail, "From"))
    answered = _IDS.findall(_raw_header(mail, "In-Reply-To"))
    older = _IDS.findall(_raw_header(mail, "References"))
    own = _IDS.findall(_raw_header(mail, "Message-ID"))
    try:
        said, files = _contents(mail)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        said, files = "", []  # what Python's own parser stumbles over stays in the raw mail
    return ReadMail(
        message_id=own[0] if own else "",
        references=tuple(dict.fromkeys([*answered, *reversed(older)])),
        sender=sender.strip().lower()[:320] if "@" in sender else "",
        sender_name=plain_line(_decoded(name))[:200],
        subject=plain_line(header_text(mail, "Subject"))[:400],
        text=plain_lines(said)[:MOST_TEXT],
        is_automatic=is_automatic(mail),
        files=tuple(files),
    )


def is_automatic(mail: Message) -> bool:
    """Whether a machine wrote it: an out-of-office note, a newsletter, a list (RFC 3834)."""
    submitted = _raw_header(mail, "Auto-Submitted").split(";")[0].strip().casefold()
    precedence = _raw_header(mail, "Precedence").strip().casefold()
    if submitted not in {"", "no"} or precedence in BULK or mail.get_content_type() == "multipart/report":
        return True
    return any(_raw_header(mail, name) for name in AUTOMATIC_HEADERS)


# --- headers ----------------------------------------------------------------------------------------------------------
def header_text(mail: Message, name: str) -> str:
    """A header in words, its encoded words decoded."""
    return _decoded(_raw_header(mail, name))


def _raw_header(mail: Message, name: str) -> str:
    """A header on one line, without control characters; what is no ASCII is read in the likeliest encoding."""
    value = next((value for key, value in mail.raw_items() if key.casefold() == name.casefold()), "")
    text = str(value)[:MOST_HEADER]
    if not text.isascii():
        text = _guess(text.encode("utf-8", "surrogateescape"))
    return plain_line(text)


def _decoded(text: str) -> str:
    if "=?" not in text:
        return text
    try:
        return str(make_header([(part, _known(charset)) for part, charset in decode_header(text)]))
    except (UnicodeError, LookupError, ValueError, HeaderParseError):
        return text


def _known(charset: str | None) -> str | None:
    return OWN_NAMES.get(charset.casefold(), charset) if charset else charset


# --- contents ---------------------------------------------------------------------------------------------------------
def _contents(mail: Message) -> tuple[str, list[MailFile]]:
    texts: list[str] = []
    files: list[MailFile] = []
    for part in _leaves(mail):
        if _is_text(part):
            texts.append(_text_of(part))
        elif len(files) < MOST_FILES and (content := _bytes_of(part)):
            files.append(MailFile(_file_name(part, len(files) + 1), content))
    return "\n\n".join(filter(None, texts)), files


def _leaves(mail: Message) -> Iterator[Message]:
    """The parts that hold something: of alternatives the plain one, of a mail within the mail the whole."""
    if not mail.is_multipart() or mail.get_content_maintype() == "message":
        yield mail
        return
    parts = [child for child in mail.get_payload() if isinstance(child, Message)]
    if mail.get_content_subtype() == "alternative":
        parts = _best(parts)
    for part in parts:
        yield from _leaves(part)


def _best(parts: list[Message]) -> list[Message]:
    plain = [part for part in parts if part.get_content_type() == "text/plain" and _text_of(part)]
    return plain[:1] or parts[-1:]


def _is_text(part: Message) -> bool:
    named = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    return part.get_content_maintype() == "text" and not named and not part.is_multipart()


def _text_of(part: Message) -> str:
    content = _bytes_of(part)
    text = decode_text(content, part.get_content_charset("") if content else "")
    return html_to_text(text) if part.get_content_subtype() == "html" else text.strip()


def _bytes_of(part: Message) -> bytes:
    """The part's content, decoded from its way through the mail."""
    try:
        if part.is_multipart():  # a mail within the mail
            inner = part.get_payload(0)
            return inner.as_bytes() if isinstance(inner, Message) else b""
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        return b""
    return content if isinstance(content, bytes) else b""


def decode_text(content: bytes, charset: str) -> str:
    """The text in the encoding that it names, else in the likeliest one; nothing is lost but what is no text."""
    name = OWN_NAMES.get(charset.casefold(), charset)
    if name and name.casefold().replace("-", "_") not in NO_CHARSETS:
        try:
            return content.decode(name)
        except (UnicodeError, LookupError, ValueError):
            pass
    return _guess(content)


def _guess(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
        foreign = sum(1 for letter in text if letter > "\x7f")
        if 2 * len(_CHINESE.findall(text)) >= foreign and not content.isascii():
            return text
    except UnicodeDecodeError:
        pass
    return content.decode("cp1252", "replace")


def _file_name(part: Message, number: int) -> str:
    """What the file is called, as one harmless name; a mail within the mail is one, too."""
    name = plain_line(_decoded(str(part.get_filename() or "")))
    name = re.sub(r'[\\/:*?"<>|]+', "_", name).strip(". ")[-150:]
    ending = {"message": ".eml", "text": ".txt"}.get(part.get_content_maintype(), "")
    return name or f"file-{number}{ending}"


# --- words ------------------------------------------------------------------------------------------------------------
def plain_line(text: str) -> str:
    """One harmless line (M9)."""
    return " ".join(_without_controls(text).split())


def plain_lines(text: str) -> str:
    """Harmless lines (M9): control characters and lone halves of characters become spaces."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    joined = "\n".join(_without_controls(line).rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", joined).strip()


def _without_controls(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(letter) in {"Cc", "Cs", "Cf"} else letter for letter in text)


QUOTES = re.compile(
    r"^(?:>|On .{5,120} wrote:$|Em .{5,120} escreveu:$|El .{5,120} escribi[óo]:$|.{5,120}写道[:：]$"
    r"|-{2,} ?(?:Original Message|Mensagem original|Mensaje original|原始邮件|Forwarded message) ?-{2,}|_{20,}$)",
    re.MULTILINE | re.IGNORECASE,
)


def split_quote(text: str) -> tuple[str, str]:
    """What the writer says himself, and the older mail that he quotes below it."""
    found = QUOTES.search(text)
    if found is None or not text[: found.start()].strip():
        return text, ""
    return text[: found.start()].rstrip(), text[found.start() :]
