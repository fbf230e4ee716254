"""What services post to us: checked and kept at the door, worked off by the workers."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.platform.terms import push_terms
from orders.providers.limits import push_limits
from orders.services.platform_pushes import PlatformReception, receive_platform_push
from orders.services.pushes import Reception, receive_push

ANSWERS = {Reception.KEPT: 200, Reception.NOBODY: 404, Reception.WRONG_SIGNATURE: 401}
PLATFORM_ANSWERS = {
    PlatformReception.KEPT: 200,
    PlatformReception.NOBODY: 404,
    PlatformReception.WRONG_SIGNATURE: 401,
    PlatformReception.TOO_OLD: 400,
}


@csrf_exempt
@never_cache
@require_POST
def take_17track_post(request: HttpRequest, token: str) -> HttpResponse:
    """A post of 17TRACK: it takes anything but 200 for a failure, and tries three times more within the hour."""
    most = push_limits().max_bytes
    body = request.read(most + 1)
    if len(body) > most:
        return HttpResponse("too large\n", status=413, content_type="text/plain")
    reception = receive_push(token, body, request.headers.get("sign", ""), now=timezone.now())
    return HttpResponse(f"{reception}\n", status=ANSWERS[reception], content_type="text/plain")


@csrf_exempt
@never_cache
@require_POST
def take_aliexpress_post(request: HttpRequest, token: str) -> HttpResponse:
    """A post of AliExpress, which waits half a second for its answer: it is kept here, and worked off later."""
    terms = push_terms()
    body = request.read(terms.max_bytes + 1)
    if len(body) > terms.max_bytes:
        return HttpResponse("too large\n", status=413, content_type="text/plain")
    sign = request.headers.get(terms.header, "")
    reception = receive_platform_push(token, body, sign, now=timezone.now())
    return HttpResponse(f"{reception}\n", status=PLATFORM_ANSWERS[reception], content_type="text/plain")
