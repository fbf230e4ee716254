"""The program's own settings, with the stock Django admin beside its pages."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.web.urls"
