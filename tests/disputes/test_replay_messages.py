"""Rehearsed: what reaches the buyer, in which language, and what a hostile text does to it (rules M)."""

from contextlib import suppress

import pytest

from disputes.scenarios import UnusableScenario
from tests.cast import LAMP, actions, fact, mails, of, paid, replay, shipped, tracking, z

pytestmark = pytest.mark.django_db
HOSTILE = [
    "{order_number}",
    "{0.__class__}",
    "%(greeting)s {{ order }}",
    "x\r\nBcc: victim@example.com",
    "x\nSubject: you have won\n\nfree",
    "\x00\x07\x1b[31m",
    '=HYPERLINK("http://example.com")',
    "<script>alert(1)</script>",
    "‮evil",
    "M" * 500,
]


@pytest.mark.parametrize(
    ("policy", "asked", "written"),
    [
        ("aliexpress-br", "pt-br", "pt-br"),
        ("aliexpress-br", "es", "es"),
        ("aliexpress-br", "en", "en"),
        ("aliexpress-br", "zh-hans", "zh-hans"),
        ("aliexpress-br", "", "pt-br"),
        ("aliexpress-br", "fr", "pt-br"),
        ("aliexpress-br", "pt_PT", "pt-br"),
        ("aliexpress-br", "ES-mx", "es"),
        ("taobao-cn", "", "zh-hans"),
        ("taobao-cn", "ru", "zh-hans"),
        ("taobao-cn", "en-GB", "en"),
    ],
)
def test_the_buyer_is_written_to_in_his_language_or_the_packs(policy: str, asked: str, written: str) -> None:
    answer = replay(policy=policy, buyer={"language": asked}, until="03-02 12:00")
    assert [row["language"] for row in answer["messages"]] == [written]


@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
@pytest.mark.parametrize("language", ["pt-br", "es", "en", "zh-hans"])
def test_every_message_of_a_whole_life_is_complete_in_every_language(policy: str, language: str) -> None:
    life = [
        paid("03-08 13:00"),
        shipped("03-20 13:00"),
        tracking("03-25 13:00", "pickup_waiting", location="Centro"),
        tracking("03-26 13:00", "duty_due"),
        fact("03-27 13:00", "disruption", cause="snow", to=z("04-10 00:00")),
        fact("05-25 13:00", "refund_issued"),
        fact("05-28 13:00", "delivered"),
    ]
    answer = replay(*life, policy=policy, buyer={"language": language, "timezone": "Etc/UTC"}, shipping_service="DHL")
    assert actions(answer, "contact_buyer") == []
    purposes = {mail[1] for mail in mails(answer)}
    assert {
        "order_received",
        "shipped",
        "contact_30",
        "pickup_waiting",
        "delay_disruption",
        "repayment_request",
    } <= purposes
    for message in answer["messages"]:
        assert "{" not in message["subject"] + message["body"]
        assert message["subject"].strip() == message["subject"] != ""


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_only_data(text: str) -> None:
    buyer = {"name": text, "city": text, "state": text}
    news = tracking("03-20 13:00", "pickup_waiting", location=text, description=text)
    items = [LAMP | {"title": text, "sku": text}]
    answer = replay(paid(), shipped(carrier=text), news, buyer=buyer, items=items, until="04-05 00:00")
    assert {"order_received", "pickup_waiting", "contact_30"} <= {mail[1] for mail in mails(answer)}
    for message in answer["messages"]:
        assert all(character.isprintable() for character in message["subject"])
        assert "\r" not in message["body"]
        assert "\x00" not in message["body"]
        assert "Bcc: victim" not in message["body"].splitlines()
        assert message["body"].count("8012345678901234") <= 1


@pytest.mark.parametrize("number", ["80\r\nBcc: x@example.com", "{greeting}", "N" * 64])
def test_an_order_number_is_only_data(number: str) -> None:
    answer = replay(order_number=number, until="03-02 12:00")
    assert all(character.isprintable() for row in answer["messages"] for character in row["subject"])


@pytest.mark.parametrize(
    "address",
    ["maria@example.com\r\nBcc: victim@example.com", "a@b.com, victim@example.com", "no address", "@", "a b@c.d"],
)
def test_what_is_no_single_address_is_refused_or_written_to_by_hand(address: str) -> None:
    with suppress(UnusableScenario):
        answer = replay(buyer={"email": address}, until="03-02 12:00")
        assert [(row["channel"], row["to"]) for row in answer["messages"]] == [("by_hand", "")]


def test_without_an_address_the_message_is_sent_by_hand() -> None:
    answer = replay(paid(), shipped("03-05 13:00"), buyer={"email": ""}, until="03-05 13:00")
    assert [(row["purpose"], row["channel"], row["to"]) for row in answer["messages"]] == [
        ("order_received", "by_hand", ""),
        ("shipped", "by_hand", ""),
    ]
    assert actions(answer, "send_by_hand") == [(z("03-02 12:00"), "M6"), (z("03-05 13:00"), "M6")]
    assert all(row["subject"] and row["body"] for row in answer["messages"])


def test_a_by_hand_message_that_lost_its_sense_leaves_the_list() -> None:
    answer = replay(paid(), shipped(), fact("04-04 11:00", "delivered"), buyer={"email": ""}, until="04-05 00:00")
    assert of(answer["messages"], purpose="contact_30") == []


def test_a_history_of_tracking_is_not_told_late() -> None:
    """A fact with the date of its own instant is news whenever it is rehearsed."""
    answer = replay(paid(), shipped(), tracking("03-20 13:00", "duty_due"), until="06-01 00:00")
    assert [row["at"] for row in of(answer["messages"], purpose="duty_payment")] == [z("03-20 13:00")]
