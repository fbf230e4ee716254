"""What every page knows."""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.access import DeskRequest
from desk.selectors.alarms import sweep_stopped_at
from orders.models import User

DEMO_EMAIL = "alice@example.com"


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the menu: its address, its name, its icon, and the key that leads to it after `g`."""

    name: str
    label: str | Promise
    icon: str
    key: str = ""
    prefixes: tuple[str, ...] = ()


MAIN = [
    Place("today", _("Today"), "today", "t", ("/shift/", "/actions/")),
    Place("orders", _("Orders"), "orders", "o", ("/orders/",)),
    Place("tracking", _("Tracking"), "tracking", "p", ("/tracking", "/disruptions/", "/carriers/", "/chases/")),
    Place("disputes", _("Disputes"), "disputes", "d", ("/disputes/",)),
    Place("messages", _("Messages"), "messages", "m", ("/messages/",)),
]
SETUP = ("/setup/", "/people/", "/channels/", "/privacy/", "/rehearsals/", "/audit/")
MORE = [
    Place("cases", _("Cases"), "action", "c", ("/cases/", "/money/")),
    Place("reviews", _("Reviews"), "star", "v", ("/reviews/",)),
    Place("inbox", _("Inbox"), "mailbox", "n", ("/inbox/",)),
    Place("escalated", _("Specialists"), "user", "e", ("/escalated/",)),
    Place("incidents", _("Incidents"), "alert", "a", ("/incidents/",)),
    Place("import", _("Import"), "import", "i", ("/import/",)),
    Place("figures", _("Figures"), "figures", "f", ("/figures/",)),
    Place("texts", _("Texts"), "texts", "x", ("/texts/",)),
    Place("quick_replies", _("Quick replies"), "reply", "q", ("/quick-replies/",)),
    Place("rules", _("Rules"), "rules", "r", ("/rules/",)),
    Place("setup", _("Set-up"), "setup", "s", SETUP),
]


def desk(request: HttpRequest) -> dict[str, Any]:
    """The frame of every page: the menu with the present place, the demo's mailbox, the instant of the page."""
    reader = getattr(cast(DeskRequest, request), "reader", None)
    more = [*MORE, Place("mailbox", _("Mailbox"), "postbox", "b", ("/mailbox/",))] if settings.DEMO else MORE
    return {
        "menu": MAIN,
        "more": more,
        "here": _place(request.path),
        "reader": reader,
        "now": timezone.now(),
        "demo_login": _demo_login(),
        "is_first_run": _is_first_run,
        "sweep_stopped_at": _sweep_stopped_at,
    }


def _demo_login() -> tuple[str, str] | None:
    """What the demo printed, for those who closed the terminal."""
    password = os.environ.get("DEMO_PASSWORD", "")
    return (DEMO_EMAIL, password) if settings.DEMO and password else None


def _is_first_run() -> bool:
    """Whether nobody has an account yet; only the page that asks looks."""
    return not User.objects.exists()


def _sweep_stopped_at() -> datetime | None:
    """Only the frame of a page asks: what is changed in place costs nothing."""
    return sweep_stopped_at(timezone.now())


def _place(path: str) -> str:
    return next(
        (place.name for place in [*MAIN, *MORE] if path.startswith(place.prefixes)),
        "today" if path == "/" else "",
    )
