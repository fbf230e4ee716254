"""Registers the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """What can we prove?"""

    name = "evidence"
    verbose_name = _("Evidence")
