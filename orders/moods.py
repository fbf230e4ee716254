"""How a buyer feels about an order: who is upset comes first, and hears how it goes at fixed intervals (R12)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mood(models.TextChoices):
    """Calm says nothing; the others come before other work."""

    CALM = "", _("calm")
    UPSET = "upset", _("upset")
    FURIOUS = "furious", _("furious")


# How much sooner than others somebody looks: the higher, the sooner.
URGENCY = {Mood.CALM: 0, Mood.UPSET: 1, Mood.FURIOUS: 2}
