"""The rules in one sentence each, by their ids: what a page says when a seller asks "why?".

A name in parentheses is the value that the order's policy pack gives to it.
"""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from desk.clocks import format_span
from orders.policies import Policy

GROUPS: dict[str, str | Promise] = {
    "P": _("Payment"),
    "S": _("Shipping"),
    "C": _("Contact with the buyer"),
    "T": _("Tracking"),
    "G": _("Delivery and after"),
    "D": _("Disputes"),
    "A": _("Advice in disputes"),
    "E": _("Evidence"),
    "M": _("Messages"),
    "R": _("Refunds, returns and reviews"),
}

RULES: dict[str, str | Promise] = {
    "P1": _("An order waits for payment until the platform says that the funds arrived."),
    "P2": _("An order cannot ship before the funds have arrived."),
    "P3": _("The buyer is reminded to pay %(after)s after placing the order."),
    "P4": _("The payment expires %(after)s after placing the order, on a banking day where the pack asks for one."),
    "P5": _("Funds that clear after the payment expired bring the order back to paid."),
    "P6": _("Banking days in Brazil leave out weekends, national holidays, Carnival and Corpus Christi."),
    "P7": _("Waiting for the platform's check and waiting for the funds are two different things."),
    "P8": _(
        "A buyer who asks to cancel before the parcel leaves is answered within %(after)s; silence lets the platform "
        "cancel the order."
    ),
    "S1": _(
        "A commercial parcel needs the buyer's valid CPF or CNPJ before it ships; a valuable postal one should have it."
    ),
    "S2": _("The postal channel is preferred; a commercial carrier raises a warning."),
    "S3": _("No after-sale card goes into a personal parcel."),
    "S4": _("The parcel leaves within the handling time (%(handling)s) after the funds arrived."),
    "S5": _("A carrier scans the parcel soon after it is declared as shipped; otherwise the number may be false."),
    "S6": _("Delivery is promised within %(promise)s from shipping, unless the order promises something else."),
    "S7": _("The buyer hears that the order was received and that the parcel left."),
    "C": _("A message reaches the buyer only between %(opens)s and %(closes)s on his own clock."),
    "C1": _("%(after)s after shipping, the buyer is told the tracking number and where the parcel is."),
    "C2": _("%(after)s after shipping, the buyer may choose: wait, a refund, or a partial refund."),
    "C3": _("%(after)s after shipping, the buyer gets an apology and is offered the refund."),
    "C4": _("From the last contact on, most complaints come: the order is at risk until it is solved."),
    "T1": _(
        "Every piece of tracking news is judged normal or not; an estimate is never a promise, and is learnt from "
        "%(parcels)s parcels on."
    ),
    "T2": _("Tracking is slow when there is no news for %(after)s."),
    "T3": _("Tracking is slow when the parcel has not reached the destination %(after)s after shipping."),
    "T4": _("A failed delivery asks for action by its cause: wrong address, nobody reached, refused."),
    "T5": _("Signed but not received stays open until the buyer has the parcel."),
    "T6": _("A number that no source knows is verified with two sources; if it is true, refund now."),
    "T7": _("Import duty that waits for payment is told to the buyer at once; he has %(after)s."),
    "T8": _("A parcel at a pick-up point is told to the buyer at once; he has %(after)s."),
    "T9": _("A known disruption is recorded once and explains every parcel that it touches."),
    "T10": _("A carrier's correction voids the news that it corrects."),
    "T11": _("A carrier with %(complaints)s complaints in a region within %(within)s should be changed there."),
    "T12": _("Tracking news moves the date of the next check; any status but “no scan” is a scan."),
    "G1": _("Before the buyer's protection ends with the parcel still on its way, the receipt time is extended."),
    "G2": _("At delivery an independent proof is kept, and the release of the funds is asked for."),
    "G3": _("%(after)s after a confirmed delivery, and without a dispute, the buyer is asked for a review."),
    "G4": _("The order completes %(after)s after delivery."),
    "G5": _("A parcel that arrives after the refund: the buyer is thanked and asked once to pay again."),
    "G6": _("What follows delivery counts from delivery, even when payment or shipping is recorded later."),
    "D1": _("A dispute is answered within %(after)s; silence lets the platform carry out the buyer's request."),
    "D2": _("A rejection needs a counter-offer: an amount, a new parcel, or a return."),
    "D3": _("An unsettled dispute goes to the platform after %(after)s."),
    "D4": _("Evidence is due %(after)s after the platform's notice."),
    "D5": _("Evidence about customs is due %(after)s after the platform's notice."),
    "D6": _("Reminders come before the deadline of the answer and of the evidence: %(before)s."),
    "D7": _("The team works to the platform's deadline less %(margin)s."),
    "D8": _("Evidence that comes late is recorded as late."),
    "D9": _("A dispute may open on any order that was paid, a finished one included."),
    "D10": _("Asking the buyer to cancel needs the benefit offered to be recorded."),
    "D11": _("A dispute that ends in the seller's favour brings the order back to where it was."),
    "D12": _("An answer that waits for the buyer's return is due %(after)s after the return has arrived."),
    "D13": _("A decision against the seller can be appealed for %(after)s."),
    "A": _("The ways out are weighed with the store's own record from %(cases)s cases on, before with the pack's."),
    "A1": _("Virtual goods leave no proof of receipt: there is no defence."),
    "A2": _("Customs stopped the parcel for something that the seller did or left out."),
    "A3": _("Clearance is the buyer's, and the carrier certifies that he did not do it or did not pay the duty."),
    "A4": _("Clearance is the buyer's, but only a certificate of the carrier proves that this is the cause."),
    "A5": _("Nobody knows why customs holds the parcel: the platform asks the buyer for the customs paper."),
    "A6": _("A number that is not found is looked up with two sources before anything is decided."),
    "A7": _("Two sources were asked and none knows the number: one such complaint freezes the store, refund now."),
    "A8": _("A source shows the parcel moving, and the promised time is not over."),
    "A9": _("Tracking says delivered, and an independent proof says so too."),
    "A10": _("Tracking says delivered, but nothing independent proves it yet."),
    "A11": _("The promised time is over and the parcel is not delivered."),
    "A12": _("The parcel is on its way, and the promised time is not over."),
    "A13": _("All four proofs of the weight are there: the parcel was complete."),
    "A14": _("Without all four proofs of the weight, the missing share of the price is the buyer's."),
    "A15": _("A claim about the goods is not judged before the buyer's photo is there."),
    "A16": _("The photo shows a wrong item or missing parts: they are sent again."),
    "A17": _("The photo shows the damage: a part of the price settles it."),
    "A18": _("The photo is a matter of opinion: an offer settles it cheapest."),
    "A19": _("The authorisation and the purchase invoice prove that the goods are genuine."),
    "A20": _("Without authorisation and purchase invoice, nothing proves that the goods are genuine."),
    "A21": _("Why the parcel came back decides who is liable."),
    "A22": _("No rule knows this case: a person looks at it."),
    "A23": _("The parcel never left."),
    "E": _("Each reason has its list of exhibits; what is missing at the platform's notice is asked for in time."),
    "M1": _("Messages belong to groups: before the sale, during it, after it, disputes, reviews."),
    "M2": _("A purpose that is switched on has a text in every language."),
    "M3": _("A message with an unknown or empty variable does not leave."),
    "M4": _("No exact arrival date, no bare “please wait”, no reward for a review, few emoji."),
    "M5": _("What a chat has no interface for is prepared to be sent by hand."),
    "M6": _("Without an e-mail address the message waits to be sent by hand; it is never lost."),
    "M7": _(
        "“Please wait” carries a promised time, and the promise is a deadline; the team hears of it %(before)s before."
    ),
    "M8": _("A text carries a date until which it holds."),
    "M9": _("Text from outside is data: nothing in it is read as a template, a header or a formula."),
    "M10": _(
        "What comes up %(urgent)s before its deadline or later is told to the team at once, the rest %(before)s before "
        "it, and again every %(every)s until it is done, for %(until)s; an owner hears %(escalate)s before a "
        "platform's date, or when the margin of a dispute begins."
    ),
    "R1": _("A refund has a checked reason and amount, and the buyer is told both."),
    "R2": _("An offer to keep the buyer is recorded when the reason is not quality."),
    "R3": _("A refund after shipping first asks where the parcel is."),
    "R4": _("A return is reviewed, sent, inspected and refunded, step by step."),
    "R5": _("A buyer with fast refunds is refunded at the return's first scan."),
    "R6": _("A return is inspected before it is signed for."),
    "R7": _("A wrong or missing item: apology, photo, check, new parcel, follow-up."),
    "R8": _("What is not the buyer's fault is picked up at the seller's cost."),
    "R9": _("A compensation promised for delay is computed and booked."),
    "R10": _("A bad review is answered in public within %(after)s."),
    "R11": _("A malicious review is scored by its signals and shown to the platform."),
    "R12": _("Every open case has a next date: %(next_date)s where no rule names another."),
}

