"""What services post to us: checked and kept at the door, worked off by the workers."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.providers.limits import push_limits
from orders.services.pushes import Reception, receive_push

ANSWERS = {Reception.KEPT: 200, Reception.NOBODY: 404, Reception.WRONG_SIGNATURE: 401}


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
