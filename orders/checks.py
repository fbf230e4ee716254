"""System checks: what is wrong with the policy packs is said at the start, not at the first deadline."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from orders.policies import UnusablePolicy, load_policy, policy_names, policy_versions


@register
def check_policy_packs(**_kwargs: Any) -> Sequence[CheckMessage]:
    """orders.E001: a version of a pack that cannot be used."""
    problems: list[CheckMessage] = []
    for name in policy_names():
        try:
            for version in policy_versions(name):
                load_policy(name, version)
        except UnusablePolicy as error:
            problems.append(Error(str(error), hint="Correct the file of the pack.", id="orders.E001"))
    return problems
