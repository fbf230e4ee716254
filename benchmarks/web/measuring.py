"""Asks for pages through the WSGI handler, as a server's worker does, and says how long each took (milliseconds).

`python -m benchmarks.web.measuring TURNS STOCK_TURNS` prints the times by page as JSON: by the clock, and the CPU time
of this process and of its PostgreSQL process, which other work on the machine leaves nearly alone.
"""

import gc
import io
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.web.generating import AGENT, FIRST, LAST, OWNER, STORES, THROUGH_THE_DOOR  # noqa: E402
from config.wsgi import application  # noqa: E402
from disputes.models import Heartbeat  # noqa: E402
from orders.models import Milestone, Order, Shipment, User  # noqa: E402
from orders.models.milestones import MilestoneState  # noqa: E402

WARM = 3  # turns that count for nobody: templates, translations, the database's own memory
Times = dict[str, list[tuple[float, float]]]  # of each page, by the clock and of CPU
Page = tuple[str, str, str]  # what it counts for, who asks, and for which address


class Browser:
    """Somebody who has logged in."""

    def __init__(self, email: str, application: Any) -> None:
        client = Client()
        client.force_login(User.objects.get(email=email), "django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["seen_at"] = time.time() + 86_400  # else it is noted now and then that the session is in use
        session.save()
        self.cookie, self.application = client.cookies["sessionid"].value, application

    def ask(self, address: str) -> tuple[float, float]:
        """How many milliseconds the answer took to its last byte, by the clock and of CPU time.

        Raises RuntimeError when it is no page.
        """
        path, _mark, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
            "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": f"sessionid={self.cookie}", "HTTP_ACCEPT_LANGUAGE": "en",
        }  # fmt: skip
        answers: list[str] = []
        connection.ensure_connection()
        server = connection.connection.info.backend_pid
        used, began = time.process_time() + server_seconds(server), time.perf_counter()
        response = self.application(environ, lambda status, _headers: answers.append(status))
        size = sum(map(len, response))
        response.close()
        took = (time.perf_counter() - began) * 1000
        cpu = (time.process_time() + server_seconds(server) - used) * 1000
        if not answers[0].startswith("200") or size < 1000:
            raise RuntimeError(f"{address}: {answers[0]}, {size} bytes")
        return took, cpu


def server_seconds(pid: int) -> float:
    """The CPU seconds of PostgreSQL's process, where the system counts them so finely; its helpers' are not in it."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except OSError:
        return 0.0


def pages(chance: random.Random) -> Iterator[Page]:
    """One turn: each page once, with other words every time."""
    yield "today", OWNER, "/"
    yield from _lists(chance)
    yield from _searches(chance)
    yield "order.real", OWNER, f"/orders/{_real(chance)}/"
    yield "order.any", OWNER, f"/orders/{_any(chance)}/"
    yield from _others(chance)
    yield "stock.list", OWNER, "/stock/orders/order/"
    yield "stock.bare_list", OWNER, "/bare/orders/order/"


def _others(chance: random.Random) -> Iterator[Page]:
    """The rest of what is open all day: no target, but nothing of it may read all rows of a store."""
    for name in ("tracking", "disputes", "disruptions", "shift", "privacy"):
        yield f"other.{name}", OWNER, f"/{name}/"
    order = Order.objects.get(pk=_any(chance))
    yield "other.buyer", OWNER, f"/buyers/{order.buyer_id}/"


def _lists(chance: random.Random) -> Iterator[Page]:
    yield "orders.first", OWNER, "/orders/"
    yield "orders.deep", OWNER, f"/orders/?after={_any(chance)}"
    yield "orders.back", OWNER, f"/orders/?before={_any(chance)}"
    yield "orders.state", OWNER, f"/orders/?state={chance.choice(['disputed', 'contact_60', 'shipped', 'completed'])}"
    yield "orders.store", OWNER, f"/orders/?store={chance.choice(list(STORES))}"
    yield "orders.risk", OWNER, "/orders/?risk=1"
    yield "orders.queue", OWNER, "/orders/?queue=stalled"
    yield "orders.dispute", OWNER, "/orders/?dispute=open"
    yield "orders.within", OWNER, "/orders/?within=3"
    yield "orders.agent_of_a_small_store", AGENT, "/orders/"


def _searches(chance: random.Random) -> Iterator[Page]:
    number, parcel = _numbers(chance)
    words = {
        "frequent": chance.choice(["silva", "Maria", "usb lamp"]),
        "name": f"{chance.choice(FIRST.split())} {chance.choice(LAST.split()[20:])}",
        "rare": f"buyer{3 * chance.randrange(1, 100)}7",
        "chinese": chance.choice(["台灯", "青花瓷", "保温", "小明"]),
        "tracking": parcel,
        "number": number,
        "part_of_a_number": number[-6:],
        "nothing": f"qz{chance.randrange(10**6)}xq",
    }
    for kind, query in words.items():
        # With a filter beside it: a whole number alone leads past the list, straight to its order.
        yield f"search.{kind}", OWNER, f"/orders/?{urlencode({'q': query, 'store': ''})}"
    yield "search.agent_of_a_small_store", AGENT, f"/orders/?{urlencode({'q': words['frequent']})}"


def stock_pages(chance: random.Random) -> Iterator[Page]:
    """The same searches in the stock admin without its way by date, where a page costs seconds all the same."""
    _number, parcel = _numbers(chance)
    for kind, query in {"frequent": "silva", "chinese": "青花瓷", "tracking": parcel}.items():
        yield f"stock.search.{kind}", OWNER, f"/bare/orders/order/?{urlencode({'q': query})}"


def _any(chance: random.Random) -> int:
    last: int = Order.objects.order_by("-pk").values_list("pk", flat=True)[0]
    return chance.randrange(last - last // 2, last)


def _real(chance: random.Random) -> int:
    return chance.choice(list(Order.objects.order_by("pk").values_list("pk", flat=True)[:THROUGH_THE_DOOR]))


def _numbers(chance: random.Random) -> tuple[str, str]:
    parcel = Shipment.objects.filter(order__gte=_any(chance)).select_related("order").order_by("order")[0]
    return parcel.order.order_number, parcel.tracking_number


def put_off_what_is_due() -> None:
    """Dates that have passed since the databases were filled wait for tomorrow: nobody fires any here."""
    now = timezone.now()
    passed = Milestone.objects.filter(state=MilestoneState.PENDING, next_attempt_at__lt=now)
    passed.update(due_at=now + timedelta(days=1), next_attempt_at=now + timedelta(days=1))


def beat() -> None:
    """The sweep's sign of life, as beat and the workers give it every few seconds: without it, Today sounds alarm."""
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": timezone.now()})


def measure(turns: int, ask: Callable[[random.Random], Iterator[Page]], warm: int) -> Times:
    """The times of each page, by turns."""
    browsers = {email: Browser(email, application) for email in (OWNER, AGENT)}
    times: Times = defaultdict(list)
    chance = random.Random(4825)
    put_off_what_is_due()
    for turn in range(warm + turns):
        beat()
        for name, who, address in ask(chance):
            took = browsers[who].ask(address)
            if turn >= warm:
                times[name].append(took)
        gc.collect()
    return times


if __name__ == "__main__":
    ours = measure(int(sys.argv[1]), pages, WARM)
    connection.close()
    theirs = measure(int(sys.argv[2]), stock_pages, 1)
    sys.stdout.write(json.dumps(ours | theirs))
