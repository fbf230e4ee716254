"""Rules: every rule of a store's pack in one sentence, with its values and the store's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, chosen_store
from desk.rules import RULES, VALUE_NAMES, pack_values, rule_group, rule_order, rule_sentence
from desk.source_words import source_words
from orders.models import Store
from orders.policies import SCHEMA


@dataclass(frozen=True)
class RuleRow:
    """A rule as a store has it."""

    id: str
    sentence: str
    values: list[tuple[str | Promise, str, str | Promise, str]]
    own: list[tuple[str | Promise, str]]
    applies: bool
    lacks: list[str | Promise]


@require_GET
@login_required
def show_rules(request: HttpRequest) -> HttpResponse:
    """The rules of one of the reader's stores."""
    reader = cast(DeskRequest, request).reader
    store = chosen_store(reader.stores, request.GET.get("store", ""))
    title = (store.current_policy.title if store else {}) or {}
    context = {
        "store": store,
        "is_own": store in reader.own_stores,
        "title": title.get(get_language() or "en") or title.get("en", ""),
        "groups": list(_groups(store)) if store else [],
        "lacking": [rule for rule in store.current_policy.rules if store.current_policy.lacks(rule)] if store else [],
    }
    return render(request, "desk/rules.html", context)


def _groups(store: Store) -> Iterator[tuple[str | Promise, list[RuleRow]]]:
    rows = [_row(store, rule) for rule in sorted(RULES, key=rule_order)]
    for _letter, group in groupby(rows, key=lambda row: row.id[0]):
        members = list(group)
        yield rule_group(members[0].id), members


def _row(store: Store, rule: str) -> RuleRow:
    policy = store.current_policy
    own = store.policy_overrides.get(rule, {})
    values = policy.rules.get(rule, {})
    sources = [("", "") if key in own else source_words(policy, rule, key) for key in values]
    return RuleRow(
        rule,
        rule_sentence(rule, policy),
        [(*said, *source) for said, source in zip(pack_values(values), sources, strict=True)],
        pack_values({key: policy.value(rule, key) for key in own}),
        rule not in SCHEMA or rule in policy.rules,
        [VALUE_NAMES.get(key, key) for key in policy.lacks(rule)],
    )
