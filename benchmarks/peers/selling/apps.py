"""The app's name."""

from django.apps import AppConfig


class Selling(AppConfig):
    """Orders with items and dates."""

    name = "benchmarks.peers.selling"
    label = "selling"
