"""Reviews of Maria's order, and what is done about them."""

from typing import Any

from disputes.causes import CauseGroup
from disputes.models import Review, ReviewSource
from disputes.reviewing import Received, receive_review
from disputes.services import review_steps as steps
from disputes.services.review_steps import Cause
from orders.models import Membership, Store, User
from orders.records import ReviewRecord
from orders.roles import Role
from tests.cast import at

NUMBER = "8012345678901234"
WRITTEN = "05-10 10:00"
ALICE, BOB = "1001", "1002"  # users' ids


def hired(store: Store) -> Store:
    """Alice and Bob work in the store under their fixed ids, on any database."""
    for pk in (ALICE, BOB):
        user = User.objects.create(pk=int(pk), email=f"{pk}@example.com")
        Membership.objects.create(store=store, user=user, role=Role.AGENT)
    return store


def record_of(stars: int = 1, text: str = "Não recebi o produto", **values: Any) -> ReviewRecord:
    """A bad review of Maria's, written on 10 May."""
    said = {"order_number": NUMBER, "created_at": at(values.pop("created_at", WRITTEN))} | values
    return ReviewRecord(stars=stars, text=text, **said)


def received(store: Store, record: ReviewRecord | None = None, *, now: str = "05-10 12:00") -> Received:
    """What became of it."""
    return receive_review(store.pk, record or record_of(), source=ReviewSource.FILE, now=at(now), actor="test")


def review_in(store: Store, record: ReviewRecord | None = None, *, now: str = "05-10 12:00") -> Review:
    """It came in."""
    return received(store, record, now=now).review


# --- steps ------------------------------------------------------------------------------------------------------------
def analysed(review: Review) -> Review:
    """Its cause is found, three hours after it was written."""
    cause = Cause(CauseGroup.LOGISTICS, "not_received")
    return steps.analyse(review.pk, cause, now=at("05-10 13:00"), actor=ALICE, next_at=at("05-11 10:00"))


def solved(review: Review) -> Review:
    """The buyer was called, and accepts what is done for her."""
    analysed(review)
    steps.contact(review.pk, now=at("05-11 10:00"), actor=ALICE, text="Called her.")
    return steps.solve(review.pk, now=at("05-11 11:00"), actor=ALICE, solution="Shipped again.")


def asked(review: Review) -> Review:
    """She was asked to change it."""
    solved(review)
    return steps.ask(review.pk, now=at("05-12 10:00"), actor=ALICE)


def replied(review: Review, *, now: str) -> Review:
    """The reply is written by Alice, read by Bob, and posted."""
    words = "Pedimos desculpas pela demora."
    steps.draft_reply(review.pk, words, now=at(now), actor=ALICE)
    steps.read_reply(review.pk, words, now=at(now), actor=BOB)
    return steps.post_reply(review.pk, now=at(now), actor=ALICE)
