"""`create_store` by a script: its link, a second call, and what a person reads."""

import json

import pytest

from tests.commands.conftest import ALICE, CommandLine

pytestmark = pytest.mark.slow

# Looking at the link, following it, and following it again; prints the three answers' status.
FOLLOW = """
from django.test import Client
one, two = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
print([one.get({link!r}).status_code, one.post({link!r}).status_code,
       one.get("/").status_code, two.post({link!r}).status_code])
"""


def test_a_store_is_made_once_and_its_owners_link_lets_in_once(empty: CommandLine) -> None:
    made = empty.answer("create_store", "lamps", *ALICE, "--name", "灯 Lâmpadas", "--timezone", "Asia/Tokyo")
    link = made.pop("log_in_link").removeprefix("http://localhost:8000")
    assert made == {"store": "lamps", "policy": "aliexpress-br", "owner": "alice@example.com", "created": True}
    assert empty.query("SELECT slug, name, timezone, currency FROM orders_store") == [
        ("lamps", "灯 Lâmpadas", "Asia/Tokyo", "USD")
    ]
    followed = empty.run("shell", "-v", "0", "-c", FOLLOW.format(link=link))
    assert json.loads(followed.output) == [200, 302, 200, 404], followed.errors


def test_the_same_call_again_changes_nothing(line: CommandLine) -> None:
    before = line.rows()
    again = line.answer("create_store", "alice", *ALICE)
    assert (again["created"], again["log_in_link"]) == (False, "")
    assert line.rows() == before


def test_an_owner_who_is_known_needs_no_link_and_a_person_reads_text(line: CommandLine) -> None:
    ended = line.run("create_store", "second", "--policy", "taobao-cn", "--owner", "Alice@Example.com")
    assert (ended.code, ended.errors) == (0, "")
    assert "store: second\n" in ended.output
    assert "log_in_link: none: alice@example.com has an account, and logs in as always\n" in ended.output
    assert not ended.output.startswith("{")
    assert line.query("SELECT count(*) FROM orders_user") == [(1,)]


def test_a_wrong_call_is_one_line(empty: CommandLine) -> None:
    assert "'a shop'" in empty.refusal("create_store", "a shop", *ALICE, "--json")
