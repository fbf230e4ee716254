"""Every change to a text or a message."""
