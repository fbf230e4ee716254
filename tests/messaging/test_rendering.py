"""Filling in a text: what is left out, what stops it, and that values stay data (M3, M9)."""

import re
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.rendering import MissingVariables, Text, render, variables_of
from messaging.vocabulary import Variable

TEXT = Text(
    subject="Order {order_number}",
    body="{greeting}\n\n? At {pickup_place}\n? {carrier}: {tracking_number}\n\nBy {duty_deadline}.\n\n? Late",
)
VALUES = {"order_number": "8012", "greeting": "Hello,", "duty_deadline": "12 March"}


def test_a_text_names_what_it_needs_and_what_it_can_do_without() -> None:
    required, optional = variables_of(TEXT)
    assert required == {"order_number", "greeting", "duty_deadline"}
    assert optional == {"pickup_place", "carrier", "tracking_number"}


def test_a_variable_is_required_when_any_required_line_uses_it() -> None:
    required, optional = variables_of(Text("a", "? {carrier}\n{carrier}"))
    assert (required, optional) == ({"carrier"}, set())


def test_an_optional_line_goes_whole_and_leaves_no_gap_when_one_value_is_missing() -> None:
    rendered = render(TEXT, VALUES | {"carrier": "Correios"})
    assert rendered.body == "Hello,\n\nBy 12 March.\n\nLate"


def test_an_optional_line_stays_when_all_its_values_are_there() -> None:
    rendered = render(TEXT, VALUES | {"carrier": "Correios", "tracking_number": "LB1"})
    assert rendered.body == "Hello,\n\nCorreios: LB1\n\nBy 12 March.\n\nLate"


def test_lines_are_read_alike_when_a_browser_sent_them() -> None:
    browser = Text(TEXT.subject, TEXT.body.replace("\n", "\r\n"))
    assert render(browser, VALUES) == render(TEXT, VALUES)


@pytest.mark.parametrize("empty", ["", "   ", "\r\n", "\x00"])
def test_a_message_stops_and_names_every_gap_when_values_are_empty(empty: str) -> None:
    with pytest.raises(MissingVariables) as stopped:
        render(TEXT, {"greeting": empty, "duty_deadline": "12 March"})
    assert stopped.value.names == ("greeting", "order_number")


def test_a_message_stops_when_its_text_names_an_unknown_variable() -> None:
    with pytest.raises(MissingVariables, match="colour"):
        render(Text("a", "{colour}"), VALUES)


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("{order_number}", "{order_number}"),
        ("{0.__class__} %s $x", "{0.__class__} %s $x"),
        ("a\r\nBcc: bob@example.com", "a Bcc: bob@example.com"),
        ("a\u2028b\u0085c\x00d", "a b c d"),
        ("\u202e05.32", "05.32"),
        ("\ud800x", "x"),
        ("? x", "? x"),
    ],
)
def test_a_value_stays_data_when_it_is_hostile(hostile: str, harmless: str) -> None:
    rendered = render(TEXT, VALUES | {"greeting": hostile, "order_number": hostile})
    assert rendered.body.split("\n")[0] == harmless
    assert rendered.subject == f"Order {harmless}"


def test_a_value_and_a_subject_are_cut_when_they_are_too_long() -> None:
    rendered = render(TEXT, VALUES | {"greeting": "a" * 5000, "order_number": "1" * 5000})
    assert len(rendered.subject) == 180
    assert len(rendered.body.split("\n")[0]) == 400
    assert rendered.subject.endswith("…")


@given(st.text(st.characters(codec=None), min_size=1))
def test_no_value_ever_adds_a_line_or_a_header(value: str) -> None:
    values = {name.value: value for name in Variable} | VALUES
    plain = {name.value: "x" for name in Variable} | VALUES
    rendered = render(TEXT, values | {"order_number": f"1{value}"})
    message = EmailMessage(policy=SMTP)
    message["Subject"] = rendered.subject
    message.set_content(rendered.body)
    assert message.keys() == ["Subject", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    assert len(rendered.body.splitlines()) <= len(render(TEXT, plain).body.splitlines())
    assert not re.search("[\x00-\x1f\x7f-\x9f]", rendered.subject)
