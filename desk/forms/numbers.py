"""Numbers that people copy from a label: an odd one is asked for twice."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from desk.number_words import number_note


class OddNumberForm(forms.Form):
    """A form with a `tracking_number`: one that looks mistyped is kept when it is sent a second time as it is.

    The buyer is told it at once, and a number that stands on a parcel stays.
    """

    sure_of = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any] | None:
        """Say what is odd, and take the same number for a yes the next time."""
        cleaned = super().clean()
        number = self.cleaned_data.get("tracking_number", "")
        note = number_note(number)
        if note and self.cleaned_data.get("sure_of") != number:
            given = {name: self.data.get(name) for name in self.data}
            self.data = given | {self.add_prefix("sure_of"): number}
            self.add_error("tracking_number", " ".join([note, _("Send it again if that is what stands there.")]))
        return cleaned
