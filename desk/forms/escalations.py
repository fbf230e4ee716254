"""The forms of the second line: why something goes to the specialists, and who is away until when."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.forms.calls import moment
from desk.selectors.team import short_name
from orders.models import User
from orders.roles import Tier


class EscalationForm(forms.Form):
    """Why, and to whom."""

    reason = forms.CharField(
        label=_("What the first line cannot solve"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "escalation-reasons", "autocomplete": "off"}),
    )
    to = forms.ChoiceField(label=_("To whom"), required=False)

    def __init__(self, *args: Any, specialists: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        nobody = _("whoever has the least to do") if specialists else _("the queue: no specialist is at work")
        field.choices = [("", nobody), *((str(user.pk), short_name(user)) for user in specialists)]

    def user_id(self) -> int | None:
        """The specialist, if one was named."""
        return int(self.cleaned_data["to"]) if self.cleaned_data.get("to") else None


REASONS = [
    _("The buyer does not accept what I may offer"),
    _("The amount is more than I may grant"),
    _("I do not know the product well enough"),
    _("The platform or the law is involved"),
    _("The buyer is furious"),
]


class LineForm(forms.Form):
    """Which line a member stands in."""

    tier = forms.ChoiceField(label=pgettext_lazy("team", "Line"), choices=Tier.choices)


class AwayForm(forms.Form):
    """Until when a member is away, and whether others take what he has open."""

    away_until = moment(_("Away until"), required=False, help_text=_("Empty: at work."))
    is_freed = forms.BooleanField(label=_("Others take the open work"), required=False)
