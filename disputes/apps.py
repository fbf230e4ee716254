"""Registers the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    """What do we do about it?"""

    name = "disputes"
    verbose_name = _("Disputes")
