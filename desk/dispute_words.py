"""What the codes of a dispute are called on a page: advice, exhibits, options and their terms, whose turn it is."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from disputes.advising import Liability
from disputes.lifecycle import DisputeState
from evidence.bundling.changes import ChangeKind
from evidence.bundling.contradictions import Place, Topic
from evidence.bundling.problems import Problem
from evidence.bundling.treatments import Handling
from orders.events import EventType

Words = str | Promise


class Turn(StrEnum):
    """Who has to act."""

    OURS = "ours"
    BUYERS = "buyers"
    PLATFORMS = "platforms"
    NOBODYS = "nobodys"


TURNS: dict[str, Turn] = {
    DisputeState.OPENED: Turn.OURS,
    DisputeState.NEGOTIATING: Turn.BUYERS,
    DisputeState.EVIDENCE_DUE: Turn.OURS,
    DisputeState.EVIDENCE_MISSED: Turn.OURS,
    DisputeState.EVIDENCE_SUBMITTED: Turn.PLATFORMS,
}
TURN_WORDS: dict[Turn, Words] = {
    Turn.OURS: _("You"),
    Turn.BUYERS: _("The buyer"),
    Turn.PLATFORMS: _("The platform"),
    Turn.NOBODYS: _("Nobody"),
}

COMMANDS: dict[EventType, Words] = {
    EventType.COUNTER_OFFER: _("Make a counter-offer"),
    EventType.DISPUTE_ACCEPTED: _("Accept the claim"),
    EventType.EVIDENCE_SUBMITTED: _("I submitted the evidence"),
    EventType.DISPUTE_OPENED: _("Record a dispute"),
    EventType.DISPUTE_CHANGED: _("The buyer changed the claim"),
    EventType.DISPUTE_WITHDRAWN: _("The buyer withdrew"),
    EventType.PLATFORM_NOTICE: _("The platform asks for evidence"),
    EventType.VERDICT: _("Enter the verdict or an agreement"),
}

RECOMMENDATIONS: dict[str, Words] = {
    "accept_refund": _("Accept, and refund the buyer."),
    "contest": _("Contest the claim."),
    "request_carrier_certificate": _("Get a certificate from the carrier before you answer."),
    "request_buyer_proof": _("Have the platform ask the buyer for the customs paper."),
    "verify_tracking": _("Look the tracking number up with a second source."),
    "verify_delivery": _("Get an independent proof of the delivery."),
    "verify_carrier_reason": _("Find out from the carrier why the parcel came back."),
    "partial_refund": _("Offer a partial refund."),
    "request_buyer_photo": _("Ask the buyer for a photo."),
    "reship": _("Send the goods again."),
    "counter_offer": _("Make a counter-offer."),
    "review_manually": _("Look at this case yourself."),
}
# Said where the rule gives the amount.
WITH_AMOUNT: dict[str, Words] = {
    "partial_refund": _("Offer a partial refund of %(amount)s."),
}
LIABILITIES: dict[str, Words] = {
    Liability.SELLER: _("You are liable."),
    Liability.BUYER: _("The buyer is liable."),
    Liability.UNDETERMINED: _("Who is liable is not settled yet."),
}
SHORT_LIABILITIES: dict[str, Words] = {
    Liability.SELLER: _("you are liable"),
    Liability.BUYER: _("the buyer is liable"),
    Liability.UNDETERMINED: _("liability open"),
}

EXHIBITS: dict[str, Words] = {
    "authorisation": _("Authorisation of the rights holder"),
    "buyer_customs_paper": _("Customs paper of the buyer"),
    "buyer_photo": _("Photo from the buyer"),
    "carrier_certificate": _("Certificate of the carrier"),
    "carrier_letter": _("Letter of the carrier"),
    "carrier_weight_certificate": _("Weight certificate of the carrier"),
    "chat_record": _("Record of the chat"),
    "customs_declaration": _("Customs declaration"),
    "delivery_proof": _("Independent proof of delivery"),
    "invoice": _("Invoice"),
    "label_photo": _("Photo of the label"),
    "listing_snapshot": _("Snapshot of the listing"),
    "order_address": _("Address of the order"),
    "packing_photo": _("Photo of the packing"),
    "parcel_weight_photo": _("Photo of the whole parcel on the scales"),
    "purchase_invoice": _("Purchase invoice"),
    "tracking_screenshot": _("Screenshot of the tracking page"),
    "unit_weight_photo": _("Photo of one piece on the scales"),
    "waybill_receipt": _("Posting receipt"),
}
OTHER_EXHIBIT: Words = _("Something else")

# What became of an exhibit since another version of the bundle.
CHANGES: dict[str, Words] = {
    ChangeKind.ADDED: _("new"),
    ChangeKind.LEFT_OUT: _("left out"),
    ChangeKind.CAPTION_CHANGED: _("described otherwise"),
    ChangeKind.MOVED: _("moved"),
}

# What a case's papers can say in two ways, and where.
DOUBTS: dict[str, Words] = {
    Topic.PARCEL: _("Another parcel number"),
    Topic.ORDER_NUMBER: _("Another order number"),
    Topic.AMOUNT: _("An amount that the order does not know"),
    Topic.CLAIM_OVER_TOTAL: _("More is claimed than was paid"),
    Topic.QUANTITY: _("More pieces are said to be missing than were ordered"),
    Topic.DELIVERED: _("The delivery is told in two ways"),
    Topic.SHIPPED: _("The shipping is told in two ways"),
    Topic.SEQUENCE: _("The order's dates cannot be in this order"),
    Topic.SOURCES: _("The tracking sources disagree"),
    Topic.BUYER_NAME: _("The buyer's name does not stand there"),
}
PLACES: dict[str, Words] = {
    Place.ORDER: _("Order"),
    Place.CLAIM: _("Claim"),
    Place.TRACKING: _("Tracking"),
    Place.EXHIBIT: _("Exhibit"),
    Place.CAPTION: _("Caption"),
    Place.MESSAGE: _("Message"),
    Place.TIMELINE: _("Timeline"),
}
DATES_OF_ORDER: dict[str, Words] = {
    "placed": _("placed"),
    "paid": _("paid"),
    "shipped": _("shipped"),
    "delivered": _("delivered"),
    "opened": _("dispute opened"),
}

CUSTOMS_CAUSES: dict[str, Words] = {
    "": _("not known"),
    "buyer_not_clearing": _("The buyer does not clear the parcel"),
    "duty_unpaid": _("The duty is not paid"),
    "counterfeit": _("Suspected counterfeit"),
    "undervalued": _("Declared below its value"),
    "missing_invoice": _("The invoice is missing"),
    "missing_declaration": _("The declaration is missing"),
    "prohibited": _("Prohibited goods"),
    "destroyed": _("Destroyed by customs"),
}

# Why the PDF shows a slip in an exhibit's place, or a part of it only.
PROBLEMS: dict[str, Words] = {
    Problem.MISSING: _("The stored file is gone: the PDF will say so."),
    Problem.ALTERED: _("The stored file is not what was added: the PDF will say so."),
    Problem.ENCRYPTED: _("Locked with a password: the PDF will only name it. Add an unlocked copy."),
    Problem.DAMAGED: _("Damaged: the PDF will only name it. Add it anew."),
    Problem.REPAIRED: _("Damaged, and repaired where that was possible."),
    Problem.ACTIVE: _("It holds a program: the PDF shows its pages without it."),
    Problem.POLYGLOT: _("It can be read as two kinds of file: the PDF will only name it. Add a clean copy."),
    Problem.TOO_MANY_PIXELS: _("Too large a picture: the PDF will only name it. Add a smaller one."),
    Problem.TOO_MANY_PAGES: _("Too many pages: the PDF will only name it. Add the pages that count."),
    Problem.TOO_COMPLEX: _("Too complex: the PDF will only name it. Add a simpler copy."),
    Problem.TOO_COSTLY: _("It takes too much memory or time: the PDF will only name it. Add a simpler copy."),
    Problem.UNREADABLE: _("It cannot be read: the PDF will only name it. Add it anew."),
}
# The same of an exhibit that is left out: the PDF does not hold it, and does not name it either.
LEFT_OUT_PROBLEMS: dict[str, Words] = {
    Problem.MISSING: _("The stored file is gone. It is left out of the PDF."),
    Problem.ALTERED: _("The stored file is not what was added. It is left out of the PDF."),
    Problem.ENCRYPTED: _("Locked with a password, and left out of the PDF. Add an unlocked copy."),
    Problem.DAMAGED: _("Damaged, and left out of the PDF. Add it anew."),
    Problem.REPAIRED: _("Damaged in part, and left out of the PDF."),
    Problem.ACTIVE: _("It holds a program, and is left out of the PDF."),
    Problem.POLYGLOT: _("It can be read as two kinds of file, and is left out of the PDF. Add a clean copy."),
    Problem.TOO_MANY_PIXELS: _("Too large a picture, and left out of the PDF. Add a smaller one."),
    Problem.TOO_MANY_PAGES: _("Too many pages, and left out of the PDF. Add the pages that count."),
    Problem.TOO_COMPLEX: _("Too complex, and left out of the PDF. Add a simpler copy."),
    Problem.TOO_COSTLY: _("It takes too much memory or time, and is left out of the PDF. Add a simpler copy."),
    Problem.UNREADABLE: _("It cannot be read, and is left out of the PDF. Add it anew."),
}
# What was done to an exhibit for a version of the PDF.
HANDLINGS: dict[str, Words] = {
    Handling.LOSSLESS: _("as it came"),
    Handling.CONVERTED: _("as a JPEG of the same size"),
    Handling.RECOMPRESSED: _("made smaller"),
    Handling.RASTERISED: _("its pages as pictures"),
    Handling.SLIP: _("only named, with the reason"),
}
RECIPIENTS: dict[str, Words] = {
    "archive": _("our own record"),
    "aliexpress": _("AliExpress"),
    "paypal": _("PayPal"),
    "stripe": _("Stripe"),
    "shopify": _("Shopify Payments"),
    "mastercard": _("Mastercard, through the bank"),
    "amex": _("American Express, through the bank"),
    "discover": _("Discover and Diners, through the bank"),
    "revolut": _("Revolut"),
    "pdfa3": _("an archive that asks for PDF/A-3"),
}

REMEDIES: dict[str, Words] = {
    "reship": _("send the goods again"),
    "return": _("take the goods back"),
}
OUTCOMES: dict[str, Words] = {
    "won": _("Won: the claim is rejected"),
    "lost": _("Lost: the buyer gets what he asks for"),
    "settled": _("Settled: the buyer gets a part"),
}

OPTIONS: dict[str, Words] = {
    "refund_now": _("Refund now"),
    "partial": _("Refund a part"),
    "reship": _("Send the goods again"),
    "contest": _("Contest"),
}
TERMS: dict[str, Words] = {
    "claimed": _("the claim"),
    "offer": _("the offer"),
    "goods_cost": _("cost of the goods"),
    "loss_rate": _("chance to lose"),
    "freeze_exposure": _("turnover of a frozen store"),
}

STEPS: dict[str, Words] = {
    "promise_over": _("When the promised time ends"),
    "delivered": _("When the parcel is delivered"),
}

# The variables of a draft answer, where nobody knows their value yet.
FACTS: dict[str, Words] = {
    "carrier": _("carrier"),
    "claimed_amount": _("amount claimed"),
    "delivered_date": _("day of delivery"),
    "disruption": _("cause of the delay"),
    "item_titles": _("what was bought"),
    "order_date": _("day of the order"),
    "order_number": _("order number"),
    "ordered_quantity": _("number of pieces"),
    "promised_date": _("promised delivery"),
    "shipped_date": _("day of shipping"),
    "tracking_number": _("tracking number"),
}


def turn_of(state: str) -> Turn:
    """Who has to act in this state of a dispute."""
    return TURNS.get(state, Turn.NOBODYS)


def exhibit_name(kind: str) -> str:
    """What a kind of exhibit is called; an unknown one as it is."""
    return str(EXHIBITS.get(kind, kind.replace("_", " ")))


def step_words(step: str) -> str:
    """What would change the advice, such as "With: certificate of the carrier"."""
    head, _colon, kind = step.partition(":")
    if head == "exhibit":
        return _now("With this exhibit: %(exhibit)s") % {"exhibit": exhibit_name(kind)}
    return str(STEPS.get(step, step))
