"""One-time log-in links: for an owner who has no password yet, or a member who has forgotten his."""

from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_str
from django.utils.http import base36_to_int, int_to_base36

from orders.models import User


def make_log_in_link(user: User) -> str:
    """The path of a link that lets the user in once: it is void after his next log-in."""
    return f"/log-in/{int_to_base36(user.pk)}-{default_token_generator.make_token(user)}/"


def user_of_link(uidb36: str, token: str) -> User | None:
    """The user whom the link lets in, or None when it is void or never was one."""
    try:
        user = User.objects.get(pk=base36_to_int(force_str(uidb36)), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return user if default_token_generator.check_token(user, token) else None
