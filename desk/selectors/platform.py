"""A store's connection to AliExpress as its pages show it: capabilities, what is on its way, and what was refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from desk.platform_words import (
    CAPABILITIES,
    COMMANDS,
    OWNERS,
    PLAN_KINDS,
    PLAN_STATES,
    PROBLEMS,
    TROUBLES,
    Words,
    error_words,
)
from disputes.models import Dispute
from orders.models import Order, PlatformAccount, PlatformCapability, PlatformCommand, PlatformIssue, Store
from orders.models.platforms import CapabilityState, CommandState
from orders.platform.interface import FEEDS, Capability
from orders.platform.issue_forms import BUYER
from orders.services.platform_capabilities import usable

MOST_SHOWN = 20
SOON = timedelta(days=14)  # before a log-in that nobody renews ends, the page says so
UNANSWERED = [CommandState.PENDING, CommandState.CLAIMED, CommandState.UNSURE, CommandState.DEAD]


@dataclass(frozen=True)
class CapabilityLine:
    """One thing that the platform may let us do, how it stands, and what that means."""

    row: PlatformCapability
    label: Words
    about: Words
    is_running: bool

    @property
    def is_read(self) -> bool:
        """Whether it is read regularly."""
        return self.row.name in FEEDS

    @property
    def is_off(self) -> bool:
        """Whether the platform refuses it."""
        return self.row.off_since is not None

    @property
    def trouble(self) -> Words:
        """What kept it the last time; empty where all is well."""
        return TROUBLES.get(self.row.trouble, "")


@dataclass(frozen=True)
class CommandLine:
    """Something that a person asked of the platform, and how it stands."""

    command: PlatformCommand

    @property
    def label(self) -> Words:
        """What was asked."""
        return COMMANDS[self.command.kind]

    @property
    def why(self) -> Words:
        """Why it was not done, in our words where the code tells it, else in the platform's."""
        return error_words(self.command.kind, self.command.error_code) or self.command.last_error

    @property
    def look(self) -> str:
        """How loud its badge is."""
        loud = {CommandState.REFUSED: "bad", CommandState.DEAD: "bad", CommandState.UNSURE: "warn"}
        return loud.get(CommandState(self.command.state), "good" if self.command.state == CommandState.DONE else "info")

    @property
    def amount(self) -> Decimal | None:
        """The money that was offered."""
        return Decimal(self.command.params["amount"]) if "amount" in self.command.params else None


def connection_of(store: Store) -> PlatformAccount | None:
    """The store's connection, whether it works or not."""
    return PlatformAccount.objects.filter(store=store).first()


def capability_lines(account: PlatformAccount, *, now: datetime) -> list[CapabilityLine]:
    """The capabilities in the order in which they are read."""
    rows = {row.name: row for row in PlatformCapability.objects.filter(account=account)}
    may_run = account.is_connected and not account.needs_person
    return [
        CapabilityLine(row, *CAPABILITIES[name], is_running=may_run and _is_running(row, now))
        for name in Capability
        if (row := rows.get(name)) is not None
    ]


def _is_running(row: PlatformCapability, now: datetime) -> bool:
    is_due = row.state == CapabilityState.PENDING and row.next_attempt_at <= now and row.name in FEEDS
    return row.state == CapabilityState.CLAIMED or is_due


def latest_commands(account: PlatformAccount) -> list[CommandLine]:
    """What was asked of the platform and has yet to be done, and what it refused lately."""
    rows = PlatformCommand.objects.filter(Q(state__in=UNANSWERED) | Q(state=CommandState.REFUSED), account=account)
    return [CommandLine(row) for row in rows.select_related("order")[:MOST_SHOWN]]


def commands_of(order: Order, subject: str = "") -> list[CommandLine]:
    """What was asked of the platform about an order, or about one dispute of it; the latest first."""
    rows = PlatformCommand.objects.filter(order=order)
    rows = rows.filter(subject=subject) if subject else rows.filter(subject="")
    return [CommandLine(row) for row in rows[:3]]


def ends_soon(account: PlatformAccount, *, now: datetime) -> bool:
    """Whether the log-in ends soon and nobody renews it."""
    ends_at = account.access_ends_at
    return account.is_connected and account.refresh_due_at is None and ends_at is not None and ends_at < now + SOON


def post_address(account: PlatformAccount) -> str:
    """Where the platform posts to."""
    return f"{settings.SITE_URL}{reverse('desk:webhook_aliexpress', args=[account.push_token])}"


def back_address() -> str:
    """Where a person comes back to from the platform."""
    return f"{settings.SITE_URL}{reverse('desk:platform_back')}"


# --- one dispute ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PlanLine:
    """A plan of one side, as the dispute's page shows it."""

    number: str
    owner: Words
    is_buyers: bool
    kind: Words
    state: Words
    amount: Decimal | None
    currency: str
    is_return: bool


@dataclass(frozen=True)
class IssuePanel:
    """A dispute at the platform: its plans, what was answered from here, and whether it can be."""

    issue: PlatformIssue
    plans: list[PlanLine]
    commands: list[CommandLine]
    may_answer: bool
    is_open: bool

    @property
    def problem(self) -> Words:
        """What a person has to look at, until the dispute is closed here, too."""
        return PROBLEMS.get(self.issue.problem, "") if self.is_open else ""

    @property
    def waits(self) -> bool:
        """Whether an answer is on its way."""
        return any(line.command.is_on_its_way for line in self.commands)

    @property
    def buyers(self) -> PlanLine | None:
        """The plan that the buyer holds to now."""
        return next((plan for plan in reversed(self.plans) if plan.is_buyers), None)


def issue_panel(dispute: Dispute) -> IssuePanel | None:
    """The dispute as the platform keeps it; None where it is not read from there."""
    rows = PlatformIssue.objects.filter(order=dispute.order_id, dispute_number=dispute.number)
    issue = rows.select_related("account").order_by("-pk").first()
    if issue is None:
        return None
    order = dispute.order
    return IssuePanel(
        issue,
        [_plan_line(plan, order.currency) for plan in issue.solutions],
        commands_of(order, issue.issue_number),
        dispute.is_open and not issue.closed_at and usable(order.store_id, Capability.ANSWER_ISSUES) is not None,
        dispute.is_open,
    )


def _plan_line(plan: dict[str, Any], currency: str) -> PlanLine:
    amounts: dict[str, str] = plan.get("amounts", {})
    told = currency if currency in amounts else next(iter(amounts), "")
    return PlanLine(
        number=str(plan.get("number", "")),
        owner=OWNERS.get(str(plan.get("owner")), ""),
        is_buyers=plan.get("owner") == BUYER,
        kind=PLAN_KINDS.get(str(plan.get("kind")), str(plan.get("kind"))),
        state=PLAN_STATES.get(str(plan.get("status")), str(plan.get("status"))),
        amount=Decimal(amounts[told]) if told in amounts else None,
        currency=told or currency,
        is_return=plan.get("kind") == "return_and_refund",
    )
