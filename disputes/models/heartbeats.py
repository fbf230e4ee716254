"""Signs of life of the program's parts."""

from django.db import models


class Heartbeat(models.Model):
    """When a part of the program last gave a sign of life (UTC): a page can say that it has stopped."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
