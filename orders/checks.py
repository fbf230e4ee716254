"""System checks: what is wrong with the policy packs is said at the start, not at the first deadline."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from orders.policies import UnusablePolicy, load_policy, policy_names, policy_versions


def _problems(name: str) -> Iterator[CheckMessage]:
    hint = "Correct the file of the pack."
    try:
        versions = policy_versions(name)
    except UnusablePolicy as error:
        yield Error(str(error), hint=hint, id="orders.E001")
        return
    for version in versions:
        try:
            load_policy(name, version)
        except UnusablePolicy as error:
            yield Error(str(error), hint=hint, id="orders.E001")


@register
def check_policy_packs(**_kwargs: Any) -> Sequence[CheckMessage]:
    """orders.E001: a version of a pack that cannot be used."""
    return [problem for name in policy_names() for problem in _problems(name)]
