"""Why something cannot be done with an after-sale case: typed, with the rule, and with words that say what to do."""

from collections.abc import Sequence

from django.utils.functional import Promise

from disputes.case_facts import Lock


class CaseRefused(ValueError):
    """It cannot be done now; `rule` is the rule that says so, the message what to do instead."""

    def __init__(self, rule: str, message: str | Promise) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


class KindRefused(CaseRefused):
    """The order is not one for a case of this kind."""


class StepRefused(CaseRefused):
    """The step is not one that can be taken now."""


class StepLocked(StepRefused):
    """The step waits for something else; `locks` are all that it waits for."""

    def __init__(self, locks: Sequence[Lock]) -> None:
        super().__init__(locks[0].rule, locks[0].message)
        self.locks = list(locks)


class AmountRefused(CaseRefused):
    """The amount is more than there is to give."""


class SecondPersonNeeded(CaseRefused):
    """Somebody else has to agree: who decided cannot."""


class NotClosable(CaseRefused):
    """The buyer has nothing yet, or the playbook is not at its end."""