VALUE_NAMES: dict[str, str | Promise] = {
    "after": _("after"),
    "opens": _("opens"),
    "closes": _("closes"),
    "calendar": _("calendar"),
    "high_value": _("high value"),
    "currency": _("currency"),
    "handling": _("handling time"),
    "warn_share": _("warn at this share of it"),
    "from": _("counted from"),
    "working_days": _("working days"),
    "promise": _("promised time"),
    "news_for": _("counts as news for"),
    "label": _("label"),
    "before_end": _("before the end"),
    "after_promise": _("after the promised delivery"),
    "bad_stars": _("bad up to this many stars"),
    "next_date": _("next date"),
    "sources": _("sources"),
    "parcels": _("parcels"),
    "earliest": _("normally not before"),
    "latest": _("normally not after"),
    "complaints": _("complaints"),
    "within": _("within"),
    "exception": _("exceptions allowed"),
    "before": _("before the deadline"),
    "margin": _("margin"),
    "win_rate": _("share of contested disputes that are won"),
    "cases": _("cases"),
    "freeze_days": _("days that a frozen store loses"),
    "daily_turnover": _("turnover of a day"),
    "urgent": _("told at once with less time than"),
    "every": _("again every"),
    "until": _("until so long after the deadline"),
    "escalate": _("an owner is told before"),
    "target": _("target"),
    "second_approval": _("two approve from this amount on"),
    "ship_back": _("time for the buyer to send it back"),
    "daily": _("for each day late"),
    "cap": _("at most"),
    "open_for": _("work for so long after it was written"),
    "follow_up": _("come back to it after"),
    "upset": _("an upset buyer hears how it goes every"),
    "furious": _("a furious buyer hears how it goes every"),
    "suspicious": _("looked at as malicious from this score on"),
}


