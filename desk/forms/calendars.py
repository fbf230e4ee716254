"""The form of a new calendar address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disputes.models import ActionKind
from orders.models import Store


class CalendarForm(forms.Form):
    """What the calendar shows: nothing ticked means all of it."""

    name = forms.CharField(label=_("Name"), max_length=60, initial="Prazo")
    stores = forms.ModelMultipleChoiceField(
        label=_("Stores"), queryset=Store.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.MultipleChoiceField(
        label=_("What"),
        choices=ActionKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all that there is to do."),
    )
    only_mine = forms.BooleanField(label=_("Only what is assigned to me"), required=False)

    def __init__(self, data: Any = None, *, stores: list[Store], **kwargs: Any) -> None:
        super().__init__(data, auto_id="calendar-%s", **kwargs)
        if len(stores) < 2:
            del self.fields["stores"]
        else:
            mine = Store.objects.filter(pk__in=[store.pk for store in stores])
            self.fields["stores"].queryset = mine  # type: ignore[attr-defined]
