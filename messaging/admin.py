"""The back office: own texts, their versions and the outbox, to read only; the desk changes and checks them."""

from django.contrib import admin

from messaging.models import Message, QuickReply, Template, TextVersion
from orders.admin import ReadOnlyAdmin


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin):
    """Stores' own texts as they are used."""

    list_display = ("purpose", "language", "store", "valid_until", "changed_at")
    list_select_related = ("store",)
    list_filter = ("language", "purpose")
    search_fields = ("subject", "body")


@admin.register(TextVersion)
class TextVersionAdmin(ReadOnlyAdmin):
    """Every version of a text that was kept."""

    list_display = ("purpose", "language", "store", "at", "user")
    list_select_related = ("store", "user")
    list_filter = ("language", "purpose")
    search_fields = ("subject", "body")


@admin.register(QuickReply)
class QuickReplyAdmin(ReadOnlyAdmin):
    """Stores' own quick replies."""

    list_display = ("code", "language", "title", "group", "store", "valid_until", "changed_at")
    list_select_related = ("store",)
    list_filter = ("language", "group")
    search_fields = ("code", "title", "text")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages as they are stored."""

    list_display = ("purpose", "order", "channel", "state", "send_after", "sent_at", "attempts", "reason")
    list_select_related = ("order",)
    list_filter = ("state", "channel", "purpose")
    search_fields = ("order__order_number", "to")
