"""The OpenAPI document is the API's: nothing that schemathesis tries finds them apart, and its copy is up to date."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from desk.api.event_shapes import KEYS, SHAPES
from desk.api.pages import write_document
from orders.events import READERS, REQUIRED, EventType
from orders.models import Store
from tests.cast import paid, placed_order, shipped
from tests.desk.api.conftest import program_of

HERE = Path(__file__).parent
COPY = HERE.parents[2] / "docs/api/openapi.json"


def test_the_copy_of_the_document_is_up_to_date() -> None:
    assert COPY.read_text(encoding="utf-8") == write_document(), "run manage.py write_docs"


def test_every_event_of_the_contract_can_be_sent_with_its_keys() -> None:
    assert SHAPES.keys() == set(EventType)
    for kind, needed in REQUIRED.items():
        assert set(needed) <= set(KEYS[kind])
    assert set(READERS) <= {key for keys in KEYS.values() for key in keys}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "among",
    [
        "--exclude-operation-id record_event --phases examples,coverage,fuzzing --max-examples 4 --max-time 15",
        # Thirty types of events: each kind of slip in each of them would take minutes.
        "--include-operation-id record_event --phases fuzzing --max-examples 60 --max-time 8",
    ],
)
def test_schemathesis_finds_nothing(live_server: LiveServer, store: Store, settings: LazySettings, among: str) -> None:
    settings.API_RATE_PER_MINUTE = 1_000_000
    placed_order(store, paid(), shipped())
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{live_server.url}/api/v1/openapi.json", "--url", live_server.url),
        *("-H", f"Authorization: Bearer {program_of(store).secret}", "--generation-deterministic", *among.split()),
        *("--continue-on-failure", "--no-color", "--warnings", "off"),
        *("--request-timeout", "300", "--suppress-health-check", "all"),  # of a busy machine
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
