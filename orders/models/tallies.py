"""Counts that only grow, kept by the workers for whoever watches the program."""

from django.db import models


class Tally(models.Model):
    """How often something has happened since the installation began: `name` is what, `label` in which way.

    A worker that dies may lose the counts of its last turn: they are for watching, nothing follows from them.
    """

    name = models.CharField(max_length=40)
    label = models.CharField(max_length=40, blank=True)
    total = models.FloatField(default=0)

    class Meta:
        verbose_name = "tally"
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["name", "label"], name="one_tally_per_label")]

    def __str__(self) -> str:
        return f"{self.name} {self.label}: {self.total}"
