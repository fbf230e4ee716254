"""What has to hold after any fault: nothing lost, effects once, repeats within their bound and word for word."""

from tests.faults.plant import Plant
from tests.servers.smtp import Mailroom

SETTLING = (
    240.0  # seconds: a mail that was not taken is tried again after half a minute, then after a whole one, and on
)
DUE = ("contact_30", "not_in_destination")  # what comes on the 30th day
FIRED = "SELECT order_id, count(*) FROM orders_timelineevent WHERE kind = 'milestone' AND type = '{}' GROUP BY order_id"
STATES = "SELECT state, count(*) FROM {} WHERE {} GROUP BY state ORDER BY state"
# By one rule a person is asked once; a later rule asks anew and takes the older one's place.
TWICE = "SELECT order_id FROM disputes_actionitem GROUP BY order_id, kind, subject, rule HAVING count(*) > 1"
REFUSED = "SELECT count(*) FROM messaging_message WHERE state = 'waiting'"
ASKED = "SELECT count(*) FROM disputes_actionitem WHERE kind = 'send_by_hand' AND state = 'open'"


def settle(plant: Plant) -> None:
    """Wait until every date of both kinds has fired (a lease may outlive what another worker fired), and is sent."""
    for kind in DUE:
        plant.wait_until_none(f"orders_milestone WHERE kind = '{kind}' AND state <> 'fired'", seconds=SETTLING)
    plant.wait_until_none("messaging_message WHERE state NOT IN ('sent', 'waiting')", seconds=SETTLING)
    plant.wait_until(lambda: plant.query(ASKED) == plant.query(REFUSED), seconds=20, what="a person is asked")


def check_database(plant: Plant, *, orders: int, refused: int = 0) -> None:
    """Each date fired once, with one message that was sent, or that a person is asked to send."""
    for kind in DUE:
        assert [count for _order, count in plant.query(FIRED.format(kind))] == [1] * orders
    assert plant.query(STATES.format("orders_milestone", "kind = 'contact_30'")) == [("fired", orders)]
    sent = [("sent", orders - refused)] + ([("waiting", refused)] if refused else [])
    assert plant.query(STATES.format("messaging_message", "purpose = 'contact_30'")) == sent
    assert plant.query(STATES.format("orders_order", "1 = 1")) == [("contact_30", orders)]
    assert plant.query(TWICE) == []
    plant.manage("verify_timeline")


def check_mails(mailroom: Mailroom, *, orders: int, repeats: int) -> None:
    """Every mail was accepted once, or again with the same words by a sender that was cut off before its mark."""
    assert len(set(mailroom.message_ids())) == orders
    assert repeats_in(mailroom) <= repeats
    words = {(mail["Message-ID"], mail.as_bytes()) for mail in mailroom.messages}
    assert len(words) == orders


def repeats_in(mailroom: Mailroom) -> int:
    """How many mails were accepted more than once, each time counted."""
    ids = mailroom.message_ids()
    return len(ids) - len(set(ids))
