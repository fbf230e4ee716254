"""What the text of a bundle says, page by page: the case in the words of its recipient, ready for the templates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from evidence.bundling.cases import CaseDisruption, CaseExhibit, CaseFile, CaseSnapshot, TrackingNews
from evidence.bundling.changes import ChangeKind
from evidence.bundling.claims import review_context
from evidence.bundling.drawing import Lane, Point, Sign, draw_sign, draw_timeline
from evidence.bundling.problems import Problem
from evidence.bundling.telling import Moment, Teller
from evidence.bundling.verify_lines import draw_qr, verify_line
from evidence.phrasing import Phrase, Phrasebook

# The parts of a bundle with a heading of their own, in their order; the exhibits follow before the manifest.
SECTIONS = (
    "claims",
    "cover",
    "index",
    "changes",
    "timeline",
    "tracking",
    "disruptions",
    "snapshots",
    "messages",
    "manifest",
)
LIMITS = {"promised", "protection", "evidence_by"}  # dates by which something should have been
SPOKEN = {"buyer_message", "dispute_opened", "dispute_changed"}
# Of a frozen view, the values whose words are in a table of phrases.
WORDED = {"status": "statuses"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of an exhibit: how many pages it has, their hash, and what its slip says."""

    pages: int
    sha256: str
    problem: Problem | None


def words_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """What every section needs: the language and its labels."""
    blanks = dict.fromkeys(("page", "pages", "part", "parts"), "")
    blanks |= {"zone": case.zone, "number": str(case.changes.number) if case.changes else ""}
    blanks["until"] = teller.moment(case.made_of).clock[:10]
    labels = {name: teller.book.say("labels", name, **blanks) for name in teller.book.keys("labels")}
    return {"language": teller.book.languages[0], "say": labels, "attaches": teller.attaches}


def cover_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """The parties, the claim and the dates."""
    book, claim = teller.book, case.claim
    line = verify_line(case)
    return {
        "case": case,
        "reason": book.say("reasons", claim.reason or "not_stated"),
        "cause": book.say("causes", claim.customs_cause) if claim.customs_cause else None,
        "claimed": teller.money(case.claimed),
        "is_whole": case.claims_whole,
        "total": teller.money(case.total),
        "offers": [(teller.moment(offer.at), teller.offer(offer)) for offer in case.offers],
        "dates": [(book.say("labels", name), teller.moment(at)) for name, at in case.dates.items()],
        "line": line,
        "qr": SafeString(draw_qr(line)),
        **review_context(case, teller),
    }


def index_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """The sections and the checklist, beside the exhibits."""
    return {
        "sections": [(name, section_title(teller.book, name)) for name in sections_of(case)],
        "slots": [(teller.book.say("kinds", slot.kind), slot) for slot in case.slots],
    }


def change_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """What is different from the version that was handed in; what was left out has no page to lead to."""
    book = teller.book
    return [
        (book.say("changes", row.kind), row, book.say("kinds", row.what), row.kind is not ChangeKind.LEFT_OUT)
        for row in (case.changes.changes if case.changes else ())
    ]


# --- the record -------------------------------------------------------------------------------------------------------
def timeline_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """The drawing, and the case's dates on three clocks."""
    zones = {"platform": case.zone, "seller": case.seller_zone, "buyer": case.buyer_zone}
    clocks = [(teller.book.say("labels", who), teller.on_clock(zone), zone) for who, zone in zones.items() if zone]
    return {
        "drawing": SafeString(draw_case(case, teller)),
        "clocks": [(who, zone) for who, _clock, zone in clocks],
        "dates_by_clock": [
            (teller.book.say("labels", name), [clock.moment(at) for _who, clock, _zone in clocks])
            for name, at in case.dates.items()
        ],
        "legend": [(SafeString(draw_sign(sign)), teller.book.say("drawn", sign).text) for sign in Sign],
    }


def draw_case(case: CaseFile, teller: Teller) -> str:
    """The order's course as SVG, on the platform's clock."""
    say = teller.book.say
    names = {lane: say("drawn", lane).text for lane in Lane}
    points = [*_dates_drawn(case, teller), *_news_drawn(case.tracking, teller), *_contacts_drawn(case, teller)]
    return draw_timeline(points, names, say("drawn", "clock", zone=case.zone).text)


def _dates_drawn(case: CaseFile, teller: Teller) -> Iterator[Point]:
    for name, at in case.dates.items():
        sign = Sign.LIMIT if name in LIMITS else Sign.FACT
        local = at.astimezone(teller.zone)
        label = f"{teller.book.say('drawn', name).text} {local:%m-%d}"
        yield Point(local.replace(tzinfo=None), Lane.ORDER, sign, label)


def _news_drawn(tracking: tuple[TrackingNews, ...], teller: Teller) -> Iterator[Point]:
    """A bar each; a label wherever the status changes."""
    status = ""
    for news in tracking:
        is_void = news.voided_at is not None
        label = "" if is_void or news.status == status else teller.book.say("statuses", news.status).text
        status = status if is_void else news.status
        yield Point(_local(news.at, teller), Lane.CARRIER, Sign.VOID if is_void else Sign.SCAN, label)


