"""A store whose every free text is an attack: what a page shows of it must stay text."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.db import connection, models
from django.db.models import Model

from disputes import models as disputes
from evidence import models as evidence
from messaging import models as messaging
from orders import models as orders

MARK = "x-planted"
# Ends an attribute in either quotes, then an element, a script, and what template languages would work out.
PAYLOAD = f"""'"><{MARK} onload=alert(1)><script>alert(1)</script>{{{{7*7}}}}"""
SHORT = f"'\"><{MARK}>"  # for columns of 20 characters and up

FREE_TEXTS: dict[type[Model], list[str]] = {
    evidence.Exhibit: ["source", "caption", "translation", "name", "problem", "text"],
    evidence.Bundle: ["error"],
    disputes.ActionItem: ["data", "snooze_reason"],
    disputes.AfterSaleCase: ["item", "words", "proposal", "reason"],
    disputes.CaseStep: ["data", "words"],
    disputes.CaseParcel: ["carrier", "tracking_number"],
    disputes.MoneyEntry: ["data", "reason"],
    disputes.Review: ["order_number", "title", "text", "solution", "reply_text", "marks", "signals"],
    disputes.ReviewNote: ["text"],
    messaging.Message: ["subject", "body", "last_error", "to"],
    messaging.Template: ["subject", "body"],
    messaging.TextVersion: ["subject", "body"],
    messaging.QuickReply: ["title", "text"],
    orders.User: ["first_name", "last_name"],
    orders.Store: ["name"],
    orders.ArrivalEstimate: ["carrier", "state"],
    orders.AuditOrigin: ["user_agent"],
    orders.Buyer: ["name", "email", "phone", "state", "city"],
    orders.Order: ["order_number", "platform_status", "tracking_location", "payment_method", "shipping_service"],
    orders.OrderItem: ["sku", "title"],
    orders.Shipment: ["carrier", "tracking_number"],
    orders.TrackingEvent: ["description", "location"],
    orders.Disruption: ["explanation", "region", "carrier", "route", "notice_name"],
    orders.OrderFile: ["name", "error", "mapping", "report"],
    orders.TrackingAccount: ["customer", "last_error", "key_ending"],
    orders.TrackingSubscription: ["last_error", "carrier"],
    orders.TimelineEvent: ["data"],
    orders.PrivateData: ["data"],
    orders.Snapshot: ["content", "source"],
}
# In JSON, what a person, a carrier or a platform wrote in his own words; the rest are codes that the program reads.
FREE_KEYS = {
    "text", "note", "description", "location", "place", "title", "caption", "message", "explanation", "name", "source",
    "carrier", "tracking_number", "subject", "body", "problem", "value", "reason_text", "region", "route", "to",
    "comment", "buyer", "item", "city", "address", "recipient_name", "words", "said", "hub", "column", "error",
}  # fmt: skip


def plant_everywhere() -> int:
    """Put the payload into every free text of every row, past every door; returns how many columns took it."""
    with _past_triggers():
        return sum(
            _plant(model, row, names) for model, names in FREE_TEXTS.items() for row in model._default_manager.all()
        )


@contextmanager
def _past_triggers() -> Iterator[None]:
    """What the database refuses is done all the same; its triggers are there again afterwards."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


def _plant(model: type[Model], row: Any, names: list[str]) -> int:
    changes = {name: _attacked(model._meta.get_field(name), getattr(row, name), row.pk) for name in names}
    model._default_manager.filter(pk=row.pk).update(**changes)
    return len(changes)


def _attacked(field: Any, value: Any, pk: int) -> Any:
    if isinstance(field, models.JSONField):
        return _attacked_json(value)
    longest = field.max_length or 10_000
    room = longest - len(str(pk))  # the id keeps what must be unique unique
    return f"{pk}{PAYLOAD}" if len(PAYLOAD) <= room else f"{pk}{SHORT}" if len(SHORT) <= room else value


def _attacked_json(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _attacked_json(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_attacked_json(inner, key) for inner in value]
    return PAYLOAD if isinstance(value, str) and (key in FREE_KEYS or " " in value) else value


class Findings(HTMLParser):
    """What of the payload a browser would take for markup, and what breaks the policy of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.shown = "49" if "alert(1)</script>49" in page.replace("&lt;", "<").replace("&gt;", ">") else ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if tag == MARK or any(name.startswith("on") or name == "style" for name in names):
            self.found.append(self.get_starttag_text() or tag)
        if tag == "script" and "src" not in names and ("type", "application/json") not in attrs:
            self.found.append("inline script")
        if tag == "style":
            self.found.append("inline style")
        self.found += [value for _name, value in attrs if value and value.strip().lower().startswith("javascript:")]
