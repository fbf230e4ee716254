"""System checks: what is wrong with the policy packs is said at the start, what slows searches down when asked for."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connections

from orders.policies import UnusablePolicy, load_policy, policy_names, policy_versions
from orders.search_index import search_obstacles


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


@register(Tags.database)
def check_search(databases: Sequence[str] | None = None, **_kwargs: Any) -> Sequence[CheckMessage]:
    """orders.W001: a PostgreSQL that can search only slowly. Asked by `check --database default` and by `migrate`."""
    found = [obstacle for name in databases or () for obstacle in search_obstacles(connections[name])]
    return [Caution(obstacle.problem, hint=obstacle.remedy, id="orders.W001") for obstacle in found]
