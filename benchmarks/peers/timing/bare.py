"""The limit of the race with mails: claim a hundred, hand each to the mail server, mark it. Nothing else is done.

One conversation with the mail server, one with the database, no framework between: what is left is what a mail costs
whoever marks each by itself.
"""

import os
import smtplib
import time
from email.message import EmailMessage

import psycopg

SENDER = "store@example.com"
BODY = "Your parcel is on its way. " * 20
CLAIM = (
    "UPDATE timing_timer SET due_at = now() + interval '5 minutes' WHERE id IN (SELECT id FROM timing_timer"
    " WHERE NOT is_done AND due_at < now() ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING id"
)
MARK = "UPDATE timing_timer SET is_done = true, done_at = clock_timestamp() WHERE id = %s AND NOT is_done"
PAUSE = 0.2  # seconds, while nothing is due


def main() -> None:
    """Send what is due until killed."""
    with (
        psycopg.connect(
            host=os.environ["PEERS_HOST"], user="postgres", dbname=os.environ["PEERS_NAME"], autocommit=True
        ) as connection,
        smtplib.SMTP("127.0.0.1", int(os.environ["PEERS_MAIL_PORT"])) as server,
    ):
        while True:
            claimed = connection.execute(CLAIM).fetchall()
            for (pk,) in claimed:
                to = f"buyer{pk}@example.com"
                server.sendmail(SENDER, [to], _mail(pk, to))
                connection.execute(MARK, [pk])
            if not claimed:
                time.sleep(PAUSE)


def _mail(pk: int, to: str) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = f"Order {pk}", SENDER, to
    mail.set_content(BODY)
    return mail.as_bytes()


if __name__ == "__main__":
    main()
