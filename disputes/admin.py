"""The back office: what the team had to do, to read only."""

from django.contrib import admin

from disputes.models import ActionItem
from orders.admin import ReadOnlyAdmin


@admin.register(ActionItem)
class ActionItemAdmin(ReadOnlyAdmin):
    """Action items as they are stored."""

    list_display = ("kind", "order", "rule", "due_at", "state", "closed_by", "reason")
    list_select_related = ("order",)
    list_filter = ("state", "kind")
    search_fields = ("order__order_number",)
