"""The examples of the documentation do what it says of them."""

import json
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

EXAMPLES = settings.BASE_DIR / "docs" / "examples"
STORE = ("myshop", "--policy", "aliexpress-br", "--owner", "alice@example.com")


def answer_of(*words: str) -> Any:
    """What a command answers."""
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db
def test_the_order_file_has_a_bad_row_and_a_broken_rule() -> None:
    answer_of("create_store", *STORE)
    report = answer_of("import_orders", str(EXAMPLES / "orders.csv"), "--store", "myshop")
    assert (report["read"], report["created"]) == (6, 4)
    assert [(row["row"], row["field"]) for row in report["rejected"]] == [(7, "placed_at")]
    assert [(row["row"], row["rule"]) for row in report["warnings"]] == [(6, "P2")]


@pytest.mark.django_db
def test_the_tracking_file_has_a_parcel_that_nobody_knows() -> None:
    answer_of("create_store", *STORE)
    answer_of("import_orders", str(EXAMPLES / "orders.csv"), "--store", "myshop")
    report = answer_of("import_tracking", str(EXAMPLES / "tracking.csv"), "--store", "myshop")
    assert report["created"] == 3
    assert [row["value"] for row in report["rejected"]] == ["LX999999995CN"]


@pytest.mark.slow
def test_the_scenario_is_rehearsed_to_its_dispute() -> None:
    answer = answer_of("replay", str(EXAMPLES / "sixty-days.json"))
    fired = [row["kind"] for row in answer["milestones"] if row["outcome"] == "fired"]
    assert [kind for kind in fired if kind.startswith("contact")] == ["contact_30", "contact_45", "contact_60"]
    assert (answer["order"]["state"], answer["dispute"]["state"]) == ("disputed", "opened")
    assert answer["advice"][0]["rule"] == "A11"
