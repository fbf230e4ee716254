"""What a team learnt from a dispute that is over."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from disputes.causes import CauseGroup
from disputes.models.disputes import Dispute, DisputePart


class Lesson(models.Model):
    """The team's own words on one dispute: why it came about, and what to do next time; one each, which may change."""

    dispute = models.OneToOneField(Dispute, models.CASCADE, related_name="lesson", verbose_name=_("dispute"))
    cause = models.CharField(_("cause"), max_length=20, choices=CauseGroup.choices)
    text = models.CharField(_("lesson"), max_length=1000, blank=True)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=100, blank=True)  # the user's id, never a name

    objects = DisputePart.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def __str__(self) -> str:
        return f"{self.dispute}: {self.cause}"
