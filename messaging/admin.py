"""The back office: own texts to change; the outbox to read only."""

from typing import Any

from django.contrib import admin

from messaging.models import Message, Template
from orders.admin import ReadOnlyAdmin


@admin.register(Template)
class TemplateAdmin(admin.ModelAdmin[Any]):
    """Stores' own texts; the page of texts checks them while they are written."""

    list_display = ("purpose", "language", "store", "valid_until", "changed_at")
    list_select_related = ("store",)
    list_filter = ("language", "purpose")
    search_fields = ("subject", "body")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages as they are stored."""

    list_display = ("purpose", "order", "channel", "state", "send_after", "sent_at", "attempts", "reason")
    list_select_related = ("order",)
    list_filter = ("state", "channel", "purpose")
    search_fields = ("order__order_number", "to")
