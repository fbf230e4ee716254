"""Celery's application: `celery -A benchmarks.peers.celery worker`."""

import os

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.settings")
app = Celery("peers")
app.config_from_object("django.conf:settings", namespace="CELERY")
django.setup()
app.autodiscover_tasks(["benchmarks.peers.timing"])
