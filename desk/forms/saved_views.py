"""The forms behind kept views."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from desk.selectors.order_filters import read_filters
from orders.models import Store


class NameForm(forms.Form):
    """A view's name."""

    name = forms.CharField(label=_("Name"), max_length=60)


class ViewForm(NameForm):
    """A view to keep: its name, its query, and the store to share it with."""

    query = forms.CharField(max_length=1000, widget=forms.HiddenInput)
    store = forms.ChoiceField(label=_("For"), required=False)

    def __init__(self, *args: Any, stores: Sequence[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shared = [(store.slug, _("everybody in %(store)s") % {"store": store.name}) for store in stores]
        self.fields["store"].choices = [("", _("me alone")), *shared]  # type: ignore[attr-defined]

    def clean_query(self) -> str:
        """Only filters of the list; what stands in an address beside them is left out."""
        given = QueryDict(mutable=True)
        given.update(read_filters(QueryDict(self.cleaned_data["query"]).dict()).given)
        if not given:
            raise ValidationError(_("Choose a filter or search for something first."))
        return given.urlencode()
