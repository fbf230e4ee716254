"""Django's settings for the peers: the same PostgreSQL server and Redis, another database."""

import os

SECRET_KEY = "peers"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "import_export",
    "django_celery_beat",
    "django_q",
    "procrastinate.contrib.django",
    "benchmarks.peers.timing.apps.Timing",
    "benchmarks.peers.selling.apps.Selling",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("PEERS_HOST", ""),
        "NAME": os.environ.get("PEERS_NAME", ""),
        "USER": "postgres",
        "CONN_MAX_AGE": None,
    }
}
LOGGING = {"version": 1, "root": {"level": "ERROR"}}

REDIS_SOCKET = os.environ.get("PEERS_REDIS", "")
CELERY_BROKER_URL = f"redis+socket://{REDIS_SOCKET}"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"

Q_CLUSTER = {
    "name": "peers",
    "workers": 2,
    "timeout": 60,
    "retry": 90,
    "save_limit": -1,  # results are nobody's business here: the row itself is marked
    "catch_up": False,
    "redis": f"unix://{REDIS_SOCKET}",
}

EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ.get("PEERS_MAIL_PORT") or 25)
