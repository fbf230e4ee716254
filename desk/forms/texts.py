"""The forms of a store's own texts and quick replies."""

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.text_words import REPLY_GROUPS
from messaging.replies import TITLE_LENGTH


def _valid_until() -> forms.DateField:
    return forms.DateField(
        label=_("Valid until"),
        required=False,
        help_text=_("Optional: after this day the text is listed as out of date."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _words(rows: int) -> forms.CharField:
    attrs = {"rows": rows, "data-quick-reply-target": True, "spellcheck": "true"}
    return forms.CharField(label=_("Text"), max_length=10_000, widget=forms.Textarea(attrs=attrs), strip=True)


class TextForm(forms.Form):
    """Subject and body with `{variables}`, and until when the text holds (M8)."""

    subject = forms.CharField(
        label=_("Subject"), max_length=200, widget=forms.TextInput(attrs={"data-quick-reply-target": True})
    )
    body = _words(18)
    valid_until = _valid_until()


class ReplyForm(forms.Form):
    """A quick reply in one language; `code` only where it is new."""

    code = forms.RegexField(
        r"^[a-z0-9]+$",
        label=_("Short code"),
        max_length=15,
        help_text=_("Small letters and digits: typed as ;code it puts the text in. The same in every language."),
        error_messages={"invalid": _("Only small letters and digits.")},
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    group = forms.ChoiceField(label=_("Group"), choices=REPLY_GROUPS.items)
    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, help_text=_("For the team; no buyer reads it."))
    text = _words(9)
    valid_until = _valid_until()
