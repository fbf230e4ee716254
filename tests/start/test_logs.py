"""Log lines: what they belong to, and what never stands in one."""

import io
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.logs import HEADER, JsonFormatter, PlainFormatter, redact

LOG_IN = r"/^log-in/(?P<uidb36>[0-9a-z]{1,13})-(?P<token>[0-9a-z]+-[0-9a-f]+)/$"
ID = "from-the-proxy-7"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged meanwhile, as JSON."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.stream
    root.removeHandler(handler)
    root.setLevel(before)


def logged(lines: io.StringIO, logger: str = "prazo.requests") -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in lines.getvalue().splitlines()]
    return [row for row in rows if row["logger"] == logger]


def test_a_request_keeps_the_id_of_its_proxy(client: Client, lines: io.StringIO) -> None:
    answer = client.get("/health/live", headers={HEADER: ID})
    (row,) = logged(lines)
    assert answer[HEADER] == row["request_id"] == ID
    assert (row["method"], row["route"], row["status"]) == ("GET", "/health/live", 200)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'quote"and}brace', "two words"])
def test_a_request_gets_a_new_id_when_the_given_one_is_none(client: Client, given: str) -> None:
    first, second = (client.get("/health/live", headers={HEADER: given})[HEADER] for _turn in range(2))
    assert len(first) == len(second) == 32
    assert len({first, second, given}) == 3


def test_a_request_is_logged_by_its_route_and_never_by_its_address(
    client: Client, db: None, lines: io.StringIO
) -> None:
    client.get("/orders/?q=Maria+Souza")
    client.get("/log-in/1-abc-0123456789abcdef/")
    client.get("/nowhere/?q=maria@example.com")
    said = lines.getvalue()
    assert [row["route"] for row in logged(lines)] == ["/orders/", LOG_IN, "-"]
    assert [word for word in ("Maria", "Souza", "0123456789abcdef", "example.com") if word in said] == []


@pytest.mark.parametrize(
    "text",
    [
        "refused: {'SECRET@example.com': (550, b'no such user')}",
        "smtps://user:SECRET@mail.example.com:465 does not answer",
        "password=SECRET",
        "Not Found: /log-in/1-SECRET/",
        "GET /webhooks/17track/SECRET/ 401",
        "GET /orders/?q=SECRET&page=2 HTTP/1.1",
        "Authorization: Bearer SECRET",
        "{'api_key': 'SECRET', 'number': 'LX123456785CN'}",
        'duplicate key value violates unique constraint "one"\nDETAIL:  Key (name)=(SECRET) already exists.',
    ],
)
def test_a_secret_or_an_address_stands_in_no_line(text: str) -> None:
    assert "SECRET" not in redact(text)


@pytest.mark.parametrize("number", ["529.982.247-25", "52998224725", "11.222.333/0001-81", "11222333000181"])
def test_a_tax_number_stands_in_no_line(number: str) -> None:
    assert number not in redact(f"tax number {number} of order 8012345678901234")
    assert "8012345678901234" in redact(f"tax number {number} of order 8012345678901234")


@pytest.mark.parametrize("text", ["milestone 17 could not be fired", "Task a.b[1-2] succeeded in 0.1s", "what? a = b"])
def test_an_ordinary_line_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_a_traceback_is_kept_and_redacted(formatter: logging.Formatter) -> None:
    try:
        raise ValueError("maria@example.com is no number")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "f", 1, "it failed", (), sys.exc_info())
    line = formatter.format(record)
    assert "ValueError" in line
    assert "maria" not in line


def test_an_unknown_format_stops_the_program(tmp_path: Path) -> None:
    ended = run_python("import config.settings", {"LOG_FORMAT": "xml", "PRAZO_DATA": str(tmp_path)})
    assert "LOG_FORMAT is 'xml': expected plain or json" in ended.stderr


def run_python(script: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def worker(redis_url: str, tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A real worker that logs JSON into a file, and the environment it runs in."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "PRAZO_DATA": str(tmp_path),
        "REDIS_URL": redis_url,
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=settings.BASE_DIR, env=variables, check=True)
    path = tmp_path / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "1", "--without-gossip"]
    with path.open("wb") as log:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=variables, stderr=log, stdout=subprocess.DEVNULL)
    yield path, variables
    process.terminate()
    process.wait(120)


@pytest.mark.slow
def test_each_line_of_a_task_says_which_task_and_what_woke_it(worker: tuple[Path, dict[str, str]]) -> None:
    path, variables = worker
    script = (
        "import django; django.setup(); from config.logs import request_id; request_id.set('from-a-page-1');"
        "from disputes.tasks import fire; print(fire.delay())"
    )
    task_id = run_python(script, variables | {"DJANGO_SETTINGS_MODULE": "config.settings"}).stdout.strip()
    rows = wait_for_lines(path, task_id)
    done = rows[-1]
    assert (done["task"], done["origin"], done["root_id"]) == ("disputes.tasks.fire", "request:from-a-page-1", task_id)
    assert "succeeded" in done["message"]


def wait_for_lines(path: Path, task_id: str) -> list[dict[str, Any]]:
    """The lines of one task, once it has ended."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        whole = path.read_text().rpartition("\n")[0]  # the last line may be only begun
        rows = [json.loads(line) for line in whole.splitlines() if line.startswith("{")]
        found = [row for row in rows if row.get("task_id") == task_id]
        if any("succeeded" in row["message"] for row in found):
            return found
        time.sleep(0.1)
    raise AssertionError(path.read_text())
