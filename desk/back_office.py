"""The back office: Django's admin over our own tables, for superusers alone; what they change is written down."""

from collections.abc import Iterable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from desk.access import doer_of
from orders.models import AuditKind
from orders.services.auditing import note_deed

APPS = {"orders", "messaging", "disputes", "evidence"}


class Noted(admin.ModelAdmin[Any]):
    """Writes every change into the audit list, beside Django's own history of the row."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """A new row."""
        self._note(request, "added", obj.pk)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """A row changed; a password too."""
        self._note(request, "changed", obj.pk)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Rows deleted."""
        for row in queryset:
            self._note(request, "deleted", row.pk)
        return super().log_deletions(request, queryset)

    def _note(self, request: HttpRequest, how: str, pk: Any) -> None:
        data = {"how": how, "table": self.opts.label_lower, "row": pk}
        note_deed(AuditKind.BACK_OFFICE, doer_of(request), now=timezone.now(), **data)


class BackOffice(admin.AdminSite):
    """A log-in that goes the same way as everybody's; no table of a library, some of which hold secrets."""

    site_header = _("Prazo · back office")
    site_title = "Prazo"
    index_title = _("Back office")

    def has_permission(self, request: HttpRequest) -> bool:
        """Superusers of the team: the back office knows no stores, so whoever enters sees all of them."""
        return super().has_permission(request) and bool(getattr(request.user, "is_superuser", False))

    def register(
        self, model_or_iterable: Any, admin_class: type[admin.ModelAdmin[Any]] | None = None, **options: Any
    ) -> None:
        """Take our own tables in, each noted."""
        models: Iterable[type[Model]] = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        )
        ours = [model for model in models if model._meta.app_label in APPS]
        base = admin_class or admin.ModelAdmin
        super().register(ours, type(base.__name__, (Noted, base), {"__module__": base.__module__}), **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The log-in of everybody; who is in already and may not enter gets 403."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer
