"""Every address × every person: who may look, who may change, and that a new address needs its line here."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from disputes.models import ActionKind, AfterSaleCase, BulkRun, Dispute, PolicyChange, Rehearsal, TrackingCase
from disputes.platform_commands import queue_command
from disputes.replying import Draft as ReplyDraft
from disputes.replying import send_reply
from disputes.services.disruptions import Draft
from evidence.services.notices import record_with_notice
from messaging.models import Channel, InboundAttachment, InboundMessage, Message, MessageState, TeamChannel
from messaging.models.mailboxes import Security
from messaging.rendering import Text
from messaging.services.mailboxes import MailboxSettings, save_mailbox
from messaging.services.team import save_channel
from messaging.services.texts import save_text
from messaging.vocabulary import Language, Purpose
from orders.models import ApiScope, Order, OrderFile, PlatformIssue, Snapshot, Store, User
from orders.models.platforms import CommandKind
from orders.providers.interface import ProviderName
from orders.services.api_tokens import make_token
from orders.services.auditing import Doer
from orders.services.feeds import make_feed
from orders.services.log_in_links import make_log_in_link
from orders.services.platform_accounts import save_app
from orders.services.saved_views import save_view
from orders.services.tracking_accounts import save_account
from orders.services.webhooks import add_webhook, queue_test
from tests.cast import happens, tracking
from tests.desk.after_sale import money_row, numbered_case
from tests.desk.conftest import PEOPLE, Enter, open_item
from tests.desk.disputing import ago, disputed, filed_exhibit, order_underway, picture, read_whole, ready_bundle, upload
from tests.desk.peopling import buyer_arguments
from tests.desk.reviewing import ready_appeal, reviewed
from tests.evidence.files import paper

# Address → its arguments, the method, and what owner, agent, viewer, another store's owner and a stranger get.
# A stranger who is asked to log in gets 302, whom nothing is shown gets 404.
TABLE: dict[str, tuple[str, str]] = {
    # name: (method, answers)
    "today": ("get", "200 200 200 200 302"),
    "action": ("post", "302 302 404 404 302"),
    "assign": ("get", "200 200 404 404 302"),
    "snooze": ("get", "200 200 404 404 302"),
    "wake": ("post", "302 302 404 404 302"),
    "hand_many": ("post", "400 400 400 400 302"),
    "undo": ("post", "400 400 400 400 302"),
    "escalate": ("get", "200 200 404 404 302"),
    "escalate_dispute": ("get", "200 200 404 404 302"),
    "escalate_case": ("get", "200 200 404 404 302"),
    "escalated": ("get", "200 200 200 200 302"),
    "escalation_deed": ("post", "302 302 404 404 302"),
    "buyer": ("get", "200 200 200 404 302"),
    "keep_agent": ("post", "302 302 404 404 302"),
    "mood": ("post", "302 302 404 404 302"),
    "add_call": ("get", "200 200 404 404 302"),
    "chases": ("get", "200 200 200 200 302"),
    "chase_order": ("post", "302 302 404 404 302"),
    "chase_deed": ("post", "302 302 404 404 302"),
    "incidents": ("get", "200 200 200 200 302"),
    "incident": ("get", "200 200 200 404 302"),
    "incident_deed": ("post", "302 302 404 404 302"),
    "incident_order_deed": ("post", "302 302 404 404 302"),
    "approve_wording": ("post", "302 302 404 404 302"),
    "set_line": ("post", "302 404 404 404 302"),
    "set_absence": ("post", "302 302 404 404 302"),
    "shift": ("get", "200 200 200 200 302"),
    "orders": ("get", "200 200 200 200 302"),
    "orders_count": ("get", "200 200 200 200 302"),
    "orders_file": ("get", "200 200 200 200 302"),
    "bulk_runs": ("get", "200 200 200 200 302"),
    "bulk_preview": ("post", "302 302 404 302 302"),
    "start_bulk": ("post", "302 302 404 302 302"),
    "bulk_run": ("get", "200 200 200 404 302"),
    "cancel_bulk": ("post", "302 302 404 404 302"),
    "undo_bulk": ("post", "302 302 404 404 302"),
    "keep_view": ("post", "302 302 302 302 302"),
    "rename_view": ("post", "302 404 404 404 302"),
    "remove_view": ("post", "302 404 404 404 302"),
    "restore_view": ("post", "302 404 404 404 302"),
    "order": ("get", "200 200 200 404 302"),
    "check": ("get", "200 200 200 404 302"),
    "command": ("post", "302 302 404 404 302"),
    "fact": ("post", "302 302 404 404 302"),
    "order_note": ("post", "302 302 404 404 302"),
    "take_back_order_note": ("post", "302 302 404 404 302"),
    "boleto": ("post", "200 200 200 404 302"),
    "open_dispute": ("get", "200 200 404 404 302"),
    "look": ("get", "200 200 404 404 302"),
    "parcel_number": ("get", "200 200 404 404 302"),
    "tell_buyer": ("post", "302 302 404 404 302"),
    "tracking": ("get", "200 200 200 200 302"),
    "find_parcel": ("get", "302 302 302 302 302"),
    "unknown_words": ("get", "200 200 200 200 302"),
    "tracking_reading": ("get", "200 200 200 200 302"),
    "case_step": ("post", "302 302 404 404 302"),
    "cases": ("get", "200 200 200 200 302"),
    "case": ("get", "200 200 200 404 302"),
    "open_case": ("get", "200 200 404 404 302"),
    "case_take": ("post", "422 422 404 404 302"),
    "case_exhibits": ("post", "422 422 404 404 302"),
    "plan_case": ("post", "302 302 404 404 302"),
    "case_deed": ("post", "422 422 404 404 302"),
    "book_money": ("post", "302 302 404 404 302"),
    "money_deed": ("post", "302 302 404 404 302"),
    "money": ("get", "200 200 200 200 302"),
    "money_file": ("get", "200 200 200 200 302"),
    "disputes": ("get", "200 200 200 200 302"),
    "dispute": ("get", "200 200 200 404 302"),
    "dispute_event": ("post", "302 302 404 404 302"),
    "dispute_note": ("post", "302 302 404 404 302"),
    "dispute_dates": ("get", "200 200 404 404 302"),
    "take_back_note": ("post", "302 302 404 404 302"),
    "lesson": ("post", "422 422 404 404 302"),
    "add_exhibits": ("post", "422 422 404 404 302"),
    "change_exhibit": ("post", "302 302 404 404 302"),
    "doubts": ("get", "200 200 200 404 302"),
    "ask_for_bundle": ("post", "302 302 404 404 302"),
    "exhibit": ("get", "200 200 200 404 302"),
    "thumbnail": ("get", "200 200 200 404 302"),
    "bundle": ("get", "302 302 302 404 302"),
    "bundle_file": ("get", "200 200 200 404 302"),
    "bundle_part": ("get", "200 200 200 404 302"),
    "bundle_page": ("get", "200 200 200 404 302"),
    "submit_bundle": ("post", "200 200 404 404 302"),
    "disruptions": ("get", "200 200 200 200 302"),
    "foresee": ("post", "200 200 200 200 302"),
    "disruption": ("get", "200 200 200 404 302"),
    "change_disruption": ("post", "302 302 404 404 302"),
    "notice": ("get", "200 200 200 404 302"),
    "carriers": ("get", "200 200 200 200 302"),
    "carriers_file": ("get", "200 200 200 200 302"),
    "figures": ("get", "200 200 200 200 302"),
    "count_figures": ("post", "302 302 302 302 302"),
    "figures_file": ("get", "200 200 200 200 302"),
    "snapshot": ("get", "200 200 200 404 302"),
    "send_reply": ("post", "422 422 404 404 302"),
    "reply_check": ("post", "200 200 404 404 302"),
    "paste": ("post", "422 422 404 404 302"),
    "take_back": ("post", "200 200 404 404 302"),
    "inbox": ("get", "200 200 200 200 302"),
    "inbox_paste": ("post", "422 422 404 422 302"),
    "assign_inbound": ("post", "302 302 404 404 302"),
    "dismiss_inbound": ("post", "302 302 404 404 302"),
    "bring_back_inbound": ("post", "302 302 404 404 302"),
    "inbound_mail": ("get", "200 200 200 404 302"),
    "inbound_file": ("get", "200 200 200 404 302"),
    "inbound_exhibit": ("post", "404 404 404 404 302"),
    "mailboxes": ("get", "200 404 404 200 302"),
    "save_mailbox": ("post", "422 404 404 404 302"),
    "mailbox_deed": ("post", "302 404 404 404 302"),
    "reviews": ("get", "200 200 200 200 302"),
    "reviews_file": ("get", "200 200 200 200 302"),
    "review_causes": ("get", "200 200 200 200 302"),
    "review_causes_file": ("get", "200 200 200 200 302"),
    "paste_review": ("post", "422 422 404 422 302"),
    "review_many": ("post", "400 400 400 400 302"),
    "undo_reviews": ("post", "302 302 302 302 302"),
    "review": ("get", "200 200 200 404 302"),
    "review_check": ("post", "200 200 404 404 302"),
    "review_deed": ("post", "422 422 404 404 302"),
    "ask_for_appeal": ("post", "302 302 404 404 302"),
    "appeal": ("get", "302 302 302 404 302"),
    "appeal_file": ("get", "200 200 200 404 302"),
    "messages": ("get", "200 200 200 200 302"),
    "proof": ("get", "200 200 200 404 302"),
    "sent": ("post", "302 302 404 404 302"),
    "run": ("get", "200 200 200 200 302"),
    "mail_instead": ("get", "200 200 200 200 302"),
    "run_step": ("post", "302 302 404 404 302"),
    "retry": ("post", "302 302 404 404 302"),
    "import": ("get", "200 200 200 200 302"),
    "file": ("get", "200 200 200 404 302"),
    "start": ("post", "422 422 404 404 302"),
    "errors": ("get", "200 200 200 404 302"),
    "texts": ("get", "200 200 200 200 302"),
    "text": ("get", "200 200 200 404 302"),
    "reset": ("post", "302 302 404 404 302"),
    "text_restore": ("post", "302 302 404 404 302"),
    "text_undo": ("post", "302 302 404 404 302"),
    "text_languages": ("post", "302 404 404 404 302"),
    "purpose_on": ("post", "302 404 404 404 302"),
    "purpose_off": ("get", "200 404 404 404 302"),
    "quick_replies": ("get", "200 200 200 200 302"),
    "reply_choices": ("get", "200 200 200 404 302"),
    "add_reply": ("get", "200 200 404 404 302"),
    "reply": ("get", "200 200 200 404 302"),
    "use_reply": ("post", "204 204 404 404 302"),
    "remove_reply": ("post", "302 302 404 404 302"),
    "restore_reply": ("post", "302 302 404 404 302"),
    "reset_reply": ("post", "302 302 404 404 302"),
    "rules": ("get", "200 200 200 200 302"),
    "edit_rules": ("get", "200 404 404 200 302"),
    "rule_change": ("get", "200 404 404 404 302"),
    "rule_change_deed": ("post", "302 404 404 404 302"),
    "rehearsals": ("get", "200 200 200 200 302"),
    "rehearsal": ("get", "200 200 200 404 302"),
    "stop_rehearsal": ("post", "302 302 404 404 302"),
    "rehearsal_errors": ("get", "200 200 200 404 302"),
    "setup": ("get", "200 200 200 200 302"),
    "working_days": ("get", "200 200 200 200 302"),
    "make_store": ("get", "200 404 404 200 302"),
    "store": ("get", "200 404 404 404 302"),
    "tracking_accounts": ("get", "200 404 404 200 302"),
    "tracking_account": ("post", "302 404 404 404 302"),
    "tracking_account_deed": ("post", "302 404 404 404 302"),
    "platform": ("get", "200 404 404 200 302"),
    "platform_back": ("get", "302 302 302 302 302"),
    "save_platform": ("post", "422 404 404 404 302"),
    "platform_deed": ("post", "302 404 404 404 302"),
    "platform_command": ("post", "302 302 404 404 302"),
    "post_review_reply": ("post", "302 302 404 404 302"),
    "answer_issue": ("post", "302 302 404 404 302"),
    "webhook_aliexpress": ("post", "401 401 401 401 401"),
    "channels": ("get", "200 404 404 200 302"),
    "add_channel": ("get", "200 404 404 404 302"),
    "channel": ("get", "200 404 404 404 302"),
    "channel_deed": ("post", "302 404 404 404 302"),
    "api_tokens": ("get", "200 404 404 200 302"),
    "revoke_api_token": ("post", "200 404 404 404 302"),
    "webhooks": ("get", "200 404 404 200 302"),
    "make_webhook": ("get", "200 404 404 404 302"),
    "webhook": ("get", "200 404 404 404 302"),
    "edit_webhook": ("get", "200 404 404 404 302"),
    "webhook_deed": ("post", "302 404 404 404 302"),
    "repeat_delivery": ("post", "302 404 404 404 302"),
    "webhook_17track": ("post", "401 401 401 401 401"),
    "privacy": ("get", "200 404 404 200 302"),
    "retention": ("post", "302 404 404 404 302"),
    "find_buyer": ("post", "422 404 404 404 302"),
    "buyer_data": ("get", "200 404 404 404 302"),
    "export_buyer": ("post", "200 404 404 404 302"),
    "hold_buyer": ("post", "302 404 404 404 302"),
    "erase_buyer": ("post", "422 404 404 404 302"),
    "preferences": ("get", "200 200 200 200 302"),
    "calendars": ("get", "200 200 200 200 302"),
    "revoke_calendar": ("post", "302 404 404 404 302"),
    "calendar_file": ("get", "200 200 200 200 200"),
    "end_session": ("post", "302 404 404 404 302"),
    "people": ("get", "200 404 404 200 302"),
    "set_role": ("post", "302 404 404 404 302"),
    "take_out": ("post", "200 404 404 404 302"),
    "hand_link": ("post", "200 404 404 404 302"),
    "audit": ("get", "200 200 200 200 302"),
    "mailbox": ("get", "200 200 200 200 302"),
    "mail": ("get", "404 404 404 404 302"),
    "log_in_once": ("get", "404 200 200 200 200"),
    "health": ("get", "200 200 200 200 200"),
    "readiness": ("get", "503 503 503 503 503"),
    "metrics": ("get", "404 404 404 404 404"),
    "healthz": ("get", "200 200 200 200 200"),
    "readyz": ("get", "503 503 503 503 503"),
}
# Her own log-in has made Alice's link void.
# What everybody may see: the doors.
OPEN_DOORS = {"account_login", "account_signup", "account_inactive", "account_reset_password", "set_language"}
OPEN_DOORS |= {"account_reset_password_done", "account_reset_password_from_key", "account_confirm_email"}
OPEN_DOORS |= {"api_document", "api_reference"}
OPEN_DOORS |= {"account_reset_password_from_key_done", "account_email_verification_sent"}


def walk(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}", pattern


def desk_names() -> set[str]:
    found = walk(get_resolver().url_patterns)
    return {name.removeprefix("desk:") for name, _pattern in found if name.startswith("desk:")}


def dispute_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """What stands in the addresses of a dispute of another order: an exhibit and a bundle."""
    order = order_underway(store, number="8012345678904321")
    case = disputed(order)
    proof = filed_exhibit(case, picture("JPEG"))
    made = ready_bundle(case, paper())
    dispute, exhibit, bundle = {"pk": case.pk}, {"pk": proof.pk}, {"pk": made.pk}
    return {
        "open_dispute": {"pk": order.pk},
        "dispute": dispute, "dispute_event": dispute | {"kind": "dispute_withdrawn"}, "dispute_note": dispute,
        "dispute_dates": dispute,
        "take_back_note": dispute, "lesson": dispute,
        "doubts": dispute,
        "add_exhibits": dispute, "change_exhibit": dispute | {"exhibit_pk": proof.pk}, "ask_for_bundle": dispute,
        "exhibit": exhibit, "thumbnail": exhibit,
        "bundle": bundle, "bundle_file": bundle, "submit_bundle": bundle, "bundle_part": bundle | {"number": 1},
        "bundle_page": bundle | {"number": 1, "page": 1},
    }  # fmt: skip


def case_arguments(case: AfterSaleCase) -> dict[str, dict[str, Any]]:
    """What stands in the addresses of an after-sale case, and of a line of its ledger."""
    mine = {"pk": case.pk}
    return {
        **dict.fromkeys(("case", "escalate_case", "case_exhibits", "plan_case", "book_money"), mine),
        "open_case": {"pk": case.order_id},
        "case_take": mine | {"name": "approve"},
        "case_deed": mine | {"deed": "agree"},
        "money_deed": {"pk": money_row(case.order, case=case).pk, "deed": "pay"},
    }


def disruption_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """A disruption with its notice."""
    now = timezone.now()
    notice = upload(picture("PNG"), "notice.png")
    made = record_with_notice(store, Draft("strike", now, region="SP"), notice, now=now, actor="1")
    return {name: {"pk": made.pk} for name in ("disruption", "change_disruption", "notice")}


def account_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """What stands in the addresses of an account at a tracking service."""
    account = save_account(store, ProviderName.SEVENTEEN_TRACK, key="key")
    address = {"slug": store.slug, "provider": account.provider}
    return {
        "tracking_account": address,
        "tracking_account_deed": address | {"deed": "switch"},
        "webhook_17track": {"token": account.push_token},
    }


def platform_arguments(store: Store, placed: Order, dispute: int) -> dict[str, dict[str, Any]]:
    """What stands in the addresses of a connection to AliExpress, of a request there, and of a dispute there."""
    now = timezone.now()
    account = save_app(store, app_key="app", secret="secret", now=now)
    PlatformIssue.objects.create(account=account, order_id=Dispute.objects.get(pk=dispute).order_id, dispute_number=1)
    asked = queue_command(account, placed.pk, CommandKind.EXTEND_RECEIPT, {"days": 9}, now=now, actor="1")
    slug = {"slug": store.slug}
    return {
        "save_platform": slug,
        "platform_deed": slug | {"deed": "sync"},
        "platform_command": {"pk": asked.pk, "deed": "cancel"},
        "answer_issue": {"pk": dispute, "kind": "offer"},
        "webhook_aliexpress": {"token": account.push_token},
    }


def team_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """A channel of the team, and a calendar address of Alice's."""
    now = timezone.now()
    draft = TeamChannel(store=store, kind="slack", name="Shift", language="en", timezone="UTC")
    channel = save_channel(draft, address="https://hooks.slack.com/services/a", secret="", now=now)
    alice = User.objects.get(email="alice@example.com")
    feed, token = make_feed(alice, name="Mine", stores=[], kinds=[], only_mine=False, doer=Doer(alice), now=now)
    return {
        "add_channel": {"slug": store.slug, "kind": "slack"},
        "channel": {"pk": channel.pk},
        "channel_deed": {"pk": channel.pk, "deed": "switch"},
        "revoke_calendar": {"pk": feed.pk},
        "calendar_file": {"token": token},
    }


def api_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """A token and a webhook of another program, and something that it was told."""
    now, slug = timezone.now(), {"slug": store.slug}
    token, _secret = make_token(store, name="ERP", scopes=[ApiScope.ORDERS_READ], expires_at=None, doer=Doer(), now=now)
    address = {"url": "https://erp.example.com/hook", "name": "ERP", "event_types": []}
    webhook, _secret = add_webhook(store, **address, doer=Doer(), now=now)
    hook, told = {"pk": webhook.pk}, {"pk": queue_test(webhook, now=now).pk}
    return {
        "revoke_api_token": {"pk": token.pk}, "make_webhook": slug, "webhook": hook, "edit_webhook": hook,
        "webhook_deed": hook | {"deed": "switch"}, "repeat_delivery": told,
    }  # fmt: skip


def text_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """What stands in the addresses of switches, versions of a text and quick replies."""
    words = Text("Order {order_number}", "It has left.")
    version = save_text(store, Purpose.SHIPPED, Language.PT_BR, words, now=timezone.now())
    slug = {"slug": store.slug}
    purpose, reply = slug | {"purpose": "delivered"}, slug | {"code": "hi"}
    return {
        "text_restore": {"pk": version.pk}, "text_undo": {"pk": version.pk}, "text_languages": slug,
        "purpose_on": purpose, "purpose_off": purpose,
        "add_reply": slug, "reply": reply | {"language": "en"}, "reset_reply": reply | {"language": "en"},
        "use_reply": reply, "remove_reply": reply, "restore_reply": reply,
    }  # fmt: skip


def inbound_arguments(store: Store, placed: Order) -> dict[str, dict[str, Any]]:
    """What a buyer wrote with a file, a reply on its way to him, and the store's mailbox."""
    now = timezone.now()
    content = ContentFile(b"what he wrote", "mail")
    wrote = InboundMessage.objects.create(
        store=store, order=placed, channel="email", place="email", received_at=now, recorded_at=now, raw=content
    )
    file = InboundAttachment.objects.create(message=wrote, position=1, name="a.jpg", size=1, sha256="", file=content)
    reply = send_reply(placed.pk, ReplyDraft("Oi"), now=now, actor="1")
    given = MailboxSettings("imap.example.com", 993, Security.TLS, "store@example.com", "secret")
    save_mailbox(store, given, now=now)
    mine, order, slug = {"pk": wrote.pk}, {"pk": placed.pk}, {"slug": store.slug}
    return {
        "send_reply": order, "reply_check": order, "paste": order, "take_back": {"pk": reply.pk},
        "assign_inbound": mine, "dismiss_inbound": mine, "bring_back_inbound": mine, "inbound_mail": mine,
        "inbound_file": {"pk": file.pk}, "inbound_exhibit": {"pk": file.pk},
        "save_mailbox": slug, "mailbox_deed": slug | {"deed": "switch"},
    }  # fmt: skip


