"""The app's name."""

from django.apps import AppConfig


class Timing(AppConfig):
    """Rows that fall due."""

    name = "benchmarks.peers.timing"
    label = "timing"
