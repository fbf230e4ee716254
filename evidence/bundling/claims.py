"""The first page: what the buyer claims, what the seller says to it, and which exhibits prove each word, with pages."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evidence.bundling.arguing import Assertion, argue, standing_news
from evidence.bundling.cases import CaseFile, Sign
from evidence.bundling.stating import state_answer
from evidence.bundling.telling import Teller
from evidence.phrasing import Phrase

MOST_OF_KIND = 8  # lines of one statement: a block of fifty letters would fill pages before anything is said
CLAIMING = {"dispute_opened", "dispute_changed"}
DATED = ("shipped", "promised", "opened", "delivered")


@dataclass(frozen=True, slots=True)
class Proof:
    """An exhibit or a part of the record that proves something; `target` is what a link leads to."""

    target: str
    title: Phrase
    is_exhibit: bool


def claims_context(case: CaseFile, teller: Teller, sections: list[str]) -> dict[str, Any]:
    """The claim, the position and its assertions."""
    claim, book = case.claim, teller.book
    return {
        "case": case,
        "reason": book.say("reasons", claim.reason or "not_stated"),
        "cause": book.say("causes", claim.customs_cause) if claim.customs_cause else None,
        "claimed": teller.money(case.claimed),
        "is_whole": case.claims_whole,
        "total": teller.money(case.total),
        "buyers_words": list(_words_of_buyer(case)),
        "position": position(case, teller),
        "answer": state_answer(case, teller),
        "assertions": [
            (say_assertion(assertion, case, teller), list(_proofs(assertion, case, teller)))
            for assertion in argue(case, sections)
        ],
        **review_context(case, teller),
    }


def review_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """The review that the platform is asked to take down, and the signs against it; nothing of any other case."""
    review = case.review
    if review is None:
        return {}
    signs = [(sign.points, _sign(sign, case, teller)) for sign in review.signs]
    return {"review": review, "written": teller.moment(review.written_at), "signs": signs}


def _sign(sign: Sign, case: CaseFile, teller: Teller) -> Phrase:
    language, other = teller.book.languages[0], case.seller_language
    said, beside = sign.in_language(language), sign.in_language(other)
    beside = beside if beside != said else ""
    return Phrase(said, language, beside, other if beside else "")


def _words_of_buyer(case: CaseFile) -> Iterator[str]:
    if case.review:
        yield from (text for text in (case.review.title, case.review.text) if text)
        return
    yield from (row.text for row in case.timeline if row.type in CLAIMING and row.text)


def position(case: CaseFile, teller: Teller) -> Phrase:
    """What the seller maintains, in the bundle's language and in his own."""
    return _in_both(case, teller, "positions", case.position)


def say_assertion(assertion: Assertion, case: CaseFile, teller: Teller) -> Phrase:
    """One thing that the seller says, in both languages."""
    return _in_both(case, teller, "assertions", assertion.key)


def _in_both(case: CaseFile, teller: Teller, table: str, key: str) -> Phrase:
    language, other = teller.book.languages[0], case.seller_language
    said = {name: _say(case, teller.speaking(name), table, key) for name in (language, other)}
    beside = said[other] if said[other] != said[language] else ""
    return Phrase(said[language], language, beside, other if beside else "")


def _say(case: CaseFile, teller: Teller, table: str, key: str) -> str:
    return teller.book.say(table, key, **_values(case, teller)).text


def _values(case: CaseFile, teller: Teller) -> dict[str, object]:
    """What a sentence may name; what is not known is a dash, for the sentence is then not said."""
    news, parcel = standing_news(case), next(iter(case.parcels), None)
    last, disruption = (news[-1] if news else None), next(iter(case.disruptions), None)
    given = [offer for offer in case.offers if offer.gives_something]
    day = {name: teller.moment(case.dates[name]).clock[:10] for name in DATED if name in case.dates}
    return {
        **dict.fromkeys(DATED, "–"),
        **day,
        "offer": teller.offer(given[-1]) if given else "–",
        "carrier": parcel.carrier if parcel and parcel.carrier else "–",
        "number": parcel.tracking_number if parcel else "–",
        "scans": len(news),
        "status": teller.book.say("statuses", last.status).text if last else "–",
        "seen": teller.moment(last.at).clock[:10] if last else "–",
        "messages": len(case.messages),
        "cause": teller.book.say("causes", case.claim.customs_cause).text if case.claim.customs_cause else "–",
        "pieces": sum(item.quantity for item in case.items),
        "delay": teller.book.say("disruptions", disruption.cause).text if disruption else "–",
        "since": teller.moment(disruption.at).clock[:10] if disruption else "–",
    }


def _proofs(assertion: Assertion, case: CaseFile, teller: Teller) -> Iterator[Proof]:
    """The exhibits, of each kind no more than are read; the rest stand in the index. Then the parts of the record."""
    kinds = {exhibit.mark: exhibit.kind for exhibit in case.exhibits}
    by_kind: dict[str, list[str]] = defaultdict(list)
    for mark in assertion.marks:
        by_kind[kinds[mark]].append(mark)
    for kind, marks in by_kind.items():
        shown = marks if len(marks) <= MOST_OF_KIND else marks[: MOST_OF_KIND - 1]
        for mark in shown:
            yield Proof(mark, teller.book.say("kinds", kind), is_exhibit=True)
        if left := len(marks) - len(shown):
            yield Proof("index", teller.book.say("proofs", "more_of_kind", count=left), is_exhibit=False)
    for name in assertion.sections:
        yield Proof(name, teller.book.say("labels", name), is_exhibit=False)
