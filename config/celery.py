"""Celery carries wake-ups only: what is due is read from database rows, never from the broker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("prazo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
