"""The row that every peer marks when its turn has come."""

from django.db import models
from django.db.models import Q


class Timer(models.Model):
    """A date, and whether what it stands for was done, with the database's own time."""

    due_at = models.DateTimeField()
    is_done = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(is_done=False), name="timer_due")]
