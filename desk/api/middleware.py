"""Under /api/ everything that goes wrong is a problem, also what goes wrong before a view is found."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from desk.api.problems import MEDIA_TYPE, kind_of_status, write_problem

PREFIX = "/api/"


class ApiProblemsMiddleware:
    """Says as a problem what Django or another middleware says as a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(PREFIX) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type") == MEDIA_TYPE:
            return response
        kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
        return write_problem(request, kind_of_status(response.status_code), headers=kept)
