"""What is done for one row: nothing, or a mail; then its mark, committed by itself. No check, no history, no proof."""

import os

from django.core.mail import send_mail
from django.db import connection

SENDS_MAIL = os.environ.get("PEERS_EFFECT") == "mail"
MARK = "UPDATE timing_timer SET is_done = true, done_at = clock_timestamp() WHERE id = %s AND NOT is_done"
BODY = "Your parcel is on its way. " * 20


def work(pk: int) -> None:
    """Do it, and mark it."""
    if SENDS_MAIL:
        send_mail(f"Order {pk}", BODY, "store@example.com", [f"buyer{pk}@example.com"])
    with connection.cursor() as cursor:
        cursor.execute(MARK, [pk])
