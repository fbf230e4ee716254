"""Forms of reviews: one that is pasted, its cause, what was said and agreed, its public reply, and its dates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.forms.conversation import CLOCK, CLOCK_FORMAT
from desk.forms.instants import not_far
from desk.review_words import CHANNELS, FACTS, KNOWN, causes
from desk.words import LANGUAGES
from disputes.models import Review, ReviewKind
from disputes.services.review_steps import LONGEST_REPLY
from orders.models import Store
from orders.records import ReviewRecord

LONGEST = 10_000  # characters of a review
STARS = [(str(count), "★" * count) for count in range(1, 6)]


class PasteReviewForm(forms.Form):
    """A review as the platform's page shows it."""

    order_number = forms.CharField(
        label=_("Order number"),
        required=False,
        max_length=64,
        help_text=_("Where the order is not here yet, the review waits for it."),
    )
    stars = forms.ChoiceField(label=_("Stars"), choices=STARS, widget=forms.RadioSelect)
    title = forms.CharField(label=_("Title"), required=False, max_length=500)
    text = forms.CharField(
        label=_("What the buyer wrote"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("the buyer's")), *LANGUAGES.items()]
    )
    reviewed_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("On your clock. Leave it empty for now."),
        validators=[not_far],
        widget=forms.DateTimeInput(attrs=CLOCK, format=CLOCK_FORMAT),
    )

    def __init__(self, data: Any = None, *, now: datetime, stores: Sequence[Store], **more: Any) -> None:
        super().__init__(data, auto_id="paste-%s", **more)
        self.now, self.stores = now, stores
        if len(stores) > 1:
            choices = [(store.slug, store.name) for store in stores]
            self.fields["store"] = forms.ChoiceField(label=_("Store"), choices=choices)
            self.order_fields(["store"])

    def clean_reviewed_at(self) -> datetime:
        """It lies in the past; nothing means now."""
        at: datetime = self.cleaned_data["reviewed_at"] or self.now
        if at > self.now:
            raise ValidationError(_("This lies in the future: enter when it was written."))
        return at

    def store(self) -> Store:
        """The store that was reviewed."""
        slug = self.cleaned_data.get("store")
        return next(store for store in self.stores if slug in (None, store.slug))

    def record(self) -> ReviewRecord:
        """The review, as every door hands it in."""
        given = self.cleaned_data
        return ReviewRecord(
            order_number=given["order_number"].strip().strip("#"),
            stars=int(given["stars"]),
            created_at=given["reviewed_at"],
            title=given["title"],
            text=given["text"],
            language=given["language"],
        )


def _words(label: Any, *, rows: int = 2, required: bool = False, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, **more.pop("attrs", {})})
    return forms.CharField(label=label, required=required, max_length=1000, widget=widget, **more)


class CauseForm(forms.Form):
    """Where the trouble began: a group, or a sub-cause as `group:sub-cause`."""

    cause = forms.ChoiceField(label=_("Cause"))
    kind = forms.ChoiceField(label=_("What the words are"), choices=ReviewKind.choices, required=False)

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        both = f"{review.cause}:{review.detail}" if review.detail else review.cause
        self.review, self.initial = review, {"cause": both, "kind": review.kind}
        field = self.fields["cause"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", _("choose one")), *cause_choices()]

    def clean_kind(self) -> str:
        """What it was, where only a cause was named."""
        return self.cleaned_data["kind"] or str(self.review.kind)

    @property
    def parts(self) -> tuple[str, str]:
        """The group and the sub-cause, which may be empty."""
        group, _colon, detail = self.cleaned_data["cause"].partition(":")
        return group, detail


def cause_choices() -> list[Any]:
    """Every group with its sub-causes, for a list to choose from."""
    return [
        (label, [(group, label), *((f"{group}:{detail}", f"\N{NO-BREAK SPACE}· {words}") for detail, words in details)])
        for group, label, details in causes()
    ]


class ContactForm(forms.Form):
    """How the buyer was spoken to, and what he said."""

    channel = forms.ChoiceField(label=_("How"), choices=list(CHANNELS.items()), widget=forms.RadioSelect)
    text = _words(_("What the buyer said"), required=True)


class SolutionForm(forms.Form):
    """What was agreed, and the buyer fully accepts it."""

    text = _words(_("What was agreed with the buyer"), required=True)


class SayForm(forms.Form):
    """A step with a few words, which may be left out."""

    text = _words(_("Note"))


class ReasonForm(forms.Form):
    """A step that wants its reason."""

    text = _words(_("Why"), required=True)


class ChangedForm(forms.Form):
    """What the buyer made of it."""

    stars = forms.ChoiceField(label=_("Stars now"), required=False, choices=[("", _("withdrawn")), *STARS])
    text = _words(_("Note"))


class PublicReplyForm(forms.Form):
    """The public reply as its later readers will see it."""

    text = forms.CharField(
        label=_("Public reply"),
        required=False,
        max_length=LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 6, "data-quick-reply-target": True}),
    )


class PostedForm(forms.Form):
    """When the reply was posted."""

    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("On your clock. Leave it empty for now."),
        widget=forms.DateTimeInput(attrs=CLOCK, format=CLOCK_FORMAT),
    )


class NextDateForm(forms.Form):
    """When somebody looks again."""

    at = forms.DateTimeField(
        label=pgettext_lazy("date", "Look again"),
        help_text=_("On your clock."),
        widget=forms.DateTimeInput(attrs=CLOCK, format=CLOCK_FORMAT),
    )


class FactsForm(forms.Form):
    """What is known of the reviewer; what is left open, nobody knows."""

    ratings = forms.IntegerField(label=_("Ratings he has given"), required=False, min_value=0, max_value=1_000_000)
    good_percent = forms.IntegerField(
        label=_("Of a hundred, how many were good"), required=False, min_value=0, max_value=100
    )

    def __init__(self, data: Any = None, *, review: Review, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        share = review.facts.get("good_share")
        self.initial = {name: _told(review.facts.get(name)) for name in FACTS}
        self.initial |= {"ratings": review.facts.get("ratings")}
        self.initial |= {"good_percent": round(100 * share) if share is not None else None}
        for name, label in FACTS.items():
            self.fields[name] = forms.ChoiceField(label=str(label), required=False, choices=list(KNOWN.items()))

    def facts(self) -> dict[str, Any]:
        """The facts by their names; None takes one back."""
        given = self.cleaned_data
        percent = given["good_percent"]
        told: dict[str, Any] = {name: {"yes": True, "no": False}.get(given[name]) for name in FACTS}
        return told | {"ratings": given["ratings"], "good_share": None if percent is None else percent / 100}


def _told(value: object) -> str:
    return "" if value is None else "yes" if value else "no"
