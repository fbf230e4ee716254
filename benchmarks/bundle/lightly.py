"""What a bundle needs of Django, and no more: the workers that make bundles have the rest loaded long before."""

import os
from pathlib import Path

from django.apps import apps
from django.conf import settings

BASE_DIR = Path(__file__).resolve().parents[2]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "evidence" / "templates"],
        "OPTIONS": {"libraries": {"bundle": "evidence.templatetags.bundle"}},
    }
]


def set_up() -> None:
    """Settings for a process of the benchmark."""
    settings.configure(
        BASE_DIR=BASE_DIR,
        MEDIA_ROOT=Path(os.environ["BENCH_MEDIA"]),
        TEMPLATES=TEMPLATES,
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )
    apps.populate(())  # django.setup() would load the web as well
