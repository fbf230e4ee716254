#!/usr/bin/env python
"""The command line of Prazo: every command of the contract starts here."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(print(error, file=sys.stderr) or 2)  # noqa: T201  the settings that would set up logging are unusable
