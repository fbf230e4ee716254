"""The reader's own language and clock."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from desk.access import DeskRequest, Reader
from orders.models import User


class ReaderMiddleware:
    """Shows pages in the reader's language (else the browser's) and on his clock (else his first store's)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reader = cast(DeskRequest, request).reader = Reader(request.user)
        if isinstance(request.user, User):
            _speak(request, request.user.language)
            timezone.activate(reader.zone)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def _speak(request: HttpRequest, language: str) -> None:
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        request.LANGUAGE_CODE = language
