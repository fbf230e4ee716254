"""The back office: what the team had to do and what became of parcels in need, to read only."""

from django.contrib import admin

from disputes.models import ActionItem, TrackingCase
from orders.admin import ReadOnlyAdmin


@admin.register(ActionItem)
class ActionItemAdmin(ReadOnlyAdmin):
    """Action items as they are stored."""

    list_display = ("kind", "order", "rule", "due_at", "state", "closed_by", "reason")
    list_select_related = ("order",)
    list_filter = ("state", "kind")
    search_fields = ("order__order_number",)


@admin.register(TrackingCase)
class TrackingCaseAdmin(ReadOnlyAdmin):
    """Tracking cases as they are stored."""

    list_display = ("order", "queue", "rule", "state", "opened_at", "next_at", "closed_at", "result", "responsible")
    list_select_related = ("order", "responsible")
    list_filter = ("queue", "state")
    search_fields = ("order__order_number",)
