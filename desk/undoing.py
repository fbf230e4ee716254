"""What was done can be taken back: the line that says so carries a button."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse


def tell_undoable(request: HttpRequest, text: str, undo: str) -> None:
    """Say on the next page what was done; `undo` is the address (with its query) to which the Undo button posts."""
    messages.success(request, text, extra_tags=undo)


def undo_address(deed: str, items: Mapping[int, object], **more: str) -> str:
    """Where the Undo button posts to for items of work: each item's id with what it had before."""
    pairs = ",".join(f"{pk}:{before}" for pk, before in items.items())
    return f"{reverse('desk:undo')}?{urlencode({'deed': deed, 'items': pairs, **more})}"
