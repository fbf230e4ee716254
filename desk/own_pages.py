"""Work that has a page or a box of its own: Today leads there, and takes nobody's mere word that it is done."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.models import ActionItem, ActionKind

PAGES = {"case", "review"}
# On the order's page: the box, and what the link to it says.
BOXES: dict[str, tuple[str, str | Promise]] = {
    "chase": ("buyer-kept", _("To the buyer's question")),
    "call": ("calls", _("To the calls")),
    "promise": ("reply", _("Reply")),
}
PARCEL = ("tracking", _("To the parcel"))


def has_own_page(item: ActionItem) -> bool:
    """Whether it is done by a step elsewhere, with its next date, and not by a word on the card."""
    about = item.subject.partition(":")[0]
    return item.kind == ActionKind.REPLY_REVIEW or about in PAGES or bool(box_of(item)[0])


def box_of(item: ActionItem) -> tuple[str, str | Promise]:
    """The box of the order's page where it is done, and what leads there; empty for other work."""
    about = item.subject.partition(":")[0]
    if about == "tracking" and item.kind == ActionKind.REVIEW_MANUALLY:
        return PARCEL
    return BOXES.get(about, ("", ""))