def people_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """A member who was never in, and a session of Alice's."""
    bob = store.memberships.get(user__email="bob@example.com")
    alice = User.objects.get(email="alice@example.com")
    session = UserSession.objects.create(user=alice, ip="127.0.0.1", session_key="another browser's")
    member = {"pk": bob.pk}
    return {"set_role": member, "take_out": member, "hand_link": member, "end_session": {"pk": session.pk}}


def setup_arguments(store: Store) -> dict[str, dict[str, Any]]:
    """A change of the rules that waits to be looked at, and a rehearsal."""
    now = timezone.now()
    said = {"version_before": 1, "version": 1, "revision": 0}
    change = PolicyChange.objects.create(store=store, created_at=now, overrides={"P3": {"after": "1 day"}}, **said)
    rehearsal = Rehearsal.objects.create(
        store=store, source="orders", timezone="UTC", policy_name=store.policy_name, until=now, asked_at=now,
        rules={"version": 1, "overrides": {}},
    )  # fmt: skip
    return {
        "rule_change": {"pk": change.pk},
        "rule_change_deed": {"pk": change.pk, "deed": "cancel"},
        **{name: {"pk": rehearsal.pk} for name in ("rehearsal", "stop_rehearsal", "rehearsal_errors")},
        "store": {"slug": store.slug},
    }


