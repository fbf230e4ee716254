"""The demo's stores, people and orders: scenarios of the contract, told from now, and kept like any other."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from desk.demo_accounts import CAST
from desk.demo_cases import open_demo_cases
from desk.demo_people import do_peoples_work
from desk.demo_reviews import load_reviews
from desk.demo_work import do_work
from disputes.firing import fire_due
from disputes.scenarios import load_scenario
from evidence.services.scenarios import load_scenario_into
from orders.models import Membership, Milestone, Store, User
from orders.models.milestones import MilestoneState
from orders.roles import Role
from orders.services.stores import create_store

CASES = Path(__file__).parent / "demo" / "cases.toml"
# Where Brazilians live, around the globe: at any hour it is day in one of these.
HOMES = {
    "America/Sao_Paulo": {"country": "BR", "state": "SP", "city": "Campinas"},
    "Europe/Lisbon": {"country": "PT", "state": "", "city": "Lisboa"},
    "Asia/Tokyo": {"country": "JP", "state": "", "city": "Hamamatsu"},
    "America/Los_Angeles": {"country": "US", "state": "", "city": "Los Angeles"},
    "Australia/Sydney": {"country": "AU", "state": "", "city": "Sydney"},
}
PICTURES = {
    "waybill.jpg": ["CHINA POST", "Registered air mail", "Accepted: Guangzhou 510000", "Weight: 0.180 kg"],
    "tracking.png": ["Tracking", "Guangzhou: left the country", "Curitiba: arrived", "Source: 17track"],
    "invoice.jpg": ["COMMERCIAL INVOICE", "Goods as ordered", "Declared value: USD 24.00"],
    "buyer.jpg": ["Photo sent by the buyer", "The lamp's stand is broken"],
}
OFFSET = re.compile(r"([+-]?)(\d+)([dhms])")
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def load_demo(now: datetime) -> int:
    """Make the demo's stores, people and orders; returns how many orders."""
    store = create_store(
        "lumen",
        policy_name="aliexpress-br",
        owner_email="alice@example.com",
        name="Lumen Store",
        timezone="Asia/Shanghai",
        currency="USD",
    ).store
    _add_people(store)
    folder = settings.DATA_DIR / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    _draw_pictures(folder)
    data = tomllib.loads(CASES.read_text(encoding="utf-8"))
    orders = [
        load_scenario_into(load_scenario(path), store, folder, now=now, actor="demo").order
        for path in _write_scenarios(folder, data, now)
    ]
    do_work(store, data, orders, now=now)
    do_peoples_work(store, orders, now=now)
    open_demo_cases(store, [case["about"] for case in data["cases"]], orders, now=now)
    load_reviews(store, data, orders, now=now)
    _let_dates_pass(now)
    return len(orders)


def _let_dates_pass(now: datetime) -> None:
    """What fell due before the demo began comes on its own day, as if Prazo had been there; nothing of it is late."""
    due = Milestone.objects.filter(state=MilestoneState.PENDING, next_attempt_at__lt=now).order_by("next_attempt_at")
    while first := due.values_list("next_attempt_at", flat=True).first():
        if not fire_due(lambda at=first: at, until=first + timedelta(seconds=1)):  # type: ignore[misc]
            break


def _add_people(store: Store) -> None:
    other = create_store(
        "xiaodeng",
        policy_name="taobao-cn",
        owner_email="charlie@example.com",
        name="小灯铺",
        timezone="Asia/Shanghai",
        currency="CNY",
    )
    other.owner.first_name = "Charlie"
    other.owner.save()
    for mailbox, name, role in CAST:
        email = f"{mailbox}@example.com"
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        user.first_name = name
        user.is_staff = user.is_superuser = role == Role.OWNER
        user.save()
        Membership.objects.get_or_create(store=store, user=user, defaults={"role": role})


def _write_scenarios(folder: Path, data: dict[str, Any], now: datetime) -> Iterator[Path]:
    """Each case as a scenario file, which a team can read, change and load again."""
    for number, case in enumerate(data["cases"]):
        path = folder / f"{number + 1:02}.json"
        path.write_text(json.dumps(_scenario(case, number, data, now), ensure_ascii=False, indent=1), encoding="utf-8")
        yield path


def _draw_pictures(folder: Path) -> None:
    """The papers that the demo's cases prove themselves with: drawn here, so that nobody's are shown."""
    for name, lines in PICTURES.items():
        picture = Image.new("RGB", (900, 640), "#f4f1ea")
        draw = ImageDraw.Draw(picture)
        draw.rectangle((30, 30, 870, 610), outline="#3b3b3b", width=3)
        for number, line in enumerate(lines):
            draw.text((70, 70 + 70 * number), line, fill="#1d1d1d", font=ImageFont.load_default(34))
        picture.save(folder / name, quality=88)


def _scenario(case: dict[str, Any], number: int, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    buyer = dict(data["buyers"][case.get("buyer", number % len(data["buyers"]))])
    item = data["items"][case.get("item", number % len(data["items"]))]
    if case.get("awake"):
        zone = _zone_where_it_is_day(now)
        mailbox, domain = buyer["email"].split("@")
        buyer |= HOMES[zone] | {"timezone": zone, "email": f"{mailbox}+awake@{domain}"}
    total = item["quantity"] * Decimal(item["unit_price"])
    order = {
        "order_number": f"80123456{number:08}",
        "placed_at": _instant(case["placed"], now),
        "payment_method": case["payment_method"],
        "currency": "USD",
        "total": str(total),
        "shipping_service": case.get("shipping_service", "postal"),
        "buyer": buyer,
        "items": [item],
    }
    events = [_event(given, number, now) for given in case.get("events", [])]
    return {"about": case["about"], "policy": "aliexpress-br", "order": order, "events": events}


def _event(given: list[Any], number: int, now: datetime) -> dict[str, Any]:
    at, kind, *more = given
    parcel = {"carrier": "China Post", "tracking_number": f"LX{47312480 + number:08}CN"}
    keys = more[0] if more else (parcel if kind == "shipped" else {})
    return {"at": _instant(at, now), "type": kind, **keys}


def _instant(offset: str, now: datetime) -> str:
    """An offset such as "-30d +50s" from now, as the contract writes instants."""
    span = timedelta()
    for sign, amount, unit in OFFSET.findall(offset):
        span += (-1 if sign == "-" else 1) * timedelta(**{UNITS[unit]: int(amount)})
    return (now + span).isoformat()


def _zone_where_it_is_day(now: datetime) -> str:
    """A zone whose people may be written to for the next while."""
    hours = {name: now.astimezone(ZoneInfo(name)).hour for name in HOMES}
    return next((name for name, hour in hours.items() if 9 <= hour < 19), next(iter(HOMES)))
