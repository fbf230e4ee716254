"""Forms of a dispute: what the buyer claims, what we answer, what the platform says, and what proves our side."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _

from desk.answer_words import CONTEST, GIVES, Gives
from desk.dispute_words import CUSTOMS_CAUSES, EXHIBITS, OTHER_EXHIBIT, OUTCOMES, REMEDIES
from desk.forms.events import LONG, SHORT, EventForm
from desk.words import DISPUTE_REASONS
from disputes.models import Dispute
from evidence.bundling.cases import Translator
from orders.events import EventType
from orders.models import Order

MOST_FILES = 20  # of one upload
ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf,.jpg,.jpeg,.png,.webp,.heic,.pdf"
ACCEPTED += ",text/plain,text/csv,.txt,.csv"  # the record of a chat
LONGEST_CHAT = 300_000  # characters of a pasted one


TRANSLATORS = [(Translator.HUMAN.value, _("a person")), (Translator.MACHINE.value, _("a machine"))]


def _amount(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=13, decimal_places=2, required=False, **more)


def platform_date(label: Any) -> forms.DateTimeField:
    """A date that the platform's own page names for the dispute, on the reader's clock: it wins over the pack's."""
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=_("As the platform's page says, on your clock. Leave it empty where it says nothing."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class DisputeEventForm(EventForm):
    """An event of one dispute, with its date; it names the dispute's item, so that no other dispute takes it."""

    def __init__(self, *args: Any, dispute: Dispute, **kwargs: Any) -> None:
        self.dispute = dispute
        super().__init__(*args, **kwargs)

    def keys(self) -> dict[str, Any]:
        """The event's keys, with the item."""
        return super().keys() | ({"item": self.dispute.item} if self.dispute.item else {})


class CounterOfferForm(DisputeEventForm):
    """A rejection: rule D2 decides whether it offers enough."""

    amount = _amount(_("Amount"), help_text=_("0 is an offer, too."))
    remedy = forms.ChoiceField(label=_("Or instead of money"), required=False, choices=[("", "–"), *REMEDIES.items()])


class ContestForm(DisputeEventForm):
    """A rejection in words: which of the three that rule D2 takes goes with it; an offer of nothing by itself."""

    gives = forms.ChoiceField(
        label=_("What you offer instead"), choices=list(GIVES.items()), initial=Gives.NOTHING, widget=forms.RadioSelect
    )

    def keys(self) -> dict[str, Any]:
        """The counter-offer that it is."""
        given = super().keys()
        gives = Gives(given.pop("gives"))
        return given | ({"amount": Decimal(0)} if gives is Gives.NOTHING else {"remedy": gives.value})


class ClaimForm(DisputeEventForm):
    """What the buyer claims now."""

    reason = forms.ChoiceField(label=_("Reason"), choices=list(DISPUTE_REASONS.items()))
    amount = _amount(_("Amount claimed"))
    customs_cause = forms.ChoiceField(
        label=_("Cause of the customs hold"), required=False, choices=list(CUSTOMS_CAUSES.items())
    )
    missing_quantity = forms.IntegerField(label=_("Missing pieces"), required=False, min_value=1)
    respond_by = platform_date(_("Answer by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("reason", "amount", "customs_cause", "missing_quantity"):
            self.fields[name].initial = getattr(self.dispute, name)


class NoticeForm(DisputeEventForm):
    """The platform asks for evidence."""

    evidence_by = platform_date(_("Evidence by"))


class VerdictForm(DisputeEventForm):
    """What the platform decided."""

    outcome = forms.ChoiceField(label=_("Verdict"), choices=list(OUTCOMES.items()), widget=forms.RadioSelect)
    amount = _amount(_("Awarded to the buyer"))


class OpenForm(EventForm):
    """A dispute that the platform shows."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("choose one")), *DISPUTE_REASONS.items()])
    amount = _amount(_("Amount claimed"))
    item = forms.ChoiceField(label=_("Item"), required=False)
    missing_quantity = forms.IntegerField(
        label=_("Missing pieces"), required=False, min_value=1, help_text=_("Where fewer pieces came than ordered.")
    )
    customs_cause = forms.ChoiceField(
        label=_("Cause of the customs hold"),
        required=False,
        choices=list(CUSTOMS_CAUSES.items()),
    )
    respond_by = platform_date(_("Answer by"))
    text = forms.CharField(
        label=_("What the buyer says"), required=False, max_length=LONG, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        items = [(item.sku or str(item.position), item.title or item.sku) for item in order.items.all()]
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", _("the whole order")), *items]


class NoteForm(forms.Form):
    """A line for the team."""

    text = forms.CharField(label=_("Note"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 2}))


class ManyFiles(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploaded files."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each file by the rules of one."""
        files = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(FilesField, self).clean(file, initial) for file in files or [None]][:MOST_FILES]
        return [file for file in cleaned if file]


class ExhibitForm(forms.Form):
    """Files that prove something, or a pasted chat: what they are, where they come from, and what they show."""

    file = FilesField(label=_("File"), required=False, widget=ManyFiles(attrs={"accept": ACCEPTED}))
    chat = forms.CharField(
        label=_("Or paste the chat"), required=False, max_length=LONGEST_CHAT, widget=forms.Textarea(attrs={"rows": 4})
    )
    kind = forms.ChoiceField(label=_("What it is"))
    source = forms.CharField(
        label=_("Where it comes from"),
        required=False,
        max_length=SHORT,
        help_text=_("The carrier's name, the tracking page, the buyer …"),
    )
    caption = forms.CharField(label=_("What it shows"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", _("choose one")), *EXHIBITS.items(), ("other", OTHER_EXHIBIT)]

    def clean(self) -> dict[str, Any]:
        """A file or a chat there must be; a chat comes as the file that it is kept as."""
        given = super().clean() or {}
        files, chat = given.get("file") or [], given.get("chat", "")
        if chat:
            files.append(SimpleUploadedFile("chat.txt", chat.encode(), "text/plain"))
        if not files and not self.errors:
            self.add_error("file", FilesField().error_messages["required"])
        return given | {"file": files}


class CaptionForm(forms.Form):
    """What an exhibit shows."""

    caption = forms.CharField(label=_("What it shows"), required=False, max_length=500)
    translation = forms.CharField(label=_("The same in another language"), required=False, max_length=500)
    translated_by = forms.ChoiceField(label=_("Translated by"), required=False, choices=TRANSLATORS)


FORMS: dict[str, type[DisputeEventForm]] = {
    CONTEST: ContestForm,
    EventType.COUNTER_OFFER: CounterOfferForm,
    EventType.DISPUTE_CHANGED: ClaimForm,
    EventType.PLATFORM_NOTICE: NoticeForm,
    EventType.VERDICT: VerdictForm,
}


def dispute_form(kind: str) -> type[DisputeEventForm]:
    """The form of a dispute's event, or of contesting it."""
    return FORMS.get(kind, DisputeEventForm)
