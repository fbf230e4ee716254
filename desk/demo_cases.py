"""The demo's after-sale cases: opened, taken some steps further, and some money booked, so that no page is empty."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from disputes.case_terms import MoneyKind
from disputes.services.after_sale import open_case, take_step
from disputes.services.money import book, pay
from orders.models import Order, Store, User

FILE = Path(__file__).parent / "demo" / "after_sale.toml"


def open_demo_cases(store: Store, abouts: Sequence[str], orders: Sequence[Order], *, now: datetime) -> None:
    """All that the file says; `abouts` name the orders, in their order, and `now` is UTC."""
    team = {user.first_name.lower(): str(user.pk) for user in User.objects.filter(memberships__store=store)}
    by_about = dict(zip(abouts, orders, strict=True))
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for said in data["cases"]:
        _open(by_about[said["on"]], said, team, now)
    for said in data["money"]:
        _book(by_about[said["on"]], said, team, now)


def _open(order: Order, said: Mapping[str, Any], team: Mapping[str, str], now: datetime) -> None:
    opened_at = now - timedelta(hours=said["hours_ago"])
    actor = team.get(said.get("by", ""), "demo")
    case = open_case(order.pk, said["kind"], now=opened_at, actor=actor, given=said["given"])
    for step in said.get("steps", []):
        at = opened_at + timedelta(hours=step["after"])
        take_step(case.pk, step["name"], now=at, actor=team[step["by"]], given=step["given"])


def _book(order: Order, said: Mapping[str, Any], team: Mapping[str, str], now: datetime) -> None:
    at, actor = now - timedelta(hours=said["hours_ago"]), team[said["by"]]
    amount, kind = Decimal(said["amount"]), MoneyKind(said["kind"])
    entry = book(order.pk, kind, amount, order.currency, now=at, actor=actor, reason=said["reason"])
    if said.get("is_paid"):
        pay(entry.pk, now=at + timedelta(hours=2), actor=actor)
