"""`manage.py replay`: rehearses the policy on past or invented orders; nothing is stored, nothing is sent."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from disputes.command_line import ContractCommand, given_instant, readable_file, zone_name
from disputes.rehearsal_sources import is_scenario
from disputes.replaying import replay_orders, replay_scenario
from disputes.scenarios import UnusableScenario, load_scenario
from orders.importing.files import UnusableFile
from orders.importing.orders_file import read_orders
from orders.policies import UnusablePolicy, load_policy


class Command(ContractCommand):
    """Answers with what the program would have done, event by event."""

    help = "Rehearse a policy pack on one scenario (JSON) or on an order file."

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, and what overrides it."""
        parser.add_argument("file", type=readable_file)
        parser.add_argument("--policy", default="")
        parser.add_argument("--timezone", type=zone_name)
        parser.add_argument("--until", type=given_instant)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rehearse and answer."""
        path: Path = options["file"]
        try:
            play = self._replay_scenario if is_scenario(path) else self._replay_orders
            document = play(path, options)
        except (UnusableScenario, UnusablePolicy, UnusableFile) as error:
            self.fail(str(error))
        self.answer(document, as_json=options["as_json"])

    def _replay_scenario(self, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        scenario = load_scenario(path, policy_name=options["policy"], timezone=options["timezone"] or "")
        policy_name = options["policy"] or scenario.policy_name
        if not policy_name:
            self.fail(f'{path.name} names no policy: add "policy" to it, or call with --policy NAME')
        load_policy(policy_name)
        until = options["until"] or scenario.until or timezone.now()
        return replay_scenario(scenario, policy_name=policy_name, until=until)

    def _replay_orders(self, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        if not options["policy"]:
            self.fail(f"{path.name} is an order file: call with --policy NAME")
        policy = load_policy(options["policy"])
        until: datetime = options["until"] or timezone.now()
        rows = read_orders(
            path, timezone=options["timezone"] or policy.platform_zone, max_bytes=settings.IMPORT_MAX_BYTES
        )
        self.tell(f"replaying {path.name} …")
        return replay_orders(rows, policy_name=policy.name, until=until, workers=os.cpu_count() or 1)
