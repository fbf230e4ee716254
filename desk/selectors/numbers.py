"""The one order that a whole number names: its own, or that of a parcel."""

from orders.models import Order, Shipment, User

SHORTEST = 4  # characters: a shorter word is no whole number


def order_of_number(user: User, word: str) -> int | None:
    """The id of the reader's order with this order number or tracking number; None of several, or of no such."""
    if len(word) < SHORTEST or not any(letter.isdigit() for letter in word):
        return None
    spellings = {word, word.upper()}
    orders = Order.objects.for_member(user).filter(order_number__in=spellings)
    parcels = Shipment.objects.for_member(user).filter(tracking_number__in=spellings)
    found = {*orders.values_list("pk", flat=True)[:2], *parcels.values_list("order_id", flat=True)[:2]}
    return found.pop() if len(found) == 1 else None
