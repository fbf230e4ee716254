"""`/metrics` for Prometheus: for whoever knows the token, and for nobody while there is none."""

import secrets

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from desk.selectors.metrics import exposition


@never_cache
@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """The metrics; 503 when the database does not answer."""
    if not settings.METRICS_TOKEN:
        raise Http404
    word, _space, given = request.headers.get("Authorization", "").partition(" ")
    if word.lower() != "bearer" or not secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return _refusal("send METRICS_TOKEN as a bearer token\n")
    try:
        return HttpResponse(exposition(timezone.now()), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")


def _refusal(words: str) -> HttpResponse:
    headers = {"WWW-Authenticate": "Bearer"}
    return HttpResponse(words, status=401, content_type="text/plain", headers=headers)
