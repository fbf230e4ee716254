"""What a member of a store may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """An owner does everything, an agent works the orders, a viewer reads."""

    OWNER = "owner", _("Owner")
    AGENT = "agent", _("Agent")
    VIEWER = "viewer", _("Viewer")


class Tier(models.TextChoices):
    """Who answers first, and who is asked when that one cannot solve it."""

    FIRST_LINE = "first", _("First line")
    SPECIALIST = "specialist", _("Specialist")