def review_arguments(store: Store, placed: Order) -> dict[str, dict[str, Any]]:
    """A bad review of the order."""
    row = reviewed(store, placed)
    review, appeal = {"pk": row.pk}, {"pk": ready_appeal(row).pk}
    return {
        "review": review, "review_check": review, "review_deed": review | {"deed": "leave"},
        "post_review_reply": review,
        "ask_for_appeal": review, "appeal": appeal, "appeal_file": appeal | {"number": 1},
    }  # fmt: skip


def lost_parcel(store: Store) -> TrackingCase:
    """The open case of a parcel that its carrier lost."""
    order = order_underway(store, number="8012345678900007")
    happens(order, tracking(ago(hours=2), "lost"), now=ago(hours=2))
    case: TrackingCase = order.tracking_cases.get()
    return case


@pytest.fixture
def arguments(store: Store, placed: Order, settings: LazySettings) -> dict[str, dict[str, Any]]:
    """What stands in the addresses: Alice's rows."""
    settings.DEMO = True
    now = timezone.now()
    message = Message.objects.create(
        order=placed, purpose="shipped", sequence=99, rule="S7", channel=Channel.BY_HAND, language="pt-br",
        subject="a", body="b", state=MessageState.WAITING, queued_at=now, send_after=now, next_attempt_at=now,
        proof=ContentFile(b"mail", "proof.eml"),
    )  # fmt: skip
    file = OrderFile.objects.create(
        store=store, name="a.csv", timezone="UTC", uploaded_at=now, file=ContentFile(b"nothing\n1\n", "a.csv")
    )
    text = {"slug": store.slug, "purpose": "shipped", "language": "pt-br"}
    view = {"pk": save_view(User.objects.get(email="alice@example.com"), "Mine", "risk=1", now=now).pk}
    run = {"pk": BulkRun.objects.create(store=store, token=uuid4(), kind="extend", params={"days": 9}, made_at=now).pk}
    order, mail, upload = {"pk": placed.pk}, {"pk": message.pk}, {"pk": file.pk}
    link = make_log_in_link(User.objects.get(email="alice@example.com")).strip("/").partition("/")[2]
    item = {"pk": open_item(placed, ActionKind.VERIFY_TRACKING).pk}
    return {
        **dict.fromkeys(("action", "assign", "snooze", "wake"), item),
        **dict.fromkeys(("bulk_run", "cancel_bulk", "undo_bulk"), run),
        **dict.fromkeys(("rename_view", "remove_view", "restore_view"), view),
        "order": order, "check": order, "boleto": order, "order_note": order, "take_back_order_note": order,
        "command": order | {"kind": "payment_confirmed"}, "fact": order | {"kind": "payment_confirmed"},
        **(disputes := dispute_arguments(store)),
        **platform_arguments(store, placed, disputes["dispute"]["pk"]),
        "parcel_number": order | {"parcel": placed.shipments.create(shipped_at=now).pk},
        "look": order, "tell_buyer": order | {"purpose": "tracking_update"},
        "case_step": {"pk": lost_parcel(store).pk},
        **buyer_arguments(store, placed, disputes["dispute"]["pk"]),
        **case_arguments(numbered_case(store, 1)),
        **disruption_arguments(store),
        "snapshot": {"pk": Snapshot.objects.filter(order=placed)[0].pk},
        "proof": mail, "sent": mail, "retry": mail, "run_step": mail,
        "file": upload, "start": upload, "errors": upload,
        "text": text, "reset": text, **text_arguments(store),
        "reply_choices": order,
        **account_arguments(store),
        **people_arguments(store),
        **inbound_arguments(store, placed),
        **setup_arguments(store),
        **review_arguments(store, placed),
        **team_arguments(store),
        **api_arguments(store),
        **{name: {"slug": store.slug} for name in ("retention", "find_buyer")},
        **{name: {"pk": placed.buyer_id} for name in ("buyer_data", "export_buyer", "hold_buyer", "erase_buyer")},
        "mail": {"key": "none"},
        "log_in_once": dict(zip(("uidb36", "token"), link.split("-", 1), strict=True)),
    }  # fmt: skip


