"""Disputes and the bundles of their evidence; what happens to a dispute is recorded on its order."""

from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import FileResponse
from django.utils import timezone
from ninja import Field, Query, Router

from desk.access import doer_of
from desk.api.claim_shapes import BundlePage, DisputeDetail, DisputePage
from desk.api.cursors import PageQuery, cut_page
from desk.api.finding import row_of, rows_of
from desk.api.guarding import ApiRequest, Bearer
from desk.api.problems import NOT_FOUND, Problem
from desk.api.values import RowId
from desk.selectors.dispute_bundles import file_name, find_file
from disputes.lifecycle import DisputeState
from disputes.models import Dispute
from evidence.models import Bundle
from orders.models import ApiScope, AuditKind, Milestone
from orders.services.auditing import note_deed

router = Router(tags=["disputes"])
READS = Bearer(ApiScope.DISPUTES_READ)
FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


class DisputeQuery(PageQuery):
    """Which disputes."""

    state: DisputeState | None = None
    order_id: RowId | None = None
    is_open: bool | None = None


@router.get("/disputes", auth=READS, response=DisputePage, summary="List disputes")
def list_disputes(request: ApiRequest, asked: Query[DisputeQuery]) -> Any:
    """The store's disputes, newest first."""
    wanted = {"state": asked.state, "order_id": asked.order_id, "closed_at__isnull": asked.is_open}
    rows = rows_of(request, Dispute.objects.select_related("order"))
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return cut_page(rows, ("-opened_at", "-id"), asked)


@router.get("/disputes/{dispute_id}", auth=READS, response=DisputeDetail, summary="Show a dispute")
def show_dispute(request: ApiRequest, dispute_id: RowId) -> Any:
    """A dispute with what the rules advise, what was offered, and its dates."""
    dispute = row_of(request, Dispute.objects.select_related("order"), dispute_id)
    prefetch_related_objects([dispute], "advice", "offers")
    dispute.deadlines = list(Milestone.objects.filter(order=dispute.order_id, subject=dispute.subject))
    return dispute


class BundleQuery(PageQuery):
    """Which bundles."""

    dispute_id: RowId | None = None


@router.get("/bundles", auth=READS, response=BundlePage, summary="List bundles")
def list_bundles(request: ApiRequest, asked: Query[BundleQuery]) -> Any:
    """The versions of disputes' evidence, newest first."""
    rows = rows_of(request, Bundle.objects.all())
    rows = rows.filter(dispute=asked.dispute_id) if asked.dispute_id else rows
    return cut_page(rows, ("-id",), asked)


@router.get(
    "/bundles/{bundle_id}/files/{number}",
    auth=READS,
    summary="Download a file of a bundle",
    openapi_extra={"responses": {200: {"content": FILE}}},
)
def download_bundle(
    request: ApiRequest, bundle_id: RowId, number: Annotated[int, Field(ge=1, le=1000)]
) -> FileResponse:
    """A file of a finished bundle: the first is the document itself. The audit list notes it."""
    bundle = row_of(request, Bundle.objects.select_related("dispute__order__store"), bundle_id)
    file = find_file(bundle, number)
    if file is None or not (path := Path(settings.MEDIA_ROOT) / file["file"]).exists():
        raise Problem(NOT_FOUND, "the bundle is not ready, or has no file of this number")
    deed = {"what": "bundle", "bundle": bundle.pk, "token": request.token.pk}
    note_deed(AuditKind.EXPORTED, doer_of(request), now=timezone.now(), store=bundle.dispute.order.store, **deed)
    kind = guess_type(path.name)[0] or "application/octet-stream"
    return FileResponse(path.open("rb"), as_attachment=True, filename=file_name(bundle, file), content_type=kind)
