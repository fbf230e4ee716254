"""Registers the app, and its back office in place of Django's."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps  # the class itself would count as one of ours
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """What does the team see?"""

    default = True
    name = "desk"
    verbose_name = _("Desk")


class BackOfficeConfig(admin_apps.AdminConfig):
    """Django's admin with our own rules of who enters."""

    default = False
    default_site = "desk.back_office.BackOffice"