def test_every_address_of_the_desk_has_its_line_in_the_table() -> None:
    assert desk_names() == set(TABLE)


def ask(client: Client, method: str, address: str) -> Any:
    """The answer, as if nobody had asked: what it changed is taken back."""
    with transaction.atomic():
        response = getattr(client, method)(address)
        read_whole(response)  # the proof's file
        transaction.set_rollback(True)
    return response


@pytest.mark.slow
@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_gets_what_the_table_says(person: str, enter: Enter, arguments: dict[str, dict[str, Any]]) -> None:
    client, wrong = enter(person), {}
    for name, (method, answers) in TABLE.items():
        expected = int(answers.split()[PEOPLE.index(person)])
        response = ask(client, method, reverse(f"desk:{name}", kwargs=arguments.get(name, {})))
        led_away = person == "nobody" and expected == 302
        if response.status_code != expected or (led_away and "/accounts/login/" not in response["Location"]):
            wrong[name] = response.status_code
    assert wrong == {}


@pytest.mark.slow
def test_a_look_at_an_address_that_changes_something_changes_nothing(
    alice: Client, arguments: dict[str, dict[str, Any]], placed: Order
) -> None:
    before, wrong = placed.timeline.count(), {}
    for name in sorted(name for name, (method, _answers) in TABLE.items() if method == "post"):
        with transaction.atomic():
            response = alice.get(reverse(f"desk:{name}", kwargs=arguments.get(name, {})))
            if response.status_code not in {200, 405} or placed.timeline.count() != before:
                wrong[name] = response.status_code
            transaction.set_rollback(True)
    assert wrong == {}


