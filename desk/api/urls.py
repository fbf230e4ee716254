"""The addresses under /api/; whatever is none of them is a problem, too."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from desk.api.application import api
from desk.api.pages import send_document, show_reference
from desk.api.problems import NOT_FOUND, write_problem


@csrf_exempt
def refuse_unknown(request: HttpRequest) -> HttpResponse:
    """There is no such address."""
    return write_problem(request, NOT_FOUND, f"there is no {request.path}: see /api/v1/openapi.json")


urlpatterns = [
    path("v1/openapi.json", send_document, name="api_document"),
    path("v1/docs", show_reference, name="api_reference"),
    path("v1/", api.urls),
    re_path(r"", refuse_unknown, name="api_unknown"),
]
