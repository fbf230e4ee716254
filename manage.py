#!/usr/bin/env python
"""The command line of Prazo: every command of the contract starts here."""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # An import makes rows by the ten thousand, and next to none is garbage: to look through them took a tenth of it.
    gc.set_threshold(50_000, 20, 100)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(print(error, file=sys.stderr) or 2)  # noqa: T201  the settings that would set up logging are unusable
