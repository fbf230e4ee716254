"""A mail says what its message says, in lines that every server takes, whatever stands in it."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from messaging.models import Message
from messaging.rendering import clean_value
from messaging.sending import compose_mail
from orders.models import Order, Store

WORDS = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=120)
LONGEST_LINE = 998  # bytes; mail servers may refuse a longer one


def read(*, subject: str = "Hello", body: str = "Text", name: str = "Alice", **said: str) -> EmailMessage:
    """What a mail program reads of the mail; its `raw` bytes are looked at, too."""
    order = Order(pk=5, store=Store(name=name, reply_email=said.pop("reply_email", "")))
    values = {"to": "maria@example.com", "language": "pt-br", "in_reply_to": ""} | said
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    message = Message(order=order, purpose="shipped", sequence=3, subject=subject, body=body, send_after=at, **values)
    raw = compose_mail(message).raw
    assert max(len(line) for line in raw.split(b"\n")) <= LONGEST_LINE
    return message_from_bytes(raw, policy=default)


def unspaced(text: str) -> str:
    """Where a line may be folded, a mail program may read one space more or less."""
    return "".join(text.split())


@settings(max_examples=30)
@given(subject=WORDS, name=WORDS, body=WORDS)
@example(subject="=?utf-8?q?x?=", name='"A, B" <x@example.com>', body="a\n.\nb")
@example(subject="Pedido nº 1", name="爱丽丝的灯" * 30, body="é" * 2000)
def test_a_mail_is_read_back_as_it_was_written(subject: str, name: str, body: str) -> None:
    mail = read(subject=subject, name=name, body=body)
    assert [row.addr_spec for row in mail["From"].addresses] == ["prazo@localhost"]
    assert unspaced(mail["Subject"]) == unspaced(clean_value(subject).replace("=?", "= ?"))
    assert mail.get_content().strip() == body.strip()


@pytest.mark.parametrize("said", [{"to": "a@example.com\nBcc: b@example.com"}, {"language": "en\nBcc: b@example.com"}])
def test_what_would_become_another_header_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Bcc|newline"):
        read(**said)


def test_a_reply_stands_under_the_mail_that_it_answers() -> None:
    mail = read(in_reply_to="<a@example.com>", reply_email="help@example.com")
    assert (mail["In-Reply-To"], mail["References"]) == ("<a@example.com>", "<a@example.com>")
    assert mail["Reply-To"] == "help@example.com"
