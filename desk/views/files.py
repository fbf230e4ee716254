"""Import: upload, look, assign columns, watch, and read what became of every row."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from desk.access import DeskRequest, doer_of, readable, workable
from desk.fault_words import fault_words
from desk.forms.files import FIELDS, MappingForm, UploadForm, guess_date_format
from desk.selectors.import_report import list_notes, sum_up
from desk.waking import wake_importer
from orders.importing.columns import CONTACTS, ORDERS, REVIEWS, TRACKING, Layout
from orders.importing.errors_file import write_errors
from orders.importing.files import UnusableFile
from orders.importing.previewing import Preview, preview
from orders.models import AuditKind, OrderFile
from orders.models.files import OrderFileState
from orders.records import RowError
from orders.services.auditing import note_deed
from orders.services.files import mark_unusable, queue_file, receive_file

LISTED = 30
SHOWN_ERRORS = 100
MEGABYTE = 1_000_000  # bytes, as the setting and the refusal of a larger file count
LAYOUTS = {
    OrderFile.Content.ORDERS: ORDERS,
    OrderFile.Content.TRACKING: TRACKING,
    OrderFile.Content.CONTACTS: CONTACTS,
    OrderFile.Content.REVIEWS: REVIEWS,
}
DATED = ("placed_at", "at", "created_at")  # what a file's dates stand under
ON_THE_WAY = {OrderFileState.QUEUED, OrderFileState.RUNNING}


@require_http_methods(["GET", "POST"])
@login_required
def show_import(request: HttpRequest) -> HttpResponse:
    """The upload, and the files of the past."""
    reader = cast(DeskRequest, request).reader
    asked = request.GET.get("content", "")
    initial = {"content": asked} if asked in OrderFile.Content.values else None
    form = UploadForm(request.POST or None, request.FILES or None, stores=reader.work_stores, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            file = _receive(request, form)
            return redirect("desk:file", file.pk)
        except UnusableFile as error:
            form.add_error("file", fault_words(str(error)))
    files = OrderFile.objects.for_member(reader.user).select_related("store", "user")[:LISTED]
    context = {
        "form": form,
        "files": files,
        "limit": number_format(Decimal(settings.IMPORT_MAX_BYTES * 10 // MEGABYTE) / 10),
        "layouts": [(content.label, layout) for content, layout in LAYOUTS.items()],
    }
    return render(request, "desk/import.html", context, status=422 if form.errors else 200)


def _receive(request: HttpRequest, form: UploadForm) -> OrderFile:
    given = form.cleaned_data
    user = cast(DeskRequest, request).user
    file = receive_file(given["store"], user, given["file"], content=given["content"], now=timezone.now())
    if error := look_at(file).error:
        mark_unusable(file.pk, error)
    return file


@dataclass(frozen=True)
class Look:
    """A file looked at: its beginning, or why it cannot be used at all."""

    preview: Preview | None
    error: str = ""


def look_at(file: OrderFile) -> Look:
    """The beginning of an uploaded file."""
    try:
        return Look(preview(Path(file.file.path), max_bytes=settings.IMPORT_MAX_BYTES, limit=10, layout=_layout(file)))
    except UnusableFile as error:
        return Look(None, str(error).replace(Path(file.file.path).name, file.name))


def _layout(file: OrderFile) -> Layout:
    return LAYOUTS[OrderFile.Content(file.content)]


def _mapping_form(file: OrderFile, look: Look, data: Any = None) -> MappingForm | None:
    if look.preview is None:
        return None
    return MappingForm(
        data,
        layout=_layout(file),
        header=look.preview.header,
        suggested=look.preview.suggested,
        initial={"timezone": file.timezone, "date_format": guess_date_format(_date_cells(look.preview))},
    )


def _date_cells(found: Preview) -> Iterator[str]:
    """The first cells of the column that holds the dates, where one is suggested."""
    header = next((name for field in DATED if (name := found.suggested.get(field))), None)
    if header in found.header:
        position = found.header.index(header)
        yield from (cells[position] for _number, cells in found.rows if position < len(cells))


@require_GET
@login_required
def show_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: the look before the import, its progress, or what became of it."""
    desk_request = cast(DeskRequest, request)
    file: OrderFile = readable(OrderFile.objects.select_related("store"), desk_request, pk=pk)
    if desk_request.htmx:
        is_over = file.state not in ON_THE_WAY
        return HttpResponseClientRefresh() if is_over else render(request, "desk/import/progress.html", {"file": file})
    look = look_at(file) if file.state in {OrderFileState.UPLOADED, OrderFileState.FAILED} else Look(None)
    return _show(desk_request, file, look, _mapping_form(file, look))


def _show(
    request: DeskRequest, file: OrderFile, look: Look, form: MappingForm | None, status: int = 200
) -> HttpResponse:
    context = {
        "file": file,
        "look": look,
        "form": form,
        "works": request.reader.works_in(file.store_id),
        "is_under_way": file.state in ON_THE_WAY,
        "missing": _missing(file, look.preview),
        "sums": sum_up(file.report),
        "notes": list_notes(file),
        "rejected": file.report.get("rejected", [])[:SHOWN_ERRORS],
        "now": timezone.now(),
    }
    return render(request, "desk/import/file.html", context, status=status)


def _missing(file: OrderFile, found: Preview | None) -> list[str]:
    """The fields that a file must have and for which no column of this one is even suggested."""
    required = _layout(file).required if found else ()
    return [f"{FIELDS.get(name, name)} ({name})" for name in required if found and name not in found.suggested]


@require_POST
@login_required
def start_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the file to the workers with the columns that the reader chose."""
    desk_request = cast(DeskRequest, request)
    file: OrderFile = workable(OrderFile.objects.select_related("store"), desk_request, pk=pk)
    look = look_at(file)
    form = _mapping_form(file, look, request.POST)
    if form is None or not form.is_valid():
        return _show(desk_request, file, look, form, status=422)
    try:
        zone = form.cleaned_data["timezone"] or file.timezone
        queue_file(file.pk, mapping=form.mapping(), timezone=zone, now=timezone.now())
    except ValueError as error:
        messages.error(request, fault_words(str(error)))
    else:
        wake_importer(file.pk)
    return redirect("desk:file", file.pk)


def _in_words(row: dict[str, Any]) -> RowError:
    return RowError(**row | {"error": fault_words(row["error"])})


@require_GET
@login_required
def download_errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The rejected rows, for a spreadsheet."""
    file: OrderFile = readable(OrderFile.objects.select_related("store"), cast(DeskRequest, request), pk=pk)
    out = BytesIO()
    write_errors(out, (_in_words(row) for row in file.report.get("rejected", [])))
    now = timezone.now()
    note_deed(AuditKind.EXPORTED, doer_of(request), now=now, store=file.store, what="errors", file=file.pk)
    headers = {"Content-Disposition": f'attachment; filename="errors-{file.pk}.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