def _contacts_drawn(case: CaseFile, teller: Teller) -> Iterator[Point]:
    for message in case.messages:
        yield Point(_local(message.at, teller), Lane.CONTACT, Sign.OURS)
    for row in case.timeline:
        if row.type in SPOKEN:
            yield Point(_local(row.at, teller), Lane.CONTACT, Sign.THEIRS)


def _local(at: datetime, teller: Teller) -> datetime:
    return at.astimezone(teller.zone).replace(tzinfo=None)


def timeline_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """What happened, a row each."""
    return [
        (teller.moment(row.at), teller.book.say("events", row.type).text, list(teller.details(row)), row.text)
        for row in case.timeline
    ]


def tracking_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """What each source says last of each parcel, and when we read it there."""
    latest = {(news.parcel, news.source): news for news in case.tracking if news.voided_at is None}
    return {"latest": [_news(news, teller) for news in latest.values()]}


def tracking_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """What the carriers said, a row each."""
    return [_news(news, teller) for news in case.tracking]


def _news(news: TrackingNews, teller: Teller) -> dict[str, Any]:
    return {
        "at": teller.moment(news.at),
        "status": teller.book.say("statuses", news.status).text,
        "row": news,
        "fetched": _moment(news.fetched_at, teller),
        "voided": _moment(news.voided_at, teller),
    }


def _moment(at: datetime | None, teller: Teller) -> Moment | None:
    return None if at is None else teller.moment(at)


def disruption_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """What held the parcel up, each with the mark of its notice where the bundle has one."""
    marks = {exhibit.sha256: exhibit.mark for exhibit in case.exhibits}
    return [_disruption(row, marks.get(row.notice, ""), teller) for row in case.disruptions]


def _disruption(row: CaseDisruption, mark: str, teller: Teller) -> dict[str, Any]:
    return {
        "row": row,
        "cause": teller.book.say("disruptions", row.cause),
        "start": teller.moment(row.at),
        "end": _moment(row.until, teller),
        "where": [place for place in (row.region, row.carrier, row.route) if place],
        "mark": mark,
    }


def snapshot_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """The views as they stood on their days."""
    return [_snapshot(row, teller) for row in case.snapshots]


def _snapshot(row: CaseSnapshot, teller: Teller) -> dict[str, Any]:
    say = teller.book.say
    keys = list(dict.fromkeys(key for cells in row.rows for key, _value in cells))
    return {
        "row": row,
        "kind": say("snapshots", row.kind),
        "occasion": say("occasions", row.occasion),
        "at": teller.moment(row.at),
        "lines": [(say("keys", key).text, _plain(key, value, teller)) for key, value in row.lines],
        "heads": [say("keys", key).text for key in keys],
        "rows": [[_plain(key, dict(cells).get(key, ""), teller) for key in keys] for cells in row.rows],
    }


def _plain(key: str, value: str, teller: Teller) -> str:
    """A frozen value: an instant on the platform's clock, a word in the bundle's language, anything else as it is."""
    if key in WORDED and value:
        return teller.book.say(WORDED[key], value).text
    try:
        at = datetime.fromisoformat(value) if key.endswith(("at", "by")) else None
    except ValueError:
        return value
    if at is None or at.tzinfo is None:
        return value
    moment = teller.moment(at)
    return f"{moment.clock} ({moment.offset})"


def message_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """The messages that were sent."""
    book = teller.book
    return [
        (teller.moment(row.at), book.say("purposes", row.purpose), book.say("labels", row.channel).text, row)
        for row in case.messages
    ]


# --- the exhibits -----------------------------------------------------------------------------------------------------
def exhibit_rows(case: CaseFile, shown: Mapping[str, Shown], teller: Teller) -> list[Any]:
    """The exhibits, and what became of each."""
    return [_exhibit(exhibit, shown[exhibit.mark], teller) for exhibit in case.exhibits]


def _exhibit(exhibit: CaseExhibit, shown: Shown, teller: Teller) -> dict[str, Any]:
    return {
        "file": exhibit,
        "kind": teller.book.say("kinds", exhibit.kind),
        "added": teller.moment(exhibit.added_at),
        "translated": teller.book.say("translated", exhibit.translated_by).text if exhibit.translation else "",
        "shown": shown,
        "problem": teller.book.say("problems", shown.problem) if shown.problem else None,
    }


def exhibit_title(exhibit: CaseExhibit, book: Phrasebook) -> str:
    """What an exhibit is called: its kind, and what its owner says of it."""
    kind = book.say("kinds", exhibit.kind).text
    return f"{kind}: {exhibit.caption}" if exhibit.caption else kind


# --- the parts --------------------------------------------------------------------------------------------------------
def sections_of(case: CaseFile) -> list[str]:
    """The sections that this case has: without what nothing is on record for."""
    rows: dict[str, object] = {
        "changes": case.changes,
        "tracking": case.tracking,
        "disruptions": case.disruptions,
        "snapshots": case.snapshots,
        "messages": case.messages,
    }
    return [name for name in SECTIONS if rows.get(name, True)]


def section_title(book: Phrasebook, name: str) -> Phrase:
    """A section's heading."""
    return book.say("labels", name)
