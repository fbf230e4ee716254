"""How a person reaches a buyer outside of e-mail (rule M5)."""

from urllib.parse import quote

WRITTEN_ABROAD = ("+", "00")
SHORTEST_NUMBER = 8  # digits


def whatsapp_link(phone: str, text: str) -> str:
    """A WhatsApp chat with the text filled in, where the number is an international one; else an empty string."""
    written = phone.strip()
    digits = "".join(filter(str.isdigit, written)).removeprefix("00")
    if len(digits) < SHORTEST_NUMBER or not written.startswith(WRITTEN_ABROAD):
        return ""
    return f"https://wa.me/{digits}?text={quote(text)}"
