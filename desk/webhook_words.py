"""What is wrong with a webhook, and what its owner does about it, in words."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.address_words import untold_words
from orders.models import OffReason, Webhook
from orders.services.outboxes import GivenUp
from orders.webhook_terms import webhook_terms


def trouble_words(webhook: Webhook, now: datetime) -> str:
    """What a person should know first; empty where all is well, or the owner switched it off himself."""
    if not webhook.is_on:
        return _off_words(webhook)
    told = webhook_terms().told
    said = []
    if webhook.failing_since and now - webhook.failing_since > told.failing:
        said.append(
            _("It takes nothing of what it is told. See what it answers, and mend it: we try again by ourselves.")
        )
    elif webhook.behind_since:
        said.append(_("It takes less than happens, and falls behind. Make the program answer faster."))
    if webhook.given_up_at and now - webhook.given_up_at <= told.given_up:
        said.append(given_up_words(webhook))
    return " ".join(said)


def _off_words(webhook: Webhook) -> str:
    match webhook.off_reason:
        case OffReason.GONE:
            return _("It answered that it is gone (410), so we switched it off. Mend the address, or remove it.")
        case OffReason.FAILING:
            return _(
                "It took nothing for days, so we switched it off. Mend the program, switch it on, and let it read "
                "what it missed through the API."
            )
    return ""


def given_up_words(webhook: Webhook) -> str:
    """How many events it was not told, and the way to them."""
    return ngettext(
        "%(n)d event was given up. Let the program read it through the API.",
        "%(n)d events were given up. Let the program read them through the API.",
        webhook.given_up,
    ) % {"n": webhook.given_up}


def error_words(error: str) -> str:
    """Why an event was not taken: ours in words, an answer as it came."""
    code, _colon, number = error.partition(": ")
    if code not in set(GivenUp) or not (number.isascii() and number.isdecimal()):
        return untold_words(error)
    n = int(number)
    if code == GivenUp.TOO_MANY_WAITED:
        return ngettext("given up: more than %(n)d waited", "given up: more than %(n)d waited", n) % {"n": n}
    if n % 24:
        return ngettext("given up: it waited over %(n)d hour", "given up: it waited over %(n)d hours", n) % {"n": n}
    n //= 24
    return ngettext("given up: it waited over %(n)d day", "given up: it waited over %(n)d days", n) % {"n": n}
