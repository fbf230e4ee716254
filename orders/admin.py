"""The back office: stores, people and roles to change; orders and what follows from them to read only."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from orders.models import AuditEntry, Membership, Milestone, Order, OrderFile, Store, TimelineEvent, User
from orders.policies import load_policy, policy_names
from orders.zones import known_zone

MOST_COUNTED = 10_000


class CappedPaginator(Paginator[Any]):
    """Counts no further than people page: a full count of a large table costs more than the page."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, up to the cap."""
        rows = self.object_list
        return rows[:MOST_COUNTED].count() if isinstance(rows, QuerySet) else len(rows)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """A table to look at: its rows change through the services alone."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class MembershipInline(admin.TabularInline[Any, Any]):
    """Who works in a store."""

    model = Membership
    fields = ("user", "role")
    extra = 1
    autocomplete_fields = ("user",)


class StoreForm(ModelForm[Store]):
    """A store whose pack exists."""

    def clean_timezone(self) -> str:
        """An IANA name."""
        name: str = self.cleaned_data["timezone"]
        if not known_zone(name):
            raise ValidationError(_("No IANA time zone: choose one such as Asia/Shanghai."))
        return name

    def clean_policy_name(self) -> str:
        """An installed pack, which stays what it is once there are orders."""
        name: str = self.cleaned_data["policy_name"]
        if name not in policy_names():
            raise ValidationError(_("No policy pack: choose one of %(names)s.") % {"names": ", ".join(policy_names())})
        if self.instance.pk and name != self.initial["policy_name"] and self.instance.orders.exists():
            raise ValidationError(_("The store has orders that were planned with its pack: make another store."))
        return name


@admin.register(Store)
class StoreAdmin(admin.ModelAdmin[Any]):
    """Stores, with their people and their own values of the rules."""

    form = StoreForm
    list_display = ("name", "slug", "policy_name", "timezone", "currency")
    search_fields = ("name", "slug")
    readonly_fields = ("policy_version", "policy_overrides")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("name", "slug", "timezone", "currency", "exchange_rates", "reply_email")}),
        (
            _("Rules"),
            {
                "fields": ("policy_name", "policy_version", "policy_overrides"),
                "description": _("Changed on the page Rules, which shows first what a change would move."),
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """A new store, and one that got another pack, begins with that pack's latest version."""
        if not change or "policy_name" in form.changed_data:
            obj.policy_version = load_policy(obj.policy_name).version
        super().save_model(request, obj, form, change)


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """People, named by their e-mail address."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff", "last_login")
    search_fields = ("email", "first_name", "last_name")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "language", "timezone")}),
        (_("Rights in the back office"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Any]):
    """Who may do what where."""

    fields = ("store", "user", "role")
    list_display = ("store", "user", "role")
    list_filter = ("role",)
    list_select_related = ("store", "user")
    autocomplete_fields = ("store", "user")
    search_fields = ("user__email", "store__name")


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Orders as they are stored."""

    list_display = ("order_number", "store", "state", "placed_at", "total", "currency")
    list_select_related = ("store",)
    list_filter = ("state",)
    search_fields = ("order_number",)


@admin.register(Milestone)
class MilestoneAdmin(ReadOnlyAdmin):
    """Dates as they are stored."""

    list_display = ("kind", "order", "rule", "due_at", "state", "attempts", "reason")
    list_select_related = ("order",)
    list_filter = ("state", "kind")
    search_fields = ("order__order_number",)


@admin.register(TimelineEvent)
class TimelineEventAdmin(ReadOnlyAdmin):
    """The append-only record."""

    list_display = ("order", "sequence", "kind", "type", "rule", "at", "recorded_at", "actor")
    list_select_related = ("order",)
    list_filter = ("kind",)
    search_fields = ("order__order_number",)


@admin.register(OrderFile)
class OrderFileAdmin(ReadOnlyAdmin):
    """Files as they were uploaded."""

    list_display = ("name", "store", "content", "state", "uploaded_at", "rows_done")
    list_select_related = ("store",)
    list_filter = ("state",)
    search_fields = ("name",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what; log-ins that failed for no account stand here alone."""

    list_display = ("at", "kind", "user_id", "store_id", "origin", "data")
    list_select_related = ("origin",)
    list_filter = ("kind",)
