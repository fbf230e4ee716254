"""What a person writes to a buyer himself: looked at while he writes, and made whole before it leaves (M4, M7, M9)."""

from dataclasses import dataclass
from datetime import datetime

from messaging.compose import format_time, load_phrases
from messaging.mail_reading import plain_line, plain_lines
from messaging.rendering import Rendered, fill
from messaging.values import buyer_language
from messaging.vocabulary import Language
from messaging.wording import WordingKind, WordingProblem, asks_to_wait, check_wording, names_date
from orders.models import Order

LONGEST = 5_000  # characters of a reply


@dataclass(frozen=True, slots=True)
class Written:
    """A reply as it would leave. `needs_promise`: it asks to wait, and says no date (M7)."""

    text: Rendered
    language: Language
    problems: tuple[WordingProblem, ...]
    needs_promise: bool
    promise_line: str


def write_reply(order: Order, text: str, *, subject: str = "", promised_at: datetime | None = None) -> Written:
    """The reply with its promise said in the buyer's language and on his clock, where its own words name no date."""
    language = buyer_language(order)
    own = plain_lines(text)[:LONGEST]
    line = promise_line(order, promised_at) if promised_at and not names_date(own, language) else ""
    body = f"{own}\n\n{line}" if line else own
    problems = check_wording(body, language) if own else []
    needs_promise = promised_at is None and asks_to_wait(own)
    is_settled = needs_promise or promised_at is not None  # M7 says what M4 would
    return Written(
        text=Rendered(subject=reply_subject(order, subject), body=body),
        language=language,
        problems=tuple(found for found in problems if not (is_settled and found.kind is WordingKind.BARE_WAIT)),
        needs_promise=needs_promise,
        promise_line=line,
    )


def promise_line(order: Order, promised_at: datetime) -> str:
    """The sentence that tells the buyer until when he hears more."""
    language = buyer_language(order)
    told = format_time(promised_at, order.buyer.zone(order.policy), language)
    return fill(load_phrases(language)["promise"]["line"], {"time": told})


def reply_subject(order: Order, subject: str) -> str:
    """The subject of what is answered, marked as an answer; without one, the order's number."""
    line = plain_line(subject)[:380]
    if not line:
        return fill(load_phrases(buyer_language(order))["promise"]["subject"], {"order_number": order.order_number})
    return line if line[:4].casefold().startswith(("re:", "res:", "回复")) else f"Re: {line}"
