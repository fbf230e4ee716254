"""How buyers are reached: what a contacts file says that the orders' own files never do."""

from orders.events import plain_text
from orders.models.timeline import EventKind
from orders.records import ContactRecord
from orders.services.ledger import OrderLedger

FIELDS = ("email", "phone", "language", "timezone", "name")


class ForgottenBuyer(ValueError):
    """The buyer's personal data were erased: nothing about him is taken in again."""


def add_contact(ledger: OrderLedger, record: ContactRecord) -> bool:
    """Take over how the order's buyer is reached; say whether that was new.

    The timeline's event names the fields, their values lie beside the chain. What the record does not say stays as
    it is, and so does what tells this buyer from others: an address that comes later does not make two buyers one.
    Raises ForgottenBuyer.
    """
    buyer = ledger.order.buyer
    if buyer.erased_at:
        raise ForgottenBuyer("the buyer's personal data were erased, and are not taken in again")
    given = {name: plain_text(getattr(record, name)) for name in FIELDS}
    changes = {name: value for name, value in given.items() if value and getattr(buyer, name) != value}
    if not changes:
        return False
    for name, value in changes.items():
        setattr(buyer, name, value)
    buyer.is_renamed = True
    buyer.save(update_fields=list(changes))
    ledger.write(EventKind.FACT, "contact_added", at=ledger.now, data={"fields": sorted(changes)}, private=changes)
    return True
