"""`manage.py log_in_link`: lets a person in who has lost his password, or his phone with the second factor."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from disputes.command_line import ContractCommand
from orders.models import AuditKind, User
from orders.services.auditing import Doer, note_deed
from orders.services.log_in_links import make_log_in_link


class Command(ContractCommand):
    """Whoever reaches this machine's command line reaches its database: the link opens nothing more to him."""

    help = "Print a link that lets a person in once, within three days."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom, and whether his second factor goes."""
        parser.add_argument("email")
        parser.add_argument("--remove-second-factor", action="store_true", help="he sets up a new one inside")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the link; both deeds stand in the audit list."""
        self.prepare_database()
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None:
            self.fail(f"{options['email']!r} is no account: manage.py create_store makes one, or a store's owner")
        now = timezone.now()
        if options["remove_second_factor"]:
            Authenticator.objects.filter(user=user).delete()
            note_deed(AuditKind.SECOND_FACTOR_OFF, Doer(), now=now, member=user.pk)
        note_deed(AuditKind.LINK_MADE, Doer(), now=now, member=user.pk)
        link = settings.SITE_URL + make_log_in_link(user)
        self.answer({"user": user.email, "log_in_link": link}, as_json=options["as_json"])
