"""Wiring: settings, Celery, URLs. Nothing of the trade lives here."""

import gc

from config.celery import app as celery_app

__all__ = ["celery_app"]

# An import makes rows by the ten thousand, and next to none is garbage: to look through them took a tenth of it.
# Of the start of every program it was a third.
gc.set_threshold(50_000, 20, 100)
