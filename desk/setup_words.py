"""What the set-up's codes are called on a page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.adopting import Fate

FATES: dict[str, str | Promise] = {
    Fate.LATER: _("later"),
    Fate.EARLIER: _("earlier"),
    Fate.APPEARS: _("a new date"),
    Fate.VANISHES: _("falls away"),
    Fate.MISSED: _("has passed: missed"),
}
