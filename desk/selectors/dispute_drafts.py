"""What the draft answers of a dispute are filled in with, in each language, on the platform's clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.utils.translation import gettext, override

from desk.dispute_words import CUSTOMS_CAUSES, FACTS, REMEDIES, exhibit_name
from disputes.answering import LANGUAGES, draft_answer, offered_states
from disputes.models import Dispute, Offer
from disputes.services.advice import case_facts
from disputes.services.disruptions import disruptions_of
from evidence.models import Exhibit
from messaging import compose
from messaging.models import Message, MessageState
from messaging.vocabulary import Language
from orders.models import Disruption, OrderItem
from orders.planning import promise_end
from orders.services.ledger import OrderLedger
from orders.services.parcels import latest_lookups
from orders.tracking_statuses import TrackingStatus

LOCALES = {Language.EN: "en_GB", Language.ZH_HANS: "zh_Hans_CN"}
# How an offer and an exhibit are said inside an answer, whatever language the reader's pages are in.
OFFERS = {
    Language.EN: {"money": "a refund of {amount}", "reship": "to send the goods again", "return": "to take them back"},
    Language.ZH_HANS: {"money": "退款{amount}", "reship": "补发商品", "return": "接受退货"},
}
MARKS = {Language.EN: "Exhibit {mark}", Language.ZH_HANS: "证据材料{mark}"}
# A disruption as the cause of a delay; where its end is not known, the second form.
DISRUPTIONS = {
    Language.EN: ("{cause} ({where}), from {start} to {end}", "{cause} ({where}), since {start}"),
    Language.ZH_HANS: ("{cause}（{where}），{start}至{end}", "{cause}（{where}），自{start}起"),
}
MOST_DAYS = 5  # on which the buyer was written to: the rest is in the record
RETURNING = {TrackingStatus.RETURNING, TrackingStatus.RETURNED}
JOINTS = {Language.EN: ", ", Language.ZH_HANS: "、"}


@dataclass(frozen=True)
class DraftAnswer:
    """A draft in one language; `gaps` are what it still needs, in the reader's words."""

    language: Language
    text: str
    gaps: list[str]


def draft_answers(
    ledger: OrderLedger, dispute: Dispute, offers: Iterable[Offer], exhibits: Mapping[str, Exhibit]
) -> list[DraftAnswer]:
    """The answer in the platform's language and the one beside it; `exhibits` by their marks."""
    latest = max(offers, key=lambda offer: offer.at, default=None)
    drafts, states = [], set(_states(ledger, dispute))
    states |= set(offered_states(latest.amount, latest.remedy)) if latest else set()
    written = _written(ledger)
    for language in LANGUAGES:
        values = _values(ledger, dispute, language) | _proofs(exhibits, language)
        values["written_dates"] = _days(written, ZoneInfo(ledger.policy.platform_zone), language)
        values["offer"] = _offer(latest, ledger.order.currency, language)
        draft = draft_answer(dispute.reason, language, values, states=states)
        drafts.append(DraftAnswer(language, draft.text, [str(FACTS.get(gap, gap)) for gap in draft.gaps]))
    return drafts


def _values(ledger: OrderLedger, dispute: Dispute, language: Language) -> dict[str, str]:
    order, zone = ledger.order, ZoneInfo(ledger.policy.platform_zone)
    items = ledger.rows_of(OrderItem)
    parcel = next(iter(ledger.shipments), None)  # the first: the date of shipping is its
    found = [source for source, knows in latest_lookups(ledger).items() if knows]
    return {
        "order_number": order.order_number,
        "order_date": _date(order.placed_at, zone, language),
        "item_titles": compose.item_titles([item.title for item in items], language),
        "ordered_quantity": str(sum(item.quantity for item in items) or ""),
        "missing_quantity": str(dispute.missing_quantity or ""),
        "carrier": parcel.carrier if parcel else "",
        "tracking_number": parcel.tracking_number if parcel else "",
        "shipped_date": _date(order.shipped_at, zone, language),
        "delivered_date": _date(order.delivered_at, zone, language),
        "promised_date": _date(promise_end(order, ledger.policy), zone, language),
        "tracking_summary": _tracking(ledger, zone, language),
        "claimed_amount": _money(_claimed(ledger, dispute), order.currency, language),
        "sources_found": JOINTS[language].join(found),
        "customs_cause": _customs_cause(dispute, language),
        "disruption": JOINTS[language].join(_disruption(found, zone, language) for found in disruptions_of(order)),
    }


