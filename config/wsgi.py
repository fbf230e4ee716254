"""The web process's entry point."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from config.stack import give_room
from config.warming import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

answer = get_wsgi_application()


@give_room
def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request."""
    return answer(environ, start_response)


warm_up()
