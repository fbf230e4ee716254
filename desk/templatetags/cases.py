"""Codes of after-sale cases on a page."""

from collections.abc import Mapping

from django import template

from desk.case_words import kind_name, step_name
from desk.selectors.team import short_name as name_of
from disputes.models import AfterSaleCase
from disputes.playbooks import said
from orders.models import User

register = template.Library()


@register.filter
def case_kind(kind: str) -> str:
    """A kind's name; an unknown one as it is."""
    return kind_name(kind)


@register.filter
def in_page_language(words: Mapping[str, str]) -> str:
    """A playbook's words in the reader's language."""
    return said(words)


@register.filter
def short_name(user: User) -> str:
    """A person's name, or the part of his address before the @."""
    return name_of(user)


@register.simple_tag
def case_step(case: AfterSaleCase) -> str:
    """The name of the step that is next; empty where none is."""
    return step_name(case.kind, case.step) if case.step else ""