def _claimed(ledger: OrderLedger, dispute: Dispute) -> Decimal | None:
    """What the buyer asks for: all that was paid only where he named no amount, no item and no missing pieces."""
    names_part = bool(dispute.item or dispute.missing_quantity)
    return ledger.order.total if dispute.amount is None and not names_part else dispute.amount


def _states(ledger: OrderLedger, dispute: Dispute) -> Iterator[str]:
    """What the record holds, by the names that a draft's lines are conditional on."""
    facts, order = case_facts(ledger, dispute), ledger.order
    promised = promise_end(order, ledger.policy)
    holds = {
        "shipped": facts.is_shipped,
        "delivered": facts.is_delivered,
        "in_transit": facts.is_in_transit and facts.has_scan,
        "promise_running": promised is not None and not facts.is_promise_over,
        "returning": order.tracking_status in RETURNING,
    }
    yield from (name for name, is_so in holds.items() if is_so)


def _written(ledger: OrderLedger) -> list[datetime]:
    """When the buyer was written to, the earliest first: what reached its channel, and nothing that waits."""
    sent = Message.objects.filter(order=ledger.order, state=MessageState.SENT, sent_at__isnull=False)
    return sorted(sent.values_list("sent_at", flat=True))


def _days(instants: Iterable[datetime], zone: ZoneInfo, language: Language) -> str:
    """The days of these instants, each once; of many the latest ones."""
    days = list(dict.fromkeys(_date(at, zone, language) for at in instants))
    return JOINTS[language].join(days[-MOST_DAYS:])


def _disruption(disruption: Disruption, zone: ZoneInfo, language: Language) -> str:
    closed, running = DISRUPTIONS[language]
    return (closed if disruption.over_at else running).format(
        cause=compose.disruption_cause(disruption.cause, language),
        where=" · ".join(filter(None, (disruption.region, disruption.carrier, disruption.route))),
        start=_date(disruption.starts_at, zone, language),
        end=_date(disruption.over_at, zone, language),
    )


def _customs_cause(dispute: Dispute, language: Language) -> str:
    if not dispute.customs_cause:
        return ""
    with override(language):
        cause = str(CUSTOMS_CAUSES.get(dispute.customs_cause, dispute.customs_cause.replace("_", " ")))
    return cause[:1].lower() + cause[1:]


def _tracking(ledger: OrderLedger, zone: ZoneInfo, language: Language) -> str:
    order = ledger.order
    if not order.last_tracking_at:
        return ""
    return compose.tracking_summary(
        order.tracking_status, order.tracking_location, order.last_tracking_at, zone, language
    )


def _proofs(exhibits: Mapping[str, Exhibit], language: Language) -> dict[str, str]:
    """Each kind of exhibit by its marks, such as "Exhibit A-1, Exhibit A-3", and the list of all."""
    named: dict[str, list[str]] = {}
    for mark, exhibit in exhibits.items():
        if not exhibit.is_readable:
            continue
        named.setdefault(exhibit.kind, []).append(MARKS[language].format(mark=mark))
    with override(language):
        listed = [f"{JOINTS[language].join(marks)} ({exhibit_name(kind)})" for kind, marks in named.items()]
    proofs = {kind: JOINTS[language].join(marks) for kind, marks in named.items()}
    return {**proofs, "exhibit_list": JOINTS[language].join(listed)}


def _offer(offer: Offer | None, currency: str, language: Language) -> str:
    if offer is None or (offer.amount == 0 and not offer.remedy):
        return ""
    if offer.remedy in REMEDIES:
        return OFFERS[language][offer.remedy]
    return OFFERS[language]["money"].format(amount=_money(offer.amount, currency, language))


def _money(amount: Decimal | None, currency: str, language: Language) -> str:
    return "" if amount is None else compose.format_money(amount, currency, language)


def _date(instant: datetime | None, zone: ZoneInfo, language: Language) -> str:
    """Day, month and year: a case handler reads it months later."""
    if instant is None:
        return ""
    return str(format_date(instant.astimezone(zone).date(), "long", locale=LOCALES[language]))


def language_name(language: Language) -> str:
    """The language's name in the reader's language."""
    return gettext("English") if language is Language.EN else gettext("Chinese")
