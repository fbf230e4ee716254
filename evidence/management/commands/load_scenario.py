"""`manage.py load_scenario`: keeps a scenario, with its facts and its files, as if they had come in on their dates."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from disputes.command_line import ContractCommand, readable_file
from disputes.scenarios import UnusableScenario, load_scenario
from evidence.services.scenarios import load_scenario_into
from orders.models import Store
from orders.policies import UnusablePolicy


class Command(ContractCommand):
    """A team hands a case over with one file."""

    help = "Keep a scenario's order, facts and exhibits in a store."

    def add_arguments(self, parser: CommandParser) -> None:
        """The scenario, and the store that it goes to."""
        parser.add_argument("file", type=readable_file)
        parser.add_argument("--store", required=True, metavar="SLUG")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Keep it, and say what it became."""
        self.prepare_database()
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            self.fail(f"there is no store {options['store']!r}: make it with `manage.py create_store` first")
        try:
            scenario = load_scenario(options["file"], timezone=store.current_policy.platform_zone)
            folder, now = options["file"].parent, timezone.now()
            loaded = load_scenario_into(scenario, store, folder, now=now, actor="command", recorded_at=now)
        except (UnusableScenario, UnusablePolicy) as error:
            self.fail(str(error))
        document = {
            "order": loaded.order.order_number,
            "dispute": loaded.dispute.pk if loaded.dispute else None,
            "exhibits": loaded.exhibits,
        }
        self.answer(document, as_json=options["as_json"])