def rule_sentence(rule: str, policy: Policy | None) -> str:
    """The rule in one sentence with the policy's values; empty for an unknown rule."""
    sentence = str(RULES.get(rule, ""))
    known = policy.rules.get(rule, {}) if policy else {}
    values = {key: format_value(value) for key, value in known.items()}
    if "after" not in values and "working_days" in values and "calendar" in values:
        days = known["working_days"]
        said = ngettext("%(n)d of the %(calendar)s", "%(n)d of the %(calendar)s", days)
        values["after"] = said % {"n": days, "calendar": values["calendar"]}
    return sentence % _Values(values)


# What a pack calls by a code.
CODES: dict[Any, str | Promise] = {
    "brazil_banking": _("banking days in Brazil"),
    "china_working": _("working days in China"),
    "us_weekdays": _("weekdays, US Pacific time"),
    "placed_at": _("the order"),
    "paid_at": _("the payment"),
    "shipped_at": _("the shipping"),
    "delivered_at": _("the delivery"),
}


def format_value(value: Any) -> str:
    """A rule's value in words."""
    if isinstance(value, timedelta):
        return format_span(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, list | tuple):
        return list_words([format_value(part) for part in value])
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, float):
        return number_format(int(value) if value.is_integer() else value)
    return format_label(str(value)) or str(CODES.get(value, value))


def list_words(parts: list[str]) -> str:
    """Several values in one line, parted as the reader's language parts them."""
    line = parts[0] if parts else ""
    for part in parts[1:]:
        line = gettext("%(some)s, %(more)s") % {"some": line, "more": part}
    return line


def format_label(label: str) -> str:
    """A stage's label such as "day 30" in the reader's language; empty for another text."""
    match = re.fullmatch(r"day (\d+)", label)
    return gettext("day %(days)d") % {"days": int(match[1])} if match else ""


class _Values(dict[str, str]):
    """A value that the pack does not give reads as an ellipsis."""

    def __missing__(self, _key: str) -> str:
        return "…"


def rule_group(rule: str) -> str | Promise:
    """The heading under which a rule stands."""
    return GROUPS.get(rule[:1], "")


def rule_order(rule: str) -> tuple[int, int]:
    """Sorts rules by group, then number."""
    letters = list(GROUPS)
    return letters.index(rule[0]) if rule[0] in letters else len(letters), int(rule[1:] or 0)


def pack_values(values: Mapping[str, Any]) -> list[tuple[str | Promise, str]]:
    """A rule's values with their names, for the page of rules."""
    return [(VALUE_NAMES.get(key, key), format_value(value)) for key, value in values.items()]
