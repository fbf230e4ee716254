"""A line of the team on an order's timeline, from the page of the order or of its dispute; it is in no bundle."""

from datetime import datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from desk.access import DeskRequest, actor_of
from desk.forms.disputes import NoteForm
from desk.row_ids import read_id
from desk.undoing import tell_undoable
from disputes.services.notes import take_back_note, write_note


def keep_note(request: HttpRequest, order_id: int, *, undo: str, now: datetime) -> None:
    """Keep the note of a form, and say so with a way back: the address `undo`."""
    form, actor = NoteForm(request.POST), actor_of(cast(DeskRequest, request))
    if not form.is_valid():
        messages.error(request, _("The note is empty."))
        return
    sequence = write_note(order_id, form.cleaned_data["text"], now=now, actor=actor)
    tell_undoable(request, _("The note is kept."), f"{undo}?sequence={sequence}")


def undo_note(request: HttpRequest, order_id: int, *, now: datetime) -> None:
    """Take back the note that the address names, if it was written just now."""
    sequence, actor = read_id(request.GET.get("sequence", "")) or 0, actor_of(cast(DeskRequest, request))
    if take_back_note(order_id, sequence, now=now, actor=actor):
        messages.success(request, _("Taken back."))
    else:
        messages.warning(request, _("This note cannot be taken back any more."))
