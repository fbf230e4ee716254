"""Webhooks: the owner's pages of where other programs are told what happens."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import DeskRequest, doer_of, own_store
from desk.forms.webhooks import WebhookForm
from desk.selectors.webhooks import list_told, list_webhooks
from desk.webhook_words import error_words, trouble_words
from orders.delivering import deliver_now
from orders.models import DeliveryState, Store, Webhook, WebhookDelivery
from orders.services.outboxes import note_trouble
from orders.services.webhooks import (
    TooManyWebhooks,
    add_webhook,
    change_webhook,
    queue_test,
    remove_webhook,
    renew_secret,
    send_again,
    send_dead_again,
    switch_webhook,
)


@never_cache
@require_GET
@login_required
def show_webhooks(request: HttpRequest) -> HttpResponse:
    """The webhooks of one of the reader's own stores."""
    reader = cast(DeskRequest, request).reader
    store = own_store(cast(DeskRequest, request), request.GET.get("store", ""))
    context = {"store": store, "stores": reader.own_stores, "cards": list_webhooks(store, now=timezone.now())}
    return render(request, "desk/webhooks/list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def make_webhook(request: HttpRequest, slug: str) -> HttpResponse:
    """A new webhook; its secret is shown this once."""
    store = own_store(cast(DeskRequest, request), slug)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = add_webhook(store, **form.cleaned_data, doer=doer_of(request), now=timezone.now())
            return render(request, "desk/webhooks/secret.html", {"webhook": webhook, "secret": secret})
        except TooManyWebhooks:
            form.add_error(None, _("The store has as many webhooks as one may have: remove one first."))
    return _show_form(request, store, form, None)


def _show_form(request: HttpRequest, store: Store, form: WebhookForm, webhook: Webhook | None) -> HttpResponse:
    context = {"store": store, "form": form, "webhook": webhook}
    return render(request, "desk/webhooks/form.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def edit_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it tells, and what."""
    webhook = _webhook(request, pk)
    initial = {"name": webhook.name, "url": webhook.url, "event_types": webhook.event_types}
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_webhook(webhook, **form.cleaned_data, doer=doer_of(request), now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("desk:webhook", webhook.pk)
    return _show_form(request, webhook.store, form, webhook)


@never_cache
@require_GET
@login_required
def show_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """A webhook and what it was told within the last 30 days, newest first."""
    webhook = _webhook(request, pk)
    context = {
        "webhook": webhook,
        "store": webhook.store,
        "trouble": trouble_words(webhook, timezone.now()),
        "page": list_told(webhook, request.GET.get("after", "")),
    }
    return render(request, "desk/webhooks/show.html", context)


@never_cache
@require_POST
@login_required
def do_webhook_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Send a test, switch it on or off, tell again or note what was not taken, make another secret, remove it."""
    webhook = _webhook(request, pk)
    if deed not in DEEDS:
        raise Http404
    return DEEDS[deed](request, webhook) or redirect("desk:webhook", webhook.pk)


def _test(request: HttpRequest, webhook: Webhook) -> None:
    """Post something now, and show what came back."""
    if not webhook.is_on:
        messages.error(request, _("It is switched off."))
        return
    told = deliver_now(queue_test(webhook, now=timezone.now()), timezone.now)
    if told.state == DeliveryState.SENT:
        messages.success(request, _("It took the test: %(said)s") % {"said": told.answer})
    elif told.last_error:
        messages.error(request, _("It did not take the test: %(said)s") % {"said": error_words(told.last_error)})
    else:  # a worker was quicker
        messages.success(request, _("The test is on its way: look again in a moment."))


def _switch(request: HttpRequest, webhook: Webhook) -> None:
    is_on = switch_webhook(webhook, doer_of(request), now=timezone.now()).is_on
    said = _("Switched on.") if is_on else _("Switched off: what happens now is not told afterwards.")
    messages.success(request, said)


def _retry(request: HttpRequest, webhook: Webhook) -> None:
    count = send_dead_again(webhook, now=timezone.now())
    messages.success(
        request, ngettext("%(n)d event is sent again.", "%(n)d events are sent again.", count) % {"n": count}
    )


def _renew(request: HttpRequest, webhook: Webhook) -> HttpResponse:
    if not request.POST.get("confirmed"):
        return render(request, "desk/webhooks/renew.html", {"webhook": webhook, "store": webhook.store})
    secret = renew_secret(webhook, doer_of(request), now=timezone.now())
    return render(request, "desk/webhooks/secret.html", {"webhook": webhook, "secret": secret})


def _remove(request: HttpRequest, webhook: Webhook) -> HttpResponse:
    if not request.POST.get("confirmed"):
        return render(request, "desk/webhooks/remove.html", {"webhook": webhook, "store": webhook.store})
    remove_webhook(webhook, doer_of(request), now=timezone.now())
    messages.success(request, _("Removed."))
    return redirect(f"{reverse('desk:webhooks')}?store={webhook.store.slug}")


def _note(request: HttpRequest, webhook: Webhook) -> None:
    note_trouble(webhook, doer_of(request), now=timezone.now())
    messages.success(request, _("Noted. What is given up from now on is counted anew."))


DEEDS = {"test": _test, "switch": _switch, "retry": _retry, "note": _note, "secret": _renew, "remove": _remove}


@require_POST
@login_required
def repeat_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one event again, with the same id."""
    own = [store.pk for store in cast(DeskRequest, request).reader.own_stores]
    delivery = WebhookDelivery.objects.select_related("webhook").filter(pk=pk, store__in=own).first()
    if delivery is None:
        raise Http404
    if not delivery.webhook.is_on:
        messages.error(request, _("It is switched off."))
    elif send_again(delivery, now=timezone.now()):
        messages.success(request, _("It is sent again within a few seconds."))
    else:
        messages.warning(request, _("It is under way already."))
    return redirect("desk:webhook", delivery.webhook_id)


def _webhook(request: HttpRequest, pk: int) -> Webhook:
    """A webhook of one of the reader's own stores. Raises Http404 for any other."""
    own = [store.pk for store in cast(DeskRequest, request).reader.own_stores]
    webhook: Webhook | None = Webhook.objects.select_related("store").filter(pk=pk, store__in=own).first()
    if webhook is None:
        raise Http404
    return webhook