def other_names() -> list[str]:
    return sorted(name for name, _pattern in walk(get_resolver().url_patterns) if not name.startswith("desk:"))


def sample_path(pattern_name: str) -> str | None:
    """An address of this name with any arguments that fit."""
    for arguments in ((), (1,), ("a",), ("1", "a"), (1, 1), ("orders",), ("a-1-2", "b"), ("account", "user")):
        try:
            return reverse(pattern_name, args=arguments)
        except Exception:
            continue
    return None


@pytest.mark.parametrize("name", [name for name in other_names() if name not in OPEN_DOORS and "None" not in name])
def test_a_stranger_sees_nothing_of_the_other_pages(name: str, enter: Enter) -> None:
    path = sample_path(name)
    if path is None:
        return
    assert enter("nobody").get(path).status_code in {302, 301, 401, 403, 404, 405}


@pytest.mark.parametrize("name", [name for name in other_names() if name.startswith("admin:")])
def test_nobody_without_the_right_sees_the_back_office(name: str, alice: Client) -> None:
    path = sample_path(name)
    if path is not None:
        assert alice.get(path).status_code in {302, 403, 404, 405}


def test_a_viewer_sees_no_button_that_changes_an_order(vera: Client, underway: Order) -> None:
    page = vera.get(f"/orders/{underway.pk}/").content.decode()
    assert "/command/" not in page
    assert "/fact/" not in page


def test_the_lists_of_another_store_stay_empty(charlie: Client, underway: Order) -> None:
    open_item(underway, ActionKind.SHIP)
    for path in ("/", "/orders/", "/orders/?q=Maria", "/messages/?box=outgoing", "/import/"):
        assert underway.order_number not in charlie.get(path).content.decode()


def test_an_inactive_member_is_a_stranger(enter: Enter, underway: Order) -> None:
    client = enter("bob")
    User.objects.filter(email="bob@example.com").update(is_active=False)
    assert client.get(f"/orders/{underway.pk}/").status_code == 302


def test_a_worker_of_one_store_only_looks_at_another_where_he_is_a_viewer(enter: Enter, store: Store) -> None:
    """Bob may not act on what belongs to a store in which he is not a worker, whoever else is one there."""
    other = Store.objects.get(slug="charlie")
    other.memberships.create(user=User.objects.get(email="bob@example.com"), role="viewer")
    from_charlie = OrderFile.objects.create(
        store=other, name="c.csv", timezone="UTC", uploaded_at=timezone.now() - timedelta(days=1), file="c.csv"
    )
    assert enter("bob").post(f"/import/{from_charlie.pk}/start/").status_code == 404
