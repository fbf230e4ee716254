"""Registers the app and its system checks."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Orders, their facts, their timeline and their milestones."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Register the checks of every app: each keeps its own in `checks.py`."""
        autodiscover_modules("checks")
