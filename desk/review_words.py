"""What reviews are called on a page: states, steps, boxes, deeds, and the one thing that is to be done next."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from disputes.causes import CauseGroup
from disputes.malice import SignSource
from disputes.models import ActionItem, Review
from disputes.review_lifecycle import ReviewState
from disputes.services.review_readings import SENT_BACK
from disputes.services.review_steps import ReviewStep

Words = str | Promise

# How a state looks: the classes of a badge.
TONES: dict[str, str] = {
    ReviewState.RECEIVED: "warn",
    ReviewState.ANALYSED: "warn",
    ReviewState.CONTACTED: "info",
    ReviewState.SOLVED: "info",
    ReviewState.ASKED: "info",
    ReviewState.DECLINED: "bad",
    ReviewState.APPEALED: "info",
    ReviewState.CHANGED: "good",
    ReviewState.REPLIED: "good",
    ReviewState.REMOVED: "good",
}
# The sub-causes of each group: those that `disputes/review_words` finds, and more that only a person can tell.
DETAILS: dict[str, dict[str, Words]] = {
    CauseGroup.PRE_SALE: {
        "information": _("not as the page said"),
        "stock": _("sold though it was out of stock"),
        "freight": _("cost of the shipping"),
        "slow_reply": _("no timely answer before the sale"),
        "rude": _("cold, evasive or rude"),
    },
    CauseGroup.LOGISTICS: {
        "not_received": _("not received"),
        "slow": _("too slow"),
        "tracking": _("tracking does not move, or is not found"),
        "courier": _("the courier's manner"),
        "pickup": _("pick-up point"),
        "unpacking_refused": _("unpacking at the door refused"),
        "fee": _("the carrier asked for money"),
    },
    CauseGroup.GOODS: {
        "damaged": _("damaged"),
        "defective": _("does not work"),
        "quality": _("poor quality"),
        "different": _("different from the picture or description"),
        "counterfeit": _("not original"),
    },
    CauseGroup.SHIPPING: {
        "wrong_item": _("wrong item"),
        "missing_item": pgettext_lazy("cause", "something is missing"),
        "packing": _("packing"),
        "invoice": _("no invoice"),
        "late": _("left too late"),
    },
    CauseGroup.AFTER_SALE: {
        "no_answer": _("nobody answers"),
        "refund": _("wants the money back"),
        "exchange": _("wants an exchange"),
    },
}
# Facts of the order that speak for a cause, beside the buyer's words.
FACT_MARKS: dict[str, Words] = {
    "not_delivered": _("the parcel had not arrived when he wrote"),
    "after_promise": _("the parcel came after the promised day"),
}
SOURCES: dict[str, Words] = {
    SignSource.RECORDS: _("our own records"),
    SignSource.WORDS: _("the review's words"),
    SignSource.SAID: _("a person or the platform"),
}
# What is known of a reviewer (R11), by its name in the score.
FACTS: dict[str, Words] = {
    "second_account": _("A second account of the same person"),
    "silent_order": _("Ordered without ever writing"),
    "habitual": _("Leaves bad reviews habitually"),
    "competitor": _("A competitor, or sends readers to one"),
    "advert": _("An advertisement"),
}
KNOWN: dict[str, Words] = {"": _("let the records say"), "yes": _("yes"), "no": _("no")}
CHANNELS: dict[str, Words] = {
    "phone": _("phone"),
    "whatsapp": "WhatsApp",
    "platform": _("the platform's chat"),
    "email": _("e-mail"),
    "other": _("another way"),
}
# What was done, as the history tells it.
HISTORY: dict[str, Words] = {
    ReviewStep.ANALYSE: _("Cause found"),
    ReviewStep.CONTACT: _("Buyer contacted"),
    ReviewStep.SOLVE: _("The buyer accepts the solution"),
    ReviewStep.ASK: _("Asked whether he changes it"),
    ReviewStep.FOLLOW_UP: _("Came back to it once"),
    ReviewStep.DECLINE: _("The buyer does not change it"),
    ReviewStep.DRAFT: _("Public reply written"),
    ReviewStep.READ: _("Public reply read and approved"),
    ReviewStep.POST: _("Public reply posted"),
    ReviewStep.APPEAL: _("Handed to the platform"),
    ReviewStep.REMOVED: _("Removed by the platform"),
    ReviewStep.STANDS: _("The platform lets it stand"),
    ReviewStep.CHANGED: _("Changed by the buyer"),
    ReviewStep.LEAVE: _("Left as it is"),
    ReviewStep.TAKE_UP: _("Taken up again"),
    SENT_BACK: _("Public reply sent back to its writer"),
    "facts": _("Facts about the reviewer"),
    "handed": _("Given to somebody"),
    "dated": _("Next date set"),
    "told_again": _("The platform shows it differently"),
}


@dataclass(frozen=True)
class Step:
    """What is to be done next with a review, and where on its page; `is_ours` unless somebody else has to act."""

    words: Words
    place: str
    is_ours: bool = True


STEPS: dict[str, Step] = {
    ReviewState.RECEIVED: Step(_("Say what it is about"), "steps"),
    ReviewState.ANALYSED: Step(_("Call the buyer"), "steps"),
    ReviewState.CONTACTED: Step(_("Agree on a solution"), "steps"),
    ReviewState.SOLVED: Step(_("Ask whether the buyer changes it"), "steps"),
    ReviewState.ASKED: Step(_("Wait for the buyer, then say what came of it"), "steps", is_ours=False),
    ReviewState.DECLINED: Step(_("Write the public reply"), "answer"),
    ReviewState.APPEALED: Step(_("Wait for the platform, then say what it decided"), "malice", is_ours=False),
}
CHANGE_IT = Step(_("Write the reply anew: it was sent back"), "answer")
READ_IT = Step(_("Read the reply of a colleague"), "answer")
BEING_READ = Step(_("A second person reads your reply"), "answer", is_ours=False)
POST_IT = Step(_("Post the reply, and say so"), "answer")


def next_step(review: Review, *, is_writer: bool) -> Step | None:
    """The one next step for a person, who may have written the reply that waits; None where all is done."""
    if not review.is_open:
        return None
    if review.reply_text and review.reply_read_by:
        return POST_IT
    if review.reply_text and review.reply_read_at:
        return CHANGE_IT
    if review.reply_text:
        return BEING_READ if is_writer else READ_IT
    return STEPS[review.state]


def words_of_review(review: Review, item: ActionItem) -> str:
    """The review's next step as an item asks for it: as its holder, who may have written the reply, sees it."""
    step = next_step(review, is_writer=bool(review.reply_text) and review.reply_written_by == str(item.assignee_id))
    return gettext("%(what)s: %(which)s") % {"what": gettext("Review"), "which": step.words} if step else ""


def causes() -> list[tuple[str, Words, list[tuple[str, Words]]]]:
    """Every group of causes, what it is called, and its sub-causes with theirs."""
    return [(group.value, group.label, list(DETAILS.get(group, {}).items())) for group in CauseGroup]


def detail_words(detail: str) -> str:
    """What a sub-cause is called; an unknown one as it is."""
    return next((str(words[detail]) for words in DETAILS.values() if detail in words), detail.replace("_", " "))


# What the services say when a step is refused, for the translators; the services themselves speak English.
REFUSALS = (
    gettext_noop("find the cause first"),
    gettext_noop("contact the buyer first"),
    gettext_noop("ask only after the buyer fully accepts the solution, and only once: never push"),
    gettext_noop("come back to it once at most, after the buyer was asked: never push"),
    gettext_noop("find the cause first; once the buyer has refused, the reply is due"),
    gettext_noop("somebody else than its writer reads the reply, once it is written"),
    gettext_noop("a second person reads the reply before it is posted"),
    gettext_noop("it is over: take it up again first"),
    gettext_noop("say what should be written otherwise"),
    gettext_noop("no reply waits to be read: load the page again"),
    gettext_noop("somebody else than its writer reads the reply"),
    gettext_noop("say what was done for the buyer: without it nobody can tell that he accepts it"),
    gettext_noop("the reply was changed meanwhile: read it again"),
    gettext_noop("it was posted between the review and now: correct the time"),
    gettext_noop("the reply offers something for a review, which platforms forbid: take it out"),
    gettext_noop("say why nothing more is done about it"),
    gettext_noop("the next date lies in the past, or more than 90 days ahead: choose another one"),
    gettext_noop("its order came in just now: load the page again"),
    gettext_noop("its order is not known yet: import the order first, then ask for the appeal"),
)
NOT_NOW = "not possible now: "


def refusal_words(message: str) -> str:
    """A service's refusal in the reader's language, as a sentence; an unknown one as it is."""
    if message.startswith(NOT_NOW):
        return gettext("Not possible now: %(why)s.") % {"why": gettext(message.removeprefix(NOT_NOW))}
    said = gettext(message)
    return f"{said[:1].upper()}{said[1:]}."
