"""Writes order files of any size, the same every time: invented orders of the last five months, one item each."""

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

HEADER = "order_number,placed_at,payment_method,paid_at,shipped_at,carrier,tracking_number,delivered_at,promised_days,"
HEADER += "currency,total,buyer_name,buyer_email,buyer_country,buyer_state,buyer_city,buyer_language,"
HEADER += "sku,title,quantity,unit_price"
STATES = ("SP", "RJ", "MG", "BA", "PR", "RS", "PE", "CE")
METHODS = ("boleto", "pix", "credit_card")
WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)  # of the check digit in a parcel's number (UPU S10)


def write_orders(path: Path, count: int, *, now: datetime) -> None:
    """So many orders, in no order of their dates, as a platform's export has them."""
    chance = random.Random(4825)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER.split(","))
        writer.writerows(_row(number, chance, now) for number in range(count))


def _row(number: int, chance: random.Random, now: datetime) -> list[object]:
    placed = now - timedelta(minutes=chance.randrange(1, 60 * 24 * 150))
    paid = placed + timedelta(minutes=chance.randrange(10, 2000))
    shipped = paid + timedelta(minutes=chance.randrange(600, 6000))
    delivered = shipped + timedelta(days=chance.randrange(9, 55))
    price = chance.randrange(300, 9000) / 100
    quantity = 1 + chance.randrange(3)
    buyer = ["Maria Souza", f"maria{number}@example.com", "BR", chance.choice(STATES), "Campinas", "pt-br"]
    item = [f"SKU-{chance.randrange(500)}", f"USB lamp, model {chance.randrange(90)}", quantity, f"{price:.2f}"]
    parcel = ["China Post", _parcel_number(number), _when(delivered, now), 60] if shipped < now else ["", "", "", 60]
    return [
        f"80{number:014d}",
        _when(placed, now),
        chance.choice(METHODS),
        _when(paid, now),
        _when(shipped, now),
        *parcel,
        "USD",
        f"{price * quantity:.2f}",
        *buyer,
        *item,
    ]


def _when(instant: datetime, now: datetime) -> str:
    """The instant as files write it, in UTC; empty while it lies ahead."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if instant < now else ""


def _parcel_number(number: int) -> str:
    digits = f"{number % 10**8:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11
    return f"RB{digits}{ {10: 0, 11: 5}.get(rest, rest) }CN"
