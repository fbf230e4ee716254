"""`manage.py load_demo`: the demo's sample data, once."""

import os
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from desk.demo_accounts import OWNER, PEOPLE
from desk.demo_data import load_demo
from orders.models import User


class Command(BaseCommand):
    """A second call keeps the data; the people's password follows DEMO_PASSWORD."""

    help = "Load the demo's stores, people and orders, unless they are there."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load what is missing, in one transaction."""
        with transaction.atomic():
            if not User.objects.filter(email=OWNER).exists():
                self.stdout.write(f"{load_demo(timezone.now())} orders")
            if password := os.environ.get("DEMO_PASSWORD", ""):
                for user in User.objects.filter(email__in=PEOPLE):
                    if not user.check_password(password):  # a new hash would log everybody out at each start
                        user.set_password(password)
                        user.save()
