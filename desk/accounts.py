"""Accounts are made by the team, not by passers-by."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by himself: a store's owner is made by `create_store`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
