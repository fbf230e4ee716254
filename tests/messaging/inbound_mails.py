"""Mails as buyers' programs write them."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from tests.cast import at

NUMBER = "8012345678901234"


def mail(
    text: str = "Cadê meu pacote?",
    *,
    subject: str = "Pedido",
    sender: str = "Maria Souza <maria@example.com>",
    when: str = "03-10 12:00",
    number: int = 1,
    files: Sequence[tuple[str, bytes]] = (),
    html: str = "",
    **headers: str,
) -> bytes:
    """A plain mail; further headers are named with underscores."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "store@example.com", subject
    message["Date"], message["Message-ID"] = format_datetime(at(when)), f"<{number}@buyers.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(html or text, subtype="html" if html else "plain")
    for name, content in files:
        message.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
    return message.as_bytes()
