"""`manage.py create_store`: makes a store and its owner's account."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.utils import timezone

from disputes.command_line import ContractCommand, zone_name
from orders.models import AuditKind, Store, User
from orders.policies import UnusablePolicy
from orders.services.auditing import Doer, note_deed
from orders.services.log_in_links import make_log_in_link
from orders.services.stores import StoreTaken, create_store

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


class Command(ContractCommand):
    """The same call again changes nothing."""

    help = "Make a store, and its owner's account if there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        """The store's short name, its policy pack and its owner; the rest has defaults."""
        parser.add_argument("slug")
        parser.add_argument("--policy", required=True, metavar="NAME")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--name", default="")
        parser.add_argument("--timezone", type=zone_name, default=DEFAULT_ZONE.key)
        parser.add_argument("--currency", default="", metavar="CODE", help="by default the pack's, else USD")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make what is missing, and print the owner's one-time link when his account is new."""
        self._check(options)
        self.prepare_database()
        try:
            made = create_store(
                options["slug"],
                policy_name=options["policy"],
                owner_email=options["owner"],
                name=options["name"] or options["slug"],
                timezone=options["timezone"],
                currency=options["currency"].upper(),
            )
        except (UnusablePolicy, StoreTaken) as error:
            self.fail(str(error))
        if made.is_new:
            note_deed(AuditKind.STORE_MADE, Doer(), now=timezone.now(), store=made.store, member=made.owner.pk)
        link = settings.SITE_URL + make_log_in_link(made.owner) if made.is_new_owner else ""
        document = {"store": made.store.slug, "policy": made.store.policy_name, "owner": made.owner.email}
        told = link if link or options["as_json"] else f"none: {made.owner.email} has an account, and logs in as always"
        self.answer(document | {"created": made.is_new, "log_in_link": told}, as_json=options["as_json"])

    def _check(self, options: dict[str, Any]) -> None:
        for field, value, what in (
            (Store._meta.get_field("slug"), options["slug"], "a short name of at most 50 letters, digits, - and _"),
            (Store._meta.get_field("name"), options["name"] or options["slug"], "a name of at most 100 characters"),
            (User._meta.get_field("email"), options["owner"], "an e-mail address"),
        ):
            try:
                field.clean(value, None)
            except ValidationError:
                self.fail(f"{value!r} is not {what}")
        code = options["currency"]
        if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
            self.fail(f"{code!r} is no currency code such as USD")
