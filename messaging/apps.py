"""Registers the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """What do we say, to whom, and when?"""

    name = "messaging"
    verbose_name = _("Messaging")
