"""The form of a rehearsal: what is played, and until when the clock runs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms.stores import pack_title
from orders.models import Store
from orders.policies import policy_names

SOURCES = [("orders", _("the store's orders of the last 90 days")), ("file", _("a file"))]


class RehearsalForm(forms.Form):
    """The store's own orders or a file, by the store's pack or another."""

    source = forms.ChoiceField(label=_("What is played"), choices=SOURCES, initial="orders", widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.json"}),
        help_text=_("An order file, or a scenario as JSON."),
    )
    policy = forms.ChoiceField(label=_("Policy pack"))
    until = forms.DateField(
        label=_("The clock runs until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until now. A later day shows what is still to come."),
    )

    def __init__(self, *args: Any, store: Store, **options: Any) -> None:
        super().__init__(*args, **options)
        packs = self.fields["policy"]
        assert isinstance(packs, forms.ChoiceField)  # noqa: S101  declared above
        packs.choices = [(name, pack_title(name)) for name in policy_names()]
        packs.initial = store.policy_name

    def clean(self) -> None:
        """A file where a file is to be played."""
        if self.cleaned_data.get("source") == "file" and not self.cleaned_data.get("file"):
            self.add_error("file", _("Choose the file."))
