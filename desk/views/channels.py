"""Channels: the owner's page of where the team is told."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import DeskRequest, doer_of, own_store
from desk.address_words import untold_words
from desk.forms.channels import ChannelForm, initial_of
from desk.notice_words import HOW_TO
from desk.notices import sample_bulletin
from desk.selectors.channels import list_channels, offers
from messaging.bulletins import channel_limits
from messaging.channels import ChannelKind
from messaging.models import TeamChannel
from messaging.notifying import deliver
from messaging.services.team import (
    note_failure,
    note_success,
    remove_channel,
    retry_notices,
    save_channel,
    switch_channel,
    take_turn,
)
from orders.models import AuditKind, Store
from orders.services.auditing import note_deed


@never_cache
@require_GET
@login_required
def show_channels(request: HttpRequest) -> HttpResponse:
    """The channels of one of the reader's own stores."""
    reader = cast(DeskRequest, request).reader
    store = own_store(cast(DeskRequest, request), request.GET.get("store", ""))
    context = {"store": store, "stores": reader.own_stores, "cards": list_channels(store), "offers": offers()}
    return render(request, "desk/channels.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def add_channel(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """A new channel of a kind."""
    if kind not in set(ChannelKind):
        raise Http404
    store = own_store(cast(DeskRequest, request), slug)
    initial = {"language": get_language() or "en", "timezone": store.timezone, "tells_alarms": True}
    return _edit(request, store, kind, None, initial)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def change_channel(request: HttpRequest, pk: int) -> HttpResponse:
    """What a channel tells, and where."""
    channel = _channel(request, pk)
    return _edit(request, channel.store, channel.kind, channel, initial_of(channel))


def _edit(
    request: HttpRequest, store: Store, kind: str, channel: TeamChannel | None, initial: dict[str, Any]
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ChannelForm(data, store=store, kind=kind, channel=channel, initial=initial)
    if data is not None and form.is_valid():
        return _save(request, form)
    context = {"store": store, "kind": ChannelKind(kind), "how": HOW_TO[kind], "form": form, "channel": channel}
    return render(request, "desk/channels/form.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: ChannelForm) -> HttpResponse:
    given, is_new = form.cleaned_data, form.channel is None
    secret = given.get("secret", "")
    channel = save_channel(form.to_channel(), address=given["address"], secret=secret, now=timezone.now())
    note_deed(AuditKind.CHANNEL_SAVED, doer_of(request), now=timezone.now(), store=channel.store, row=channel.pk)
    if is_new and channel.kind == ChannelKind.WEBHOOK:
        return render(request, "desk/channels/secret.html", {"channel": channel, "secret": secret})
    messages.success(request, _("Saved. Send a test message now."))
    return _back(channel.store)


@require_POST
@login_required
def do_channel_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Send a test message, switch it on or off, tell again what was not taken, remove it."""
    channel = _channel(request, pk)
    if deed not in DEEDS:
        raise Http404
    return DEEDS[deed](request, channel) or _back(channel.store)


def _test(request: HttpRequest, channel: TeamChannel) -> None:
    """Say something now, and show what came back."""
    now = timezone.now()
    if take_turn(channel.pk, channel_limits(channel.kind).pause, now=now) is None:
        messages.warning(request, _("It is not its turn yet: try again in a moment."))
        return
    verdict = deliver(channel, sample_bulletin(channel, now=now), now=now)
    if verdict.is_taken:
        note_success(channel.pk, now=timezone.now())
        messages.success(request, _("%(name)s took it: %(said)s") % {"name": channel.name, "said": verdict.said})
    else:
        note_failure(channel.pk, verdict.said, now=timezone.now(), wait=verdict.wait)
        said = untold_words(verdict.said)
        messages.error(request, _("%(name)s did not take it: %(said)s") % {"name": channel.name, "said": said})


def _switch(request: HttpRequest, channel: TeamChannel) -> None:
    is_on = switch_channel(channel.pk, now=timezone.now()).is_on
    data = {"row": channel.pk, "on": is_on}
    note_deed(AuditKind.CHANNEL_SWITCHED, doer_of(request), now=timezone.now(), store=channel.store, **data)
    said = _("%(name)s is switched on.") if is_on else _("%(name)s is switched off: nothing is told there.")
    messages.success(request, said % {"name": channel.name})


def _retry(request: HttpRequest, channel: TeamChannel) -> None:
    count = retry_notices(channel, now=timezone.now())
    said = ngettext("%(n)d notice is told again.", "%(n)d notices are told again.", count) % {"n": count}
    messages.success(request, said)


def _remove(request: HttpRequest, channel: TeamChannel) -> HttpResponse | None:
    if not request.POST.get("confirmed"):
        return render(request, "desk/channels/remove.html", {"channel": channel, "store": channel.store})
    pk = channel.pk
    remove_channel(channel)
    note_deed(AuditKind.CHANNEL_REMOVED, doer_of(request), now=timezone.now(), store=channel.store, row=pk)
    messages.success(request, _("Removed."))
    return None


DEEDS = {"test": _test, "switch": _switch, "retry": _retry, "remove": _remove}


def _channel(request: HttpRequest, pk: int) -> TeamChannel:
    """A channel of one of the reader's own stores. Raises Http404 for any other."""
    own = [store.pk for store in cast(DeskRequest, request).reader.own_stores]
    rows = TeamChannel.objects.select_related("store", "person").filter(pk=pk, store__in=own)
    channel: TeamChannel | None = rows.first()
    if channel is None:
        raise Http404
    return channel


def _back(store: Store) -> HttpResponse:
    return redirect(f"{reverse('desk:channels')}?store={store.slug}")
