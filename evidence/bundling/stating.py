"""The seller's answer in full sentences on the first page: the draft of his reason, from what the bundle itself shows.

It is the text of disputes/answers that the workbench drafts, too; a line of which something is not known is not said.
"""

from collections.abc import Iterator

from disputes.answering import LANGUAGES, complete_answer, offered_states
from disputes.reasons import Reason
from evidence.bundling.arguing import proofs_of, standing_news
from evidence.bundling.cases import CaseFile, TrackingNews
from evidence.bundling.telling import Teller
from messaging.vocabulary import Language
from orders.tracking_statuses import TrackingStatus

MOST_DAYS = 5  # on which the buyer was written to: the rest is in the record
MOST_ITEMS = 3
LOOKUP = "tracking_lookup"
RETURNING = {TrackingStatus.RETURNING, TrackingStatus.RETURNED}
ENDED = {*RETURNING, TrackingStatus.LOST, TrackingStatus.EXPIRED, TrackingStatus.DELIVERED}
UNARGUED = {Reason.VIRTUAL_GOODS}  # its text accepts the claim, which only the seller himself can


def state_answer(case: CaseFile, teller: Teller) -> list[str]:
    """The paragraphs of the answer; none where the seller gave in, or does not argue."""
    language = Language(teller.book.languages[0])
    if not case.argues or case.claim.reason in UNARGUED or language not in LANGUAGES:
        return []
    values = {name: value for name, value in _values(case, teller.speaking(language)).items() if value}
    return complete_answer(case.claim.reason, language, values, states=set(_states(case)))


def _states(case: CaseFile) -> Iterator[str]:
    """What is so on the day of the bundle: that of the newest thing in it."""
    news, promised = _last(case), case.dates.get("promised")
    is_shipped, is_delivered = "shipped" in case.dates, "delivered" in case.dates
    status = news.status if news else ""
    holds = {
        "shipped": is_shipped,
        "delivered": is_delivered,
        "in_transit": news is not None and is_shipped and not is_delivered and status not in ENDED,
        "promise_running": bool(promised and case.made_of < promised and not is_delivered),
        "returning": status in RETURNING,
    }
    yield from (name for name, is_so in holds.items() if is_so)
    for latest in case.offers[-1:]:
        yield from offered_states(latest.amount.amount if latest.amount else None, latest.remedy)


def _values(case: CaseFile, teller: Teller) -> dict[str, str]:
    say, joint = teller.book.say, "、" if teller.book.languages[0] == Language.ZH_HANS else ", "
    parcel = next(iter(case.parcels), None)  # the first: the date of shipping is its
    given = [offer for offer in case.offers if offer.gives_something]
    return {
        "order_number": case.order_number,
        **{f"{name}_date": _day(case, name, teller) for name in ("shipped", "delivered", "promised")},
        "order_date": _day(case, "placed", teller),
        "item_titles": joint.join(item.title or item.sku for item in case.items[:MOST_ITEMS]),
        "ordered_quantity": str(sum(item.quantity for item in case.items) or ""),
        "missing_quantity": str(case.claim.missing_quantity or ""),
        "carrier": parcel.carrier if parcel else "",
        "tracking_number": parcel.tracking_number if parcel else "",
        "tracking_summary": _summary(case, teller, joint),
        "claimed_amount": teller.money(case.claimed) if case.claimed else "",
        "sources_found": joint.join(source for source, is_found in _lookups(case).items() if is_found),
        "customs_cause": say("causes", case.claim.customs_cause).text if case.claim.customs_cause else "",
        "disruption": joint.join(say("disruptions", one.cause).text for one in case.disruptions),
        "written_dates": joint.join(_written(case, teller)[-MOST_DAYS:]),
        "offer": teller.offer(given[-1]) if given else "",
        **_proofs(case, teller, joint),
    }


def _proofs(case: CaseFile, teller: Teller, joint: str) -> dict[str, str]:
    """Each kind of exhibit by its marks, and the list of all."""
    exhibit = teller.book.say("labels", "exhibit").text
    kinds = dict.fromkeys(one.kind for one in proofs_of(case))
    named = {kind: joint.join(f"{exhibit} {one.mark}" for one in proofs_of(case) if one.kind == kind) for kind in kinds}
    listed = joint.join(f"{marks} ({teller.book.say('kinds', kind).text})" for kind, marks in named.items())
    return {**named, "exhibit_list": listed}


def _last(case: CaseFile) -> TrackingNews | None:
    return next(iter(standing_news(case)[::-1]), None)


def _summary(case: CaseFile, teller: Teller, joint: str) -> str:
    news = _last(case)
    if news is None:
        return ""
    told = [teller.book.say("statuses", news.status).text, news.place, teller.moment(news.at).clock[:10]]
    return joint.join(part for part in told if part)


def _day(case: CaseFile, name: str, teller: Teller) -> str:
    return teller.moment(case.dates[name]).clock[:10] if name in case.dates else ""


def _written(case: CaseFile, teller: Teller) -> list[str]:
    """The days on which the buyer was written to, each once."""
    return list(dict.fromkeys(teller.moment(message.at).clock[:10] for message in case.messages))


def _lookups(case: CaseFile) -> dict[str, bool]:
    """Each source that was asked, with its latest answer."""
    asked = [row.data for row in case.timeline if row.type == LOOKUP]
    return {str(data.get("source", "")): bool(data.get("found")) for data in asked if data.get("source")}
