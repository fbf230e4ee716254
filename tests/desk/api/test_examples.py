"""What docs/api.md shows does what it says."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from orders.models import Store
from orders.standard_webhooks import make_secret, signed_headers
from tests.cast import paid, placed_order
from tests.desk.api.conftest import Program

pytestmark = pytest.mark.django_db
PAGE = (Path(__file__).parents[3] / "docs/api.md").read_text(encoding="utf-8")


def commands() -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        yield block.replace("\\\n", " ").strip()


def ask(command: str, values: dict[str, str]) -> Any:
    """Do what curl would do."""
    for name, value in values.items():
        command = command.replace(f"${name}", value)
    words = shlex.split(command)[1:]
    headers, body, path = {}, None, ""
    parts: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _colon, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        elif word == "-F":
            name, _equals, value = words.pop(0).partition("=")
            parts[name] = SimpleUploadedFile(value[1:], b"order_number,placed_at") if value[0] == "@" else value
        elif word != "-i":
            path = word
    if parts:
        return Client().post(path, parts, headers=headers)
    kind = {"data": body, "content_type": headers.pop("Content-Type")} if body else {}
    return Client().generic("POST" if body else "GET", path, headers=headers, **kind)


def test_the_page_has_examples() -> None:
    assert len(list(commands())) == 5


@pytest.mark.parametrize("command", list(commands()))
def test_each_command_of_the_page_is_answered(command: str, store: Store, erp: Program) -> None:
    answer = ask(command, {"TOKEN": erp.secret, "PRAZO": "", "ORDER": str(placed_order(store, paid()).pk)})
    assert answer.status_code in {200, 201, 202}, answer.content


def test_the_pages_python_checks_a_signature() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(source, names)  # the page is ours
    secret, body = make_secret(), b'{"type": "webhook.test"}'
    headers = signed_headers("evt_1", body, secret=secret, now=timezone.now())
    assert names["is_genuine"](headers, body, secret)
    assert not names["is_genuine"](headers, body + b" ", secret)
    assert not names["is_genuine"](headers, body, make_secret())
