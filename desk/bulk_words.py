"""What deeds for many orders say: before they are done, and of the orders that they leave out."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.bulk_deeds import PLATFORM_OFF
from disputes.cancelling_deeds import NOT_ASKED, NOT_FROM_HERE
from disputes.models import BulkKind

Words = str | Promise

_ONLY_NOTED = _("The answers are noted here. Give them on the platform's page, too: it takes them from no program.")
# Said above the button that starts it.
BEFORE: dict[str, list[Words]] = {
    BulkKind.CANCEL: [
        _("The orders are called off, every date ahead of them is cancelled, and it stays."),
        _ONLY_NOTED,
    ],
    BulkKind.NO_CANCEL: [_("The orders go on, and are to be shipped."), _ONLY_NOTED],
}
REASONS: dict[str, Words] = {
    PLATFORM_OFF: _("AliExpress cannot be asked any more: see the store's page of AliExpress, or only note it here"),
    NOT_ASKED: _("no request to cancel waits for an answer"),
    NOT_FROM_HERE: _("only an order that has not shipped can be cancelled from here"),
}
