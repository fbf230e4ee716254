"""What every card of work has, drawn without a template: its date, its heading, its order, and who has it.

A card's many other parts are templates, for few cards have them. What comes from outside is escaped here, each value by
itself.
"""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from desk import clocks, words
from desk.rules import rule_sentence
from desk.selectors.cards import Card
from desk.templatetags.desk import draw_time, icon
from desk.templatetags.punctuation import colon
from orders.policies import Policy

register = template.Library()


@dataclass(frozen=True, slots=True)
class Board:
    """What all cards beside each other have in common: the page's instant (UTC), the reader, and his words."""

    now: datetime
    zone: str
    me: str
    names_stores: bool
    is_on_order: bool
    token: str
    swapping: str  # the attributes of a form that say what its answer takes the place of
    going_back: str  # its field that says where it was pressed
    asking_back: str  # the same in an address
    stake: str
    take: str
    give: str
    specialists: str
    aside: str
    wake: str
    nobody: str


@register.simple_tag(takes_context=True)
def card_board(context: template.Context) -> Board:
    """What is the same on every card, worked out once."""
    return Board(
        now=context["now"],
        zone=timezone.get_current_timezone_name(),
        me=str(context["reader"].user.pk),
        names_stores=len(context["reader"].stores) > 1,
        is_on_order=bool(context.get("is_on_order")),
        token=f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(str(context["csrf_token"]))}">',
        swapping=context["swapping"],
        going_back=context["going_back"],
        asking_back=context["asking_back"],
        stake=_("At stake"),
        take=_("Take it"),
        give=_("Give to…"),
        specialists=_("To the specialists…"),
        aside=_("Put aside…"),
        wake=_("Take it up again"),
        nobody=pgettext("who has it", "nobody"),
    )


@register.simple_tag
def card_date(card: Card, board: Board) -> SafeString:
    """How long is left, and when it is due; on a board, the box by which it is chosen."""
    box, due_at = "", card.item.due_at
    if card.is_workable and not board.is_on_order:
        box = f'<input type="checkbox" name="items" value="{card.key}" form="several" data-key="x"'
        box += f' aria-labelledby="what-{card.key}">'
    at = draw_time(due_at, clocks.format_instant(due_at, now=board.now), title=board.zone)
    return SafeString(f"{box}<strong>{escape(clocks.format_due(due_at, board.now))}</strong><span>{at}</span>")


@register.simple_tag
def card_heading(card: Card) -> SafeString:
    """What there is to do, with the way to the page where it is done."""
    heading, exhibit = escape(str(card.heading)), card.exhibit
    if card.page:
        heading = f'<a href="{escape(card.page)}" data-open>{heading}</a>'
    return SafeString(f"{heading}{escape(colon() + exhibit) if exhibit else ''}")


@register.simple_tag
def card_order(card: Card, board: Board) -> SafeString:
    """The order that it is about, its buyer, and what it is worth."""
    order, worth = card.order, card.worth
    state = words.state_label(order.state, order.policy)
    opens = "" if card.dispute or card.after_sale else " data-open"
    label = f' title="{escape(board.stake)}"' if card.item.stake is not None else ""
    parts = [
        f'<a href="{card.order_address}"{opens}>{escape(order.order_number)}</a>',
        *(f"<span>{escape(text)}</span>" for text in (order.buyer.name, card.place) if text),
        f'<span class="amount"{label}>{escape(worth)}</span>' if worth else "",
        f'<span class="badge state-{escape(order.state)}">{escape(state)}</span>',
        f"<span>{escape(order.store.name)}</span>" if board.names_stores else "",
    ]
    return SafeString("\n".join(filter(None, parts)))


@register.simple_tag
def rule_line(rule: str, policy: Policy | None) -> SafeString:
    """A rule and its sentence; empty for none."""
    if not rule:
        return SafeString("")
    number, title = escape(rule), _("Rule")
    mark = f'<span class="rule" title="{escape(title)} {number}">{number}</span>'
    return SafeString(f"{mark} {escape(rule_sentence(rule, policy or None))}")


@register.simple_tag
def card_hands(card: Card, board: Board) -> SafeString:
    """Who has it; for those who may act, the ways to take it, to hand it on, and to put it aside."""
    holder = escape(card.holder) or f'<span class="muted">{escape(board.nobody)}</span>'
    shown = f'<span class="holder">{icon("user")}{holder}</span>'
    return SafeString(f"{shown}{_ways(card, board)}" if card.is_workable else shown)


def _ways(card: Card, board: Board) -> str:
    take = ""
    if not card.is_mine:
        fields = (
            f'<input type="hidden" name="to" value="{board.me}"><input type="hidden" name="had" value="{card.had}">'
        )
        take = _press(card, board, "assign", fields, f'data-key="a">{escape(board.take)}')
    give = _link(f"{card.address}assign/{board.asking_back}", "s", board.give)
    specialists = _link(f"{card.address}escalate/", "e", board.specialists)
    if card.is_aside:
        aside = _press(card, board, "wake", "", f'data-key="z">{escape(board.wake)}')
    else:
        aside = _link(f"{card.address}snooze/{board.asking_back}", "z", board.aside)
    return f"\n{take}\n{give}\n{specialists}\n{aside}\n"


def _press(card: Card, board: Board, deed: str, fields: str, button: str) -> str:
    address = f"{card.address}{deed}/"
    form = f'<form method="post" action="{address}" hx-post="{address}" {board.swapping}>'
    return f'{form}{board.token}{fields}{board.going_back}<button class="quiet" {button}</button></form>'


def _link(address: str, key: str, label: str) -> str:
    return f'<a class="quiet" href="{address}" data-dialog data-key="{key}">{escape(label)}</a>'
