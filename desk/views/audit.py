"""The audit page: who did what, from where."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import DeskRequest
from desk.selectors.audit import Filters, list_deeds
from orders.models import AuditKind
from orders.services.auditing import KEPT


@never_cache
@require_GET
@login_required
def show_audit(request: HttpRequest) -> HttpResponse:
    """The reader's own deeds, and those in the stores that are his."""
    filters = Filters(*(request.GET.get(name, "") for name in ("who", "kind", "before")))
    page = list_deeds(cast(DeskRequest, request).reader, filters)
    context = {"page": page, "filters": filters, "kinds": AuditKind.choices, "kept_days": KEPT.days}
    return render(request, "desk/audit.html", context)
