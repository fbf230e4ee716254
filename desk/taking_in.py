"""Telling what came of the files that were taken in as exhibits: loudly, where one cannot be read."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evidence.models import Exhibit


def tell_taken_in(request: HttpRequest, exhibits: Sequence[Exhibit]) -> None:
    """How many are in, and a warning for each that proves nothing because it cannot be read."""
    readable = [exhibit for exhibit in exhibits if exhibit.is_readable]
    if readable:
        words = ngettext("%(n)d exhibit is in: it is frozen.", "%(n)d exhibits are in: they are frozen.", len(readable))
        messages.success(request, words % {"n": len(readable)})
    for exhibit in exhibits:
        warn_unreadable(request, exhibit)


def warn_unreadable(request: HttpRequest, exhibit: Exhibit) -> None:
    """Say that an exhibit cannot be read, and what that means; nothing where it can."""
    if exhibit.is_readable:
        return
    told = _(
        "%(name)s cannot be read. It is kept, but it proves nothing: it fills no slot and is left out of the PDF. "
        "Get a copy that opens, and add that."
    )
    messages.warning(request, told % {"name": exhibit.name or exhibit.sha256[:12]})
