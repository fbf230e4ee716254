"""The API's document for programs, and the same to read."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from desk.api.application import api
from desk.api.problems import KINDS

METHODS = ("get", "post", "patch", "put", "delete")


@cache
def write_document() -> str:
    """The OpenAPI document, with one spelling for one API: a copy of it stands in docs/api/openapi.json."""
    return json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, default=str) + "\n"


@require_safe
def send_document(_request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1; there is nothing secret in it."""
    return HttpResponse(write_document(), content_type="application/json")


@require_safe
def show_reference(request: HttpRequest) -> HttpResponse:
    """The document as a page."""
    document = json.loads(write_document())
    context = {
        "document": document,
        "operations": list(_operations(document)),
        "schemas": list(_schemas(document)),
        "problems": KINDS,
    }
    return render(request, "desk/api/reference.html", context)


def _schemas(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], list[tuple[str, Any]]]]:
    """Each shape with its keys, as pairs: one of them may be called `items`, which a template would take for more."""
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield name, schema, list(schema.get("properties", {}).items())


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"method": method.upper(), "path": path, **said}
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if method in METHODS
    ]
