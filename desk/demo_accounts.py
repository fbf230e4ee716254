"""Who can log in to the demo, and with what; apart from the demo, for each start of the program asks after them."""

from orders.roles import Role

OWNER = "alice@example.com"
CAST = [("alice", "Alice", Role.OWNER), ("bob", "Bob", Role.AGENT), ("vera", "Vera", Role.VIEWER)]
PEOPLE = [f"{mailbox}@example.com" for mailbox, _name, _role in CAST] + ["charlie@example.com"]
PASSWORD = "prazo-demo-2026"  # noqa: S105 - of a demo that only this machine reaches
